"""Posting comments and replies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from forum_pages.authors import author_lines, author_name
from forum_pages.domain.comments.comments import post_comment
from forum_pages.exceptions.base import Refusal
from forum_pages.forms.comments import CommentForm
from forum_pages.models import Topic, TopicComment
from forum_pages.text import quote
from forum_pages.views.shared.actions import comment_actions, topic_actions
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView, add_refusal, is_htmx, preview_of, require


class CommentFormView(ForumView):
    """What the views of a new comment share."""

    def show_form(
        self, topic: Topic, form: CommentForm, *, parent: TopicComment | None, status: int = 200, preview: str = ""
    ) -> HttpResponse:
        """Render the form, in its place for htmx, or on a page of its own."""
        context = {"topic": topic, "board": topic.board, "form": form, "parent": parent, "preview": preview}
        if not is_htmx(self.request):
            return self.answer("forum_pages/comments/comment_post.html", context, status=status)
        # htmx puts in place only what is answered with success; the form says itself what is wrong.
        response = self.answer("forum_pages/comments/parts/comment_form.html", context)
        response.headers["HX-Retarget"] = f"#reply-{parent.pk}" if parent else "#comment-form"
        response.headers["HX-Reswap"] = "innerHTML"
        return response

    def post_comment(self, topic: Topic, *, parent: TopicComment | None) -> HttpResponse:
        """Post the comment, and answer with it in its place."""
        require("forum_pages.comment_on_topic", self.user, topic)
        form = CommentForm(self.request.POST, parent=parent)
        if "preview" in self.request.POST:
            return self.show_form(topic, form, parent=parent, preview=preview_of(form))
        if not form.is_valid():
            return self.show_form(topic, form, parent=parent, status=422)
        try:
            comment = post_comment(topic=topic, user=self.user, parent=parent, **form.cleaned_data)
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
        """Render the new comment for htmx."""
        comment.topic = topic
        in_topic = topic_actions(topic, self.user)
        context = {
            "topic": topic,
            "comment": comment,
            "parent": parent,
            "form": CommentForm(),
            "author_lines": author_lines([comment.user_id]),
            "is_new": True,
            "actions": comment_actions(comment, self.user, in_topic=in_topic),
        }
        return self.answer("forum_pages/comments/parts/comment_new.html", context)


class CommentPostView(CommentFormView):
    """Comment on a topic."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        require("forum_pages.comment_on_topic", self.user, topic)
        form = CommentForm()
        if "quote" in request.GET:
            form.initial["source"] = quote(topic.source, name=author_name(topic.author))
        return self.show_form(topic, form, parent=None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.post_comment(self.topic(pk), parent=None)


class CommentReplyView(CommentFormView):
    """Answer a comment, with or without quoting it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        parent = self.comment(pk)
        require("forum_pages.comment_on_topic", self.user, parent.topic)
        form = CommentForm(parent=parent)
        if "quote" in request.GET and not parent.is_removed:
            form.initial["source"] = quote(parent.comment, name=author_name(parent.user))
        return self.show_form(parent.topic, form, parent=parent)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        parent = self.comment(pk)
        return self.post_comment(parent.topic, parent=parent)
