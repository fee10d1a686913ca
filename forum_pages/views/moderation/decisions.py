"""Decisions out of the queue."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation.actions import approve_comment, approve_topic, refuse_topic
from forum_pages.domain.moderation.reports import dismiss_report, uphold_report
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.moderation import DecisionForm
from forum_pages.models import Report, Topic, TopicComment
from forum_pages.views.moderation.queue import QueueView
from forum_pages.views.shared.base import require

Target = TypeVar("Target", Topic, TopicComment, Report)


class DecideView(QueueView, Generic[Target]):
    """One decision out of the queue."""

    http_method_names = ["post"]
    decisions: frozenset[str]

    @abstractmethod
    def load(self, pk: int) -> Target:
        """Return what is to be decided, or answer 404 or 403."""

    @abstractmethod
    def decide(self, target: Target, *, decision: str, reason: str) -> None:
        """Call the domain function of the decision."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        target = self.load(pk)
        form = DecisionForm(request.POST)
        if not form.is_valid() or form.cleaned_data["decision"] not in self.decisions:
            reason = request.POST.get("reason", "")
            errors = " ".join(str(error) for error in form.errors.get("reason", []))
            return self.show(failed=target, message=errors or _("Choose a decision."), reason=reason, status=422)
        try:
            self.decide(target, **form.cleaned_data)
        except Refusal as refusal:
            reason = form.cleaned_data["reason"]
            return self.show(failed=target, message=refusal.message, reason=reason, status=refusal.status)
        messages.success(request, _("Decided and recorded."))
        return redirect("forum_pages:queue")


class TopicDecideView(DecideView[Topic]):
    """Approve or refuse a topic."""

    decisions = frozenset({"approve", "refuse"})

    def load(self, pk: int) -> Topic:
        topic = self.topic(pk)
        require("forum_pages.moderate_topic", self.user, topic)
        return topic

    def decide(self, target: Topic, *, decision: str, reason: str) -> None:
        if decision == "approve":
            approve_topic(topic=target, user=self.user)
        else:
            refuse_topic(topic=target, user=self.user, reason=reason)


class CommentDecideView(DecideView[TopicComment]):
    """Approve or refuse a comment."""

    decisions = frozenset({"approve", "refuse"})

    def load(self, pk: int) -> TopicComment:
        comment = self.comment(pk)
        require("forum_pages.moderate_comment", self.user, comment)
        return comment

    def decide(self, target: TopicComment, *, decision: str, reason: str) -> None:
        if decision == "approve":
            approve_comment(comment=target, user=self.user)
        else:
            remove_comment(comment=target, user=self.user, reason=reason)


class ReportDecideView(DecideView[Report]):
    """Uphold or dismiss a report."""

    decisions = frozenset({"uphold", "dismiss"})

    def load(self, pk: int) -> Report:
        return get_object_or_404(Report.objects.visible_to(self.user).with_target(), pk=pk)

    def decide(self, target: Report, *, decision: str, reason: str) -> None:
        if decision == "uphold":
            uphold_report(report=target, user=self.user, decision=reason)
        else:
            dismiss_report(report=target, user=self.user, decision=reason)
