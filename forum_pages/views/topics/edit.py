"""Editing a topic."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.domain.topics.topics import edit_topic
from forum_pages.exceptions.base import EditedMeanwhile, Refusal
from forum_pages.forms.topics import TopicEditForm
from forum_pages.models import Topic
from forum_pages.views.shared.base import ForumView, add_refusal, preview_of, require
from forum_pages.views.shared.edit_conflict import accept_conflict


class TopicEditView(ForumView):
    """Edit one's own topic."""

    template = "forum_pages/topics/topic_edit.html"

    def load(self, pk: int) -> Topic:
        topic = self.topic(pk)
        require("forum_pages.edit_topic", self.user, topic)
        return topic

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.load(pk)
        initial = {"title": topic.title, "source": topic.source, "seen": topic.revision_count}
        return self.answer(
            self.template, {"topic": topic, "board": topic.board, "form": TopicEditForm(initial=initial)}
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.load(pk)
        form = TopicEditForm(request.POST)
        context: dict[str, object] = {"topic": topic, "board": topic.board, "form": form}
        if "preview" in request.POST:
            return self.answer(self.template, {**context, "preview": preview_of(form)})
        status = 422
        if form.is_valid():
            try:
                edit_topic(topic=topic, user=self.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
                if isinstance(refusal, EditedMeanwhile):
                    context["current"] = topic.source
                    form.data = accept_conflict(request.POST, seen=topic.revision_count)
            else:
                return redirect(topic)
        return self.answer(self.template, context, status=status)
