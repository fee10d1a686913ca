"""Editing a comment."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.authors import author_lines
from forum_pages.domain.comments.comments import edit_comment
from forum_pages.exceptions.base import EditedMeanwhile, Refusal
from forum_pages.forms.comments import CommentEditForm
from forum_pages.models import Topic, TopicComment
from forum_pages.views.shared.actions import comment_actions, topic_actions
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView, add_refusal, is_htmx, preview_of, require
from forum_pages.views.shared.edit_conflict import accept_conflict


class CommentEditView(ForumView):
    """Edit one's own comment."""

    def load(self, pk: int) -> TopicComment:
        comment = self.comment(pk)
        require("forum_pages.edit_comment", self.user, comment)
        return comment

    def show_form(self, context: dict[str, object], *, status: int = 200) -> HttpResponse:
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
        context: dict[str, object] = {"comment": comment, "topic": topic, "board": topic.board, "form": form}
        if "preview" in request.POST:
            return self.show_form({**context, "preview": preview_of(form)})
        status = 422
        if form.is_valid():
            try:
                edited = edit_comment(comment=comment, user=self.user, **form.cleaned_data)
            except Refusal as refusal:
                status = add_refusal(form, refusal)
                if isinstance(refusal, EditedMeanwhile):
                    context["current"] = comment.comment
                    form.data = accept_conflict(request.POST, seen=comment.revision_count)
            else:
                if not is_htmx(request):
                    return redirect(url_of_comment(edited))
                edited.user, edited.my_reaction = comment.user, comment.my_reaction
                return self.show_comment(edited, topic=topic)
        return self.show_form(context, status=status)

    def show_comment(self, comment: TopicComment, *, topic: Topic) -> HttpResponse:
        """Render the edited comment for htmx, in place of the former one."""
        context = {
            "topic": topic,
            "board": topic.board,
            "comment": comment,
            "author_lines": author_lines([comment.user_id]),
            "actions": comment_actions(comment, self.user, in_topic=topic_actions(topic, self.user)),
        }
        response = self.answer("forum_pages/comments/parts/comment.html", context)
        response.headers["HX-Retarget"] = f"#{comment.anchor}"
        response.headers["HX-Reswap"] = "outerHTML"
        return response
