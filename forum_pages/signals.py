"""Events other apps may rely on. All are sent after the transaction has committed; none can veto.

topic_posted: topic, user. Also when a topic becomes visible by approval.
comment_posted: comment, topic, user. Also when a comment becomes visible by approval.
post_reported: report.
post_moderated: instance (Topic or TopicComment), action (short name of the action), user, reason.
"""

from django.dispatch import Signal

topic_posted = Signal()
comment_posted = Signal()
post_reported = Signal()
post_moderated = Signal()
