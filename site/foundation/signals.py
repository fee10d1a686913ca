"""Events that an app may rely on. Foundation sends them and does nothing else about them."""

from django.dispatch import Signal

#: A reminder of a deadline is due today. Sent once a day and deadline by `deadlines.send_due_reminders`.
#: Arguments: `deadline` (deadlines.Deadline), `reminder` (deadlines.Reminder), `due` (workdays.DueDate).
#: Receivers send the message; one that raises does not keep the others from theirs.
reminder_due = Signal()
