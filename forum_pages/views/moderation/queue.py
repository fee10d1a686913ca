"""The moderators' queue and acts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from forum_pages.authors import author_lines
from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation import actions as moderation
from forum_pages.domain.moderation.reports import dismiss_report, uphold_report
from forum_pages.exceptions import Refusal
from forum_pages.forms import DecisionForm, TopicModerateForm
from forum_pages.models import BoardPage, Report, Topic, TopicComment
from forum_pages.views.shared.base import ForumView, add_refusal, require
from forum_pages.views.topics.topic import url_of_comment

#: Rows of each kind the queue shows at once; the rest follow as these are decided.
QUEUE_ROWS = 30


class QueueView(ForumView):
    """What waits for this moderator: reports, topics and comments, oldest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def show(self, *, failed: Any = None, message: str = "", reason: str = "", status: int = 200) -> HttpResponse:
        """Render the queue; a decision that failed keeps its words beside its row."""
        user = self.request.user
        if not BoardPage.objects.moderated_by(user).exists():
            raise PermissionDenied
        topics = Topic.objects.awaiting_decision_of(user).select_related("board", "author").order_by("pk")
        comments = TopicComment.objects.awaiting_decision_of(user).select_related("topic__board", "user")
        reports = Report.objects.open().visible_to(user).with_target().order_by("pk")
        rows = {
            "reports": list(reports[:QUEUE_ROWS]),
            "topics": list(topics[:QUEUE_ROWS]),
            "comments": list(comments.order_by("pk")[:QUEUE_ROWS]),
        }
        people = [report.reporter_id for report in rows["reports"]]
        people += [report.comment.user_id if report.comment else report.topic.author_id for report in rows["reports"]]
        people += [topic.author_id for topic in rows["topics"]] + [comment.user_id for comment in rows["comments"]]
        context = {
            **rows,
            "is_empty": not any(rows.values()),
            "author_lines": author_lines(people),
            "failed": failed,
            "message": message,
            "reason": reason,
        }
        return self.answer("forum_pages/moderation/queue.html", context, status=status)


class DecideView(QueueView):
    """One decision out of the queue."""

    http_method_names = ["post"]
    decisions: frozenset[str]

    def load(self, pk: int) -> Any:
        raise NotImplementedError

    def decide(self, target: Any, *, decision: str, reason: str) -> None:
        raise NotImplementedError

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


class TopicDecideView(DecideView):
    """Approve or refuse a topic."""

    decisions = frozenset({"approve", "refuse"})

    def load(self, pk: int) -> Topic:
        topic = self.topic(pk)
        require("forum_pages.moderate_topic", self.request.user, topic)
        return topic

    def decide(self, target: Topic, *, decision: str, reason: str) -> None:
        if decision == "approve":
            moderation.approve_topic(topic=target, user=self.request.user)
        else:
            moderation.refuse_topic(topic=target, user=self.request.user, reason=reason)


class CommentDecideView(DecideView):
    """Approve or refuse a comment."""

    decisions = frozenset({"approve", "refuse"})

    def load(self, pk: int) -> TopicComment:
        comment = self.comment(pk)
        require("forum_pages.moderate_comment", self.request.user, comment)
        return comment

    def decide(self, target: TopicComment, *, decision: str, reason: str) -> None:
        if decision == "approve":
            moderation.approve_comment(comment=target, user=self.request.user)
        else:
            remove_comment(comment=target, user=self.request.user, reason=reason)


class ReportDecideView(DecideView):
    """Uphold or dismiss a report."""

    decisions = frozenset({"uphold", "dismiss"})

    def load(self, pk: int) -> Report:
        return get_object_or_404(Report.objects.visible_to(self.request.user).with_target(), pk=pk)

    def decide(self, target: Report, *, decision: str, reason: str) -> None:
        verb = uphold_report if decision == "uphold" else dismiss_report
        verb(report=target, user=self.request.user, decision=reason)


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


class CommentRestoreView(ForumView):
    """Bring back a removed comment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        require("forum_pages.moderate_comment", request.user, comment)
        try:
            moderation.restore_comment(comment=comment, user=request.user)
        except Refusal as refusal:
            return self.refuse(refusal, back=url_of_comment(comment))
        return redirect(url_of_comment(comment))
