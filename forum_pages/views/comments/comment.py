"""Writing, editing, removing and answering comments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.authors import author_lines
from forum_pages.domain.comments.comments import edit_comment, post_comment, remove_comment
from forum_pages.exceptions import EditedMeanwhile, Refusal
from forum_pages.forms import CommentEditForm, CommentForm, ReasonForm, ReportForm
from forum_pages.models import Topic, TopicComment, author_name
from forum_pages.text import quote
from forum_pages.views.shared.base import ForumView, add_refusal, is_htmx, preview_of, require
from forum_pages.views.topics.topic import (
    forget_conflict,
    react_and_answer,
    report_and_answer,
    url_of_comment,
    what_may_be_done,
)


class CommentView(ForumView):
    """A comment's lasting address: leads to the page that begins with it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return redirect(url_of_comment(self.comment(pk)))


class WritingView(ForumView):
    """What the views that take a new comment share."""

    def show_form(
        self, topic: Topic, form: CommentForm, *, parent: TopicComment | None, status: int = 200, preview: str = ""
    ) -> HttpResponse:
        context = {"topic": topic, "board": topic.board, "form": form, "parent": parent, "preview": preview}
        if not is_htmx(self.request):
            return self.answer("forum_pages/comments/comment_post.html", context, status=status)
        # htmx puts in place only what is answered with success; the form says itself what is wrong.
        response = self.answer("forum_pages/comments/parts/comment_form.html", context)
        response.headers["HX-Retarget"] = f"#reply-{parent.pk}" if parent else "#comment-form"
        response.headers["HX-Reswap"] = "innerHTML"
        return response

    def take(self, topic: Topic, *, parent: TopicComment | None) -> HttpResponse:
        """Validate and write; answer with the comment in its place."""
        user = self.request.user
        require("forum_pages.comment_on_topic", user, topic)
        form = CommentForm(self.request.POST, parent=parent)
        if "preview" in self.request.POST:
            return self.show_form(topic, form, parent=parent, preview=preview_of(form))
        if not form.is_valid():
            return self.show_form(topic, form, parent=parent, status=422)
        try:
            comment = post_comment(topic=topic, user=user, parent=parent, **form.cleaned_data)
        except Refusal as refusal:
            return self.show_form(topic, form, parent=parent, status=add_refusal(form, refusal))
        if is_htmx(self.request):
            return self.show_comment(topic, comment, parent=parent)
        if comment.awaiting:
            messages.info(
                self.request, _("Your comment awaits approval. Until then only you and the moderators see it.")
            )
        return redirect(url_of_comment(comment))

    def show_comment(self, topic: Topic, comment: TopicComment, *, parent: TopicComment | None) -> HttpResponse:
        comment.topic = topic
        context = {
            "topic": topic,
            "comment": comment,
            "parent": parent,
            "form": CommentForm(),
            "author_lines": author_lines([comment.user_id]),
            "is_new": True,
            **what_may_be_done(topic, self.request.user),
        }
        return self.answer("forum_pages/comments/parts/comment_new.html", context)


class CommentPostView(WritingView):
    """Comment on a topic."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        require("forum_pages.comment_on_topic", request.user, topic)
        form = CommentForm()
        if "quote" in request.GET:
            form.initial["source"] = quote(topic.source, name=author_name(topic.author))
        return self.show_form(topic, form, parent=None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.take(self.topic(pk), parent=None)


class CommentReplyView(WritingView):
    """Answer a comment, with or without quoting it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        parent = self.comment(pk)
        require("forum_pages.comment_on_topic", request.user, parent.topic)
        form = CommentForm(parent=parent)
        if "quote" in request.GET and not parent.is_removed:
            form.initial["source"] = quote(parent.comment, name=author_name(parent.user))
        return self.show_form(parent.topic, form, parent=parent)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        parent = self.comment(pk)
        return self.take(parent.topic, parent=parent)


class CommentEditView(ForumView):
    """Change one's own comment."""

    def load(self, pk: int) -> TopicComment:
        comment = self.comment(pk)
        require("forum_pages.edit_comment", self.request.user, comment)
        return comment

    def show_form(self, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        if is_htmx(self.request):
            return self.answer("forum_pages/comments/parts/comment_edit_form.html", context)
        return self.answer("forum_pages/comments/comment_edit.html", context, status=status)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.load(pk)
        form = CommentEditForm(comment=comment, initial={"source": comment.comment, "seen": comment.revision_count})
        topic = comment.topic
        return self.show_form({"comment": comment, "topic": topic, "board": topic.board, "form": form})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.load(pk)
        topic = comment.topic
        form = CommentEditForm(request.POST, comment=comment)
        context: dict[str, Any] = {"comment": comment, "topic": topic, "board": topic.board, "form": form}
        if "preview" in request.POST:
            return self.show_form({**context, "preview": preview_of(form)})
        status = 422
        if form.is_valid():
            try:
                edited = edit_comment(comment=comment, user=request.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
                if isinstance(refusal, EditedMeanwhile):
                    context["current"] = comment.comment
                    form.data = forget_conflict(form, comment.revision_count)
            else:
                if not is_htmx(request):
                    return redirect(url_of_comment(edited))
                edited.user, edited.my_reaction = comment.user, comment.my_reaction
                lines = author_lines([edited.user_id])
                done = {"comment": edited, "author_lines": lines, **what_may_be_done(topic, request.user)}
                response = self.answer("forum_pages/comments/parts/comment.html", {**context, **done})
                response.headers["HX-Retarget"] = f"#{edited.anchor}"
                response.headers["HX-Reswap"] = "outerHTML"
                return response
        return self.show_form(context, status=status)


class CommentRemoveView(ForumView):
    """Take a comment down: its author, or a moderator."""

    template = "forum_pages/comments/comment_remove.html"

    def load(self, pk: int) -> TopicComment:
        comment = self.comment(pk)
        require("forum_pages.remove_comment", self.request.user, comment)
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
                remove_comment(comment=comment, user=request.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
            else:
                return redirect(url_of_comment(comment))
        context = {"comment": comment, "topic": comment.topic, "board": comment.topic.board, "form": form}
        return self.answer(self.template, context, status=status)


class CommentHistoryView(ForumView):
    """What a comment said before. Of a removed one only moderators see it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        if comment.is_removed:
            require("forum_pages.moderate_comment", request.user, comment)
        revisions = list(comment.revisions.all()[:100])
        context = {"topic": comment.topic, "board": comment.topic.board, "post": comment, "revisions": revisions}
        return self.answer("forum_pages/shared/history.html", {**context, "comment": comment})


class CommentReactView(ForumView):
    """Agree or disagree with a comment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        return react_and_answer(self, comment, back=url_of_comment(comment))


class CommentReportView(ForumView):
    """Report a comment."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        context = {"comment": comment, "topic": comment.topic, "board": comment.topic.board, "form": ReportForm()}
        return self.answer("forum_pages/moderation/report.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        comment = self.comment(pk)
        return report_and_answer(self, comment, topic=comment.topic, back=url_of_comment(comment))
