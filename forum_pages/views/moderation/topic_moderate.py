"""Pinning, locking, hiding and moving a topic."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.domain.moderation import actions as moderation
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.moderation import TopicModerateForm
from forum_pages.models import BoardPage, Topic
from forum_pages.views.shared.base import ForumView, add_refusal, require


class TopicModerateView(ForumView):
    """Pin, lock, hide, move a topic."""

    template = "forum_pages/moderation/topic_moderate.html"

    def load(self, pk: int) -> Topic:
        topic = self.topic(pk)
        require("forum_pages.moderate_topic", self.request.user, topic)
        return topic

    def form(self, topic: Topic, data: Any = None) -> TopicModerateForm:
        boards = BoardPage.objects.moderated_by(self.request.user).exclude(pk=topic.board_id).order_by("path")
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
                self.act(topic, form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("Done and recorded."))
                return redirect(topic)
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": form}, status=status)

    def act(self, topic: Topic, wanted: dict[str, Any]) -> None:
        """Call the one verb that was chosen."""
        user, act, reason = self.request.user, wanted["act"], wanted["reason"]
        if act == "move":
            moderation.move_topic(topic=topic, user=user, board=wanted["board"])
        elif act == "hide":
            moderation.hide_topic(topic=topic, user=user, reason=reason)
        elif act == "lock":
            moderation.lock_topic(topic=topic, user=user, reason=reason)
        else:
            verbs = {
                "pin": moderation.pin_topic,
                "unpin": moderation.unpin_topic,
                "unlock": moderation.unlock_topic,
                "show": moderation.show_topic,
            }
            verbs[act](topic=topic, user=user)
