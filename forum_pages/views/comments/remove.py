"""Removing a comment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.shared import ReasonForm
from forum_pages.models import TopicComment
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView, add_refusal, require


class CommentRemoveView(ForumView):
    """Remove a comment, as its author or as a moderator."""

    template = "forum_pages/comments/comment_remove.html"

    def load(self, pk: int) -> TopicComment:
        comment = self.comment(pk)
        require("forum_pages.remove_comment", self.user, comment)
        return comment

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.load(pk)
        context = {"comment": comment, "topic": comment.topic, "board": comment.topic.board, "form": ReasonForm()}
        return self.answer(self.template, context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.load(pk)
        form = ReasonForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                remove_comment(comment=comment, user=self.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                return redirect(url_of_comment(comment))
        context = {"comment": comment, "topic": comment.topic, "board": comment.topic.board, "form": form}
        return self.answer(self.template, context, status=status)
