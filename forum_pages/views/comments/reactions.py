"""Reacting to topics and comments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.domain.comments.reactions import react
from forum_pages.enums import Reaction
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.comments import ReactionForm
from forum_pages.models import Topic, TopicComment
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView, is_htmx


class TopicReactView(ForumView):
    """Agree or disagree with a topic's text."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        return react_and_answer(self, topic, back=topic.get_absolute_url())


def react_and_answer(view: ForumView, target: Topic | TopicComment, *, back: str) -> HttpResponse:
    """Set the reaction, and answer with the page or, for htmx, with the row of buttons."""
    form = ReactionForm(view.request.POST)
    if not form.is_valid():
        return redirect(back)
    try:
        current = react(target=target, user=view.user, reaction=Reaction(form.cleaned_data["reaction"]))
    except Refusal as refusal:
        return view.refuse(refusal, back=back)
    if not is_htmx(view.request):
        return redirect(back)
    target.my_reaction = current
    return view.answer("forum_pages/comments/parts/reactions.html", {"post": target, "may_react": True})


class CommentReactView(ForumView):
    """Agree or disagree with a comment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        return react_and_answer(self, comment, back=url_of_comment(comment))
