"""Earlier versions of a comment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from forum_pages.views.shared.base import ForumView, require


class CommentHistoryView(ForumView):
    """What a comment said before. Of a removed one only moderators see it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        if comment.is_removed:
            require("forum_pages.moderate_comment", self.user, comment)
        revisions = list(comment.revisions.all()[:100])
        context = {"topic": comment.topic, "board": comment.topic.board, "post": comment, "revisions": revisions}
        return self.answer("forum_pages/shared/history.html", {**context, "comment": comment})
