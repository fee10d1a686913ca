"""Withdrawing a topic."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.domain.topics.topics import withdraw_topic
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.shared import ReasonForm
from forum_pages.views.shared.base import ForumView, add_refusal, require


class TopicWithdrawView(ForumView):
    """Withdraw one's own topic."""

    template = "forum_pages/topics/topic_withdraw.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        require("forum_pages.edit_topic", self.user, topic)
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": ReasonForm()})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        require("forum_pages.edit_topic", self.user, topic)
        form = ReasonForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                withdraw_topic(topic=topic, user=self.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("Your topic has been withdrawn."))
                return redirect(topic.board.get_url(request) or "forum_pages:overview")
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": form}, status=status)
