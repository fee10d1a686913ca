"""Starting a topic."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.domain.topics.topics import start_topic
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.topics import TopicForm
from forum_pages.views.shared.base import ForumView, add_refusal, preview_of, require


class TopicStartView(ForumView):
    """Start a topic."""

    template = "forum_pages/topics/topic_start.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        board = self.board(pk)
        require("forum_pages.post_on_board", self.user, board)
        return self.answer(self.template, {"board": board, "form": TopicForm()})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        board = self.board(pk)
        require("forum_pages.post_on_board", self.user, board)
        form = TopicForm(request.POST)
        context: dict[str, object] = {"board": board, "form": form}
        if "preview" in request.POST:
            return self.answer(self.template, {**context, "preview": preview_of(form)})
        status = 422
        if form.is_valid():
            try:
                topic = start_topic(board=board, user=self.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                if topic.awaiting:
                    messages.info(
                        request, _("Your topic awaits approval. Until then only you and the moderators see it.")
                    )
                return redirect(topic)
        return self.answer(self.template, context, status=status)
