"""Events other apps may rely on. All are sent after the transaction has been committed; receivers cannot veto.

Arguments: `sender` is the Round class, `round` the round, `by` the user who acted, or None for the clock.
No signal is ever sent for drawing or casting.

finding_raised is about a finding: `sender` is the RaisedFinding class, `finding` the row: text (the raiser's own words,
never a ballot's), section_key and section_name (empty: all together), criterion and criterion_label (empty: the
whole score), subject or None, source, figures (published ones that the raiser might read), responsible and due_date
where the raiser named them. `round` and `by` as above. Whoever owns findings keeps a record of its own; this one stays.
"""

from django.dispatch import Signal

round_opened = Signal()
round_casting = Signal()  # two stages: drawing has ended, casting may begin
round_closed = Signal()
round_counted = Signal()
round_published = Signal()
round_archived = Signal()
round_voided = Signal()

# What people decide on published results. `sender` is the class of what the signal names first.
decision_made = Signal()  # decision, by
outcomes_told = Signal()  # round, by: everybody's outcome has been told in writing
public_notice_started = Signal()  # notice, by
public_notice_ended = Signal()  # notice, by: None, the clock
contest_asked = Signal()  # stage, by: a review or an appeal has been asked for
contest_answered = Signal()  # stage, by
contest_withdrawn = Signal()  # contest, by

# From a result to a finding.
finding_raised = Signal()  # finding, round, by
