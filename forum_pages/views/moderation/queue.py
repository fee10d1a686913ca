"""The moderators' queue."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from forum_pages.authors import author_lines
from forum_pages.models import BoardPage, Report, Topic, TopicComment
from forum_pages.views.shared.base import ForumView

#: Rows of each kind the queue shows at once; the rest follow as these are decided.
QUEUE_ROWS = 30


class QueueView(ForumView):
    """What waits for this moderator: reports, topics and comments, oldest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def show(self, *, failed: Any = None, message: str = "", reason: str = "", status: int = 200) -> HttpResponse:
        """Render the queue; a decision that failed keeps its words beside its row."""
        user = self.request.user
        if not BoardPage.objects.moderated_by(user).exists():
            raise PermissionDenied
        topics = Topic.objects.awaiting_decision_of(user).select_related("board", "author").order_by("pk")
        comments = TopicComment.objects.awaiting_decision_of(user).select_related("topic__board", "user")
        reports = Report.objects.open().visible_to(user).with_target().order_by("pk")
        rows = {
            "reports": list(reports[:QUEUE_ROWS]),
            "topics": list(topics[:QUEUE_ROWS]),
            "comments": list(comments.order_by("pk")[:QUEUE_ROWS]),
        }
        people = [report.reporter_id for report in rows["reports"]]
        people += [report.comment.user_id if report.comment else report.topic.author_id for report in rows["reports"]]
        people += [topic.author_id for topic in rows["topics"]] + [comment.user_id for comment in rows["comments"]]
        context = {
            **rows,
            "is_empty": not any(rows.values()),
            "author_lines": author_lines(people),
            "failed": failed,
            "message": message,
            "reason": reason,
        }
        return self.answer("forum_pages/moderation/queue.html", context, status=status)
