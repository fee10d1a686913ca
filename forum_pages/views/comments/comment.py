"""The lasting address of a comment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView


class CommentView(ForumView):
    """A comment's lasting address: leads to the page that begins with it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(url_of_comment(self.comment(pk)))
