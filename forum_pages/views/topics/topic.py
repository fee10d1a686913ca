"""Reading, starting and editing topics."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from forum_pages import rules
from forum_pages.authors import author_lines
from forum_pages.conf import conf
from forum_pages.domain.comments.reactions import react
from forum_pages.domain.moderation.reports import report_post
from forum_pages.domain.reading.marks import mark_topic_read
from forum_pages.domain.topics.topics import edit_topic, start_topic, withdraw_topic
from forum_pages.enums import CommentOrder, Reaction
from forum_pages.exceptions import EditedMeanwhile, Refusal
from forum_pages.forms import CommentForm, ReactionForm, ReasonForm, ReportForm, TopicEditForm, TopicForm
from forum_pages.models import Topic, TopicComment
from forum_pages.paging import KeysetPage, page_of_comments
from forum_pages.text import render as render_markdown
from forum_pages.views.shared.base import CURSOR_MAX, ForumView, add_refusal, is_htmx, preview_of, require

#: The column each order pages along.
_KEYS = {CommentOrder.THREAD: "path", CommentOrder.TIME: "number"}


def what_may_be_done(topic: Topic, user: Any) -> dict[str, bool]:
    """Return what the topic's page offers this person. No query beyond the board's access."""
    open_now = not topic.hidden and not topic.locked and topic.board.is_open_now
    return {
        "may_moderate": rules.can_moderate_topic(user, topic),
        "may_comment": open_now and rules.can_comment_on_topic(user, topic),
        "may_edit": open_now and rules.can_edit_topic(user, topic),
        "open_now": open_now,
    }


class TopicView(ForumView):
    """One topic and a page of its comments."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        order = CommentOrder.TIME if request.GET.get("order") == "time" else CommentOrder.THREAD
        number = request.GET.get("number", "")
        if number:
            return redirect(self.url_of_number(topic, number, order=order))
        comments = self.comments(topic, order=order)
        mark_topic_read(topic=topic, user=request.user)
        context = {
            "topic": topic,
            "board": topic.board,
            "comments": comments,
            "order": order.value,
            "author_lines": author_lines([topic.author_id, *(comment.user_id for comment in comments)]),
            "form": CommentForm(),
            **what_may_be_done(topic, request.user),
        }
        return self.answer("forum_pages/topics/topic.html", context)

    def comments(self, topic: Topic, *, order: CommentOrder) -> KeysetPage:
        """Return the page of comments the URL asks for. One query."""
        user, wanted = self.request.user, self.request.GET
        comments = (
            TopicComment.objects.on_topic(topic, user=user).select_related("user", "removed_by").with_reaction_of(user)
        )
        page = page_of_comments(
            comments,
            key=_KEYS[order],
            size=conf.COMMENTS_PER_PAGE,
            after=wanted.get("after", "")[:CURSOR_MAX],
            before=wanted.get("before", "")[:CURSOR_MAX],
            start=wanted.get("start", "")[:CURSOR_MAX],
            last="last" in wanted,
        )
        for comment in page:
            comment.topic = topic
        return page

    def url_of_number(self, topic: Topic, text: str, *, order: CommentOrder) -> str:
        """Return the address of the comment with this number, or of the nearest one after it."""
        url = topic.get_absolute_url()
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            return url
        comments = TopicComment.objects.on_topic(topic, user=self.request.user)
        comment = comments.filter(number__gte=int(text)).order_by("number").first()
        if comment is None:
            return f"{url}?{urlencode({'order': order.value, 'last': 1})}"
        return url_of_comment(comment, order=order)


def url_of_comment(comment: TopicComment, *, order: CommentOrder = CommentOrder.THREAD) -> str:
    """Return the address of the page that begins with this comment."""
    query = {"start": getattr(comment, _KEYS[order])}
    if order == CommentOrder.TIME:
        query["order"] = order.value
    return f"{reverse('forum_pages:topic', args=[comment.topic_id])}?{urlencode(query)}#{comment.anchor}"


