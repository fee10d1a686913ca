"""What every view of the forum shares: the sign-in, loading what a person may see, permissions, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import rules
from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.generic import View

from forum_pages.exceptions.base import Refusal
from forum_pages.models import BoardPage, Topic, TopicComment
from forum_pages.people import User
from forum_pages.text import render as render_markdown

#: Characters of an unfinished text that a preview shows.
PREVIEW_MAX = 200_000


def is_htmx(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of the page (and not, boosted, for a whole one)."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def require(permission: str, user: User, target: BoardPage | Topic | TopicComment) -> None:
    """Answer 403 unless the person has the permission."""
    if not rules.has_perm(permission, user, target):
        raise PermissionDenied


class ForumView(View):
    """A view for people who are signed in. Its pages are never stored by caches in between."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if is_htmx(request):
                # A part of a page cannot hold the sign-in: the whole page goes there.
                return HttpResponse(headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    @property
    def user(self) -> User:
        """The person who asks: `dispatch` answers strangers."""
        return cast(User, self.request.user)

    def board(self, pk: int) -> BoardPage:
        """Return a board this person may read, or answer 404."""
        return get_object_or_404(BoardPage.objects.visible_to(self.user), pk=pk)

    def topic(self, pk: int) -> Topic:
        """Return a topic this person may see, with board, author, read mark and reaction, or answer 404.

        For a single row the predicate is cheaper than `visible_to`, with its subqueries; a test holds the two equal.
        """
        topics = Topic.objects.select_related("board", "author", "hidden_by")
        topic: Topic = get_object_or_404(topics.with_read_mark(self.user).with_reaction_of(self.user), pk=pk)
        if not rules.has_perm("forum_pages.read_topic", self.user, topic):
            raise Http404
        return topic

    def comment(self, pk: int) -> TopicComment:
        """Return a comment this person may see, with topic, board, author and reaction, or answer 404."""
        comments = TopicComment.objects.select_related("topic__board", "topic__author", "user", "removed_by")
        comment: TopicComment = get_object_or_404(comments.with_reaction_of(self.user), pk=pk)
        if not rules.has_perm("forum_pages.read_comment", self.user, comment):
            raise Http404
        return comment

    def answer(self, template: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
        """Render a template."""
        return render(self.request, template, context, status=status)

    def refuse(self, refusal: Refusal, *, back: str) -> HttpResponse:
        """Show a refusal on a page of its own, with the way back."""
        if is_htmx(self.request):
            context = {"message": refusal.message, "back": back}
            return self.answer("forum_pages/shared/parts/refusal.html", context)
        return self.answer("forum_pages/shared/refused.html", {"refusal": refusal, "back": back}, status=refusal.status)


def add_refusal(form: forms.Form, refusal: Refusal) -> int:
    """Show the refusal above the form, which keeps its input. Returns the status that fits."""
    form.add_error(None, refusal.message)
    return refusal.status


def preview_of(form: forms.Form) -> str:
    """Return the rendered text of a form as typed so far, whether or not it is valid yet."""
    source = str(form.fields["source"].to_python(form.data.get("source", "")) or "")
    return render_markdown(source[:PREVIEW_MAX])
