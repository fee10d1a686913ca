"""What the views share: signing in, loading what may be seen, asking permission, turning refusals into answers."""

from __future__ import annotations

from typing import Any

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
from forum_pages.text import render as render_markdown


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (and not, boosted, for a whole one)."""
    return request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers


def require(permission: str, user: Any, target: Any) -> None:
    """Answer 403 unless the person has the permission."""
    if not rules.has_perm(permission, user, target):
        raise PermissionDenied


class ForumView(View):
    """A view for signed-in people. Its pages are never stored by caches in between."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if is_htmx(request):
                # A part of a page cannot hold the sign-in: the whole page goes there.
                return HttpResponse(headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    def board(self, pk: int) -> BoardPage:
        """Return a board this person may read, or answer 404."""
        return get_object_or_404(BoardPage.objects.visible_to(self.request.user), pk=pk)

    def topic(self, pk: int) -> Topic:
        """Return a topic this person may see, with board, author, read mark and reaction, or answer 404.

        For a single row the predicate is cheaper than `visible_to`, with its subqueries; a test holds the two equal.
        """
        user = self.request.user
        topics = Topic.objects.select_related("board", "author", "hidden_by")
        topic: Topic = get_object_or_404(topics.with_read_mark(user).with_reaction_of(user), pk=pk)
        if not rules.has_perm("forum_pages.read_topic", user, topic):
            raise Http404
        return topic

    def comment(self, pk: int) -> TopicComment:
        """Return a comment this person may see, with topic, board, author and reaction, or answer 404."""
        user = self.request.user
        comments = TopicComment.objects.select_related("topic__board", "topic__author", "user", "removed_by")
        comment: TopicComment = get_object_or_404(comments.with_reaction_of(user), pk=pk)
        if not rules.has_perm("forum_pages.read_comment", user, comment):
            raise Http404
        return comment

    def answer(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """Render a template."""
        return render(self.request, template, context, status=status)

    def refuse(self, refusal: Refusal, *, back: str) -> HttpResponse:
        """Say no on a page of its own, with the way back."""
        if is_htmx(self.request):
            return self.answer("forum_pages/shared/parts/refusal.html", {"message": refusal.message, "back": back})
        return self.answer("forum_pages/shared/refused.html", {"refusal": refusal, "back": back}, status=refusal.status)


def add_refusal(form: forms.Form, refusal: Refusal) -> int:
    """Show the refusal above the form, which keeps its input. Returns the status that fits."""
    form.add_error(None, refusal.message)
    return refusal.status


def preview_of(form: forms.Form) -> str:
    """Return the rendered text of a form as typed so far, whether or not it is valid yet."""
    source = str(form.fields["source"].to_python(form.data.get("source", "")) or "")
    return render_markdown(source[:200_000])