class TopicStartView(ForumView):
    """Start a topic."""

    template = "forum_pages/topics/topic_start.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        board = self.board(pk)
        require("forum_pages.post_on_board", request.user, board)
        return self.answer(self.template, {"board": board, "form": TopicForm()})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        board = self.board(pk)
        require("forum_pages.post_on_board", request.user, board)
        form = TopicForm(request.POST)
        context: dict[str, Any] = {"board": board, "form": form}
        if "preview" in request.POST:
            return self.answer(self.template, {**context, "preview": preview_of(form)})
        status = 422
        if form.is_valid():
            try:
                topic = start_topic(board=board, user=request.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                if topic.awaiting:
                    messages.info(
                        request, _("Your topic awaits approval. Until then only you and the moderators see it.")
                    )
                return redirect(topic)
        return self.answer(self.template, context, status=status)


class TopicEditView(ForumView):
    """Change one's own topic."""

    template = "forum_pages/topics/topic_edit.html"

    def load(self, pk: int) -> Topic:
        topic = self.topic(pk)
        require("forum_pages.edit_topic", self.request.user, topic)
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
        context: dict[str, Any] = {"topic": topic, "board": topic.board, "form": form}
        if "preview" in request.POST:
            return self.answer(self.template, {**context, "preview": preview_of(form)})
        status = 422
        if form.is_valid():
            try:
                edit_topic(topic=topic, user=request.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
                if isinstance(refusal, EditedMeanwhile):
                    context["current"] = topic.source
                    form.data = forget_conflict(form, topic.revision_count)
            else:
                return redirect(topic)
        return self.answer(self.template, context, status=status)


def forget_conflict(form: forms.Form, seen: int) -> Any:
    """Return the form's data such that saving again replaces the version its author has now been shown."""
    data = form.data.copy()  # type: ignore[attr-defined]  # a QueryDict
    data["seen"] = seen
    return data


class TopicWithdrawView(ForumView):
    """Take down one's own topic."""

    template = "forum_pages/topics/topic_withdraw.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        require("forum_pages.edit_topic", request.user, topic)
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": ReasonForm()})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        require("forum_pages.edit_topic", request.user, topic)
        form = ReasonForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                withdraw_topic(topic=topic, user=request.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                messages.success(request, _("Your topic has been withdrawn."))
                return redirect(topic.board.get_url(request) or "forum_pages:overview")
        return self.answer(self.template, {"topic": topic, "board": topic.board, "form": form}, status=status)


class TopicHistoryView(ForumView):
    """What a topic said before."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        context = {"topic": topic, "board": topic.board, "post": topic, "revisions": list(topic.revisions.all()[:100])}
        return self.answer("forum_pages/shared/history.html", context)


class TopicReactView(ForumView):
    """Agree or disagree with a topic's text."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        return react_and_answer(self, topic, back=topic.get_absolute_url())


def react_and_answer(view: ForumView, target: Topic | TopicComment, *, back: str) -> HttpResponse:
    """Set the reaction; answer with the page, or for htmx with the row of buttons."""
    form = ReactionForm(view.request.POST)
    if not form.is_valid():
        return redirect(back)
    try:
        standing = react(target=target, user=view.request.user, reaction=Reaction(form.cleaned_data["reaction"]))
    except Refusal as refusal:
        return view.refuse(refusal, back=back)
    if not is_htmx(view.request):
        return redirect(back)
    target.my_reaction = standing
    return view.answer("forum_pages/comments/parts/reactions.html", {"post": target, "may_react": True})


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
    """Put the report into the queue; the form keeps its input if it cannot be."""
    form = ReportForm(view.request.POST)
    status = 422
    if form.is_valid():
        try:
            report_post(target=target, user=view.request.user, **form.cleaned_data)
        except Refusal as refusal:
            status = add_refusal(form, refusal)
        else:
            messages.success(view.request, _("The moderators of this board will look at it."))
            return redirect(back)
    context = {"topic": topic, "board": topic.board, "comment": target if target is not topic else None, "form": form}
    return view.answer("forum_pages/moderation/report.html", context, status=status)


class PreviewView(ForumView):
    """The text of a form as it will look, for htmx; without scripts the form's own page shows it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        source = request.POST.get("source", "")[: conf.TOPIC_MAX]
        return self.answer("forum_pages/shared/parts/preview.html", {"preview": render_markdown(source)})
