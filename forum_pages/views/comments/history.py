"""Earlier versions of a comment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.views.shared.base import ForumView, require


class CommentHistoryView(ForumView):
    """The earlier versions of a comment; only moderators see those of a removed comment."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        if comment.is_removed:
            require("forum_pages.moderate_comment", self.user, comment)
        revisions = list(comment.revisions.all()[:100])
        context = {"topic": comment.topic, "board": comment.topic.board, "post": comment, "revisions": revisions}
        return self.answer("forum_pages/shared/history.html", {**context, "comment": comment})
