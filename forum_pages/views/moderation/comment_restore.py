"""Restoring a comment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.domain.moderation.actions import restore_comment
from forum_pages.exceptions.base import Refusal
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView, require


class CommentRestoreView(ForumView):
    """Restore a removed comment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        require("forum_pages.moderate_comment", self.user, comment)
        try:
            restore_comment(comment=comment, user=self.user)
        except Refusal as refusal:
            return self.refuse(refusal, back=url_of_comment(comment))
        return redirect(url_of_comment(comment))
