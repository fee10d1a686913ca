"""Earlier versions of a topic."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.views.shared.base import ForumView


class TopicHistoryView(ForumView):
    """The earlier versions of a topic."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        context = {"topic": topic, "board": topic.board, "post": topic, "revisions": list(topic.revisions.all()[:100])}
        return self.answer("forum_pages/shared/history.html", context)
