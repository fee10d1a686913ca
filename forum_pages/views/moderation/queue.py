"""The moderators' queue."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from forum_pages.authors import author_lines
from forum_pages.models import BoardPage, Report, Topic, TopicComment
from forum_pages.views.shared.base import ForumView

#: Rows of each kind the queue shows at once; the rest follow as these are decided.
QUEUE_ROWS = 30


class QueueView(ForumView):
    """The reports, topics and comments that await this moderator, oldest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def show(
        self,
        *,
        failed: Report | Topic | TopicComment | None = None,
        message: str = "",
        reason: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """Render the queue; a decision that failed keeps its reason beside its row."""
        if not BoardPage.objects.moderated_by(self.user).exists():
            raise PermissionDenied
        open_reports = Report.objects.open().visible_to(self.user).with_target().order_by("pk")
        awaiting_topics = Topic.objects.awaiting_decision_of(self.user).select_related("board", "author")
        awaiting_comments = TopicComment.objects.awaiting_decision_of(self.user).select_related("topic__board", "user")
        reports = list(open_reports[:QUEUE_ROWS])
        topics = list(awaiting_topics.order_by("pk")[:QUEUE_ROWS])
        comments = list(awaiting_comments.order_by("pk")[:QUEUE_ROWS])
        people = [
            *(report.reporter_id for report in reports),
            *(report.comment.user_id if report.comment else report.topic.author_id for report in reports),
            *(topic.author_id for topic in topics),
            *(comment.user_id for comment in comments),
        ]
        context = {
            "reports": reports,
            "topics": topics,
            "comments": comments,
            "is_empty": not (reports or topics or comments),
            "author_lines": author_lines(people),
            "failed": failed,
            "message": message,
            "reason": reason,
        }
        return self.answer("forum_pages/moderation/queue.html", context, status=status)
