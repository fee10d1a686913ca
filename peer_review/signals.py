"""Events other apps may rely on. All are sent after the transaction has been committed; receivers cannot veto.

Arguments: `sender` is the Round class, `round` the round, `by` the user who acted, or None for the clock.
No signal is ever sent for drawing or casting.
"""

from django.dispatch import Signal

round_opened = Signal()
round_casting = Signal()  # two stages: drawing has ended, casting may begin
round_closed = Signal()
round_counted = Signal()
round_published = Signal()
round_archived = Signal()
round_voided = Signal()
