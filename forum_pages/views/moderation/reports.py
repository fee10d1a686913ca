"""Reporting topics and comments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.domain.moderation.reports import report_post
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.moderation import ReportForm
from forum_pages.models import Topic, TopicComment
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView, add_refusal


class TopicReportView(ForumView):
    """Report a topic."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        return self.answer(
            "forum_pages/moderation/report.html", {"topic": topic, "board": topic.board, "form": ReportForm()}
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        return report_and_answer(self, topic, topic=topic, back=topic.get_absolute_url())


def report_and_answer(view: ForumView, target: Topic | TopicComment, *, topic: Topic, back: str) -> HttpResponse:
    """Report the post, and answer with its page; a form that is refused keeps its input."""
    form = ReportForm(view.request.POST)
    status = 422
    if form.is_valid():
        try:
            report_post(target=target, user=view.user, **form.cleaned_data)
        except Refusal as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(view.request, _("The moderators of this board will look at it."))
            return redirect(back)
    context = {"topic": topic, "board": topic.board, "comment": target if target is not topic else None, "form": form}
    return view.answer("forum_pages/moderation/report.html", context, status=status)


class CommentReportView(ForumView):
    """Report a comment."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        context = {"comment": comment, "topic": comment.topic, "board": comment.topic.board, "form": ReportForm()}
        return self.answer("forum_pages/moderation/report.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        return report_and_answer(self, comment, topic=comment.topic, back=url_of_comment(comment))
