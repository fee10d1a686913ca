"""Pinning, locking, hiding and moving a topic."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.domain.moderation import actions
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.moderation import TopicModerateForm
from forum_pages.models import BoardPage, Topic
from forum_pages.views.shared.base import ForumView, add_refusal, require


class TopicModerateView(ForumView):
    """Pin, lock, hide or move a topic."""

    template = "forum_pages/moderation/topic_moderate.html"

    def load(self, pk: int) -> Topic:
        """Return a topic that this person moderates, or answer 404 or 403."""
        topic = self.topic(pk)
        require("forum_pages.moderate_topic", self.user, topic)
        return topic

    def form(self, topic: Topic, data: QueryDict | None = None) -> TopicModerateForm:
        """Return the form; the topic moves to boards that the same person moderates."""
        boards = BoardPage.objects.moderated_by(self.user).exclude(pk=topic.board_id).order_by("path")
        return TopicModerateForm(data, boards=boards)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.load(pk)
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": self.form(topic)})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.load(pk)
        form = self.form(topic, request.POST)
        status = 422
        if form.is_valid():
            try:
                self.act(topic, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("Done and recorded."))
                return redirect(topic)
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": form}, status=status)

    def act(self, topic: Topic, *, act: str, reason: str, board: BoardPage) -> None:
        """Call the domain function of the action that was chosen."""
        if act == "move":
            actions.move_topic(topic=topic, user=self.user, board=board)
        elif act == "hide":
            actions.hide_topic(topic=topic, user=self.user, reason=reason)
        elif act == "lock":
            actions.lock_topic(topic=topic, user=self.user, reason=reason)
        else:
            functions = {
                "pin": actions.pin_topic,
                "unpin": actions.unpin_topic,
                "unlock": actions.unlock_topic,
                "show": actions.show_topic,
            }
            functions[act](topic=topic, user=self.user)
