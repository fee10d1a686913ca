"""Reading a topic."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from forum_pages.authors import author_lines
from forum_pages.conf import conf
from forum_pages.domain.reading.marks import mark_topic_read
from forum_pages.enums import CommentOrder
from forum_pages.forms.comments import CommentForm
from forum_pages.models import Topic, TopicComment
from forum_pages.paging import KeysetPage
from forum_pages.querysets.comments import COMMENT_ORDERS
from forum_pages.views.shared.actions import comment_rows, topic_actions
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView


class TopicView(ForumView):
    """One topic and a page of its comments."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        topic = self.topic(pk)
        order = CommentOrder.TIME if request.GET.get("order") == CommentOrder.TIME else CommentOrder.THREAD
        number = request.GET.get("number", "")
        if number:
            return redirect(self.url_of_number(topic, number, order=order))
        comments = self.comments(topic, order=order)
        mark_topic_read(topic=topic, user=self.user)
        actions = topic_actions(topic, self.user)
        context = {
            "topic": topic,
            "board": topic.board,
            "comments": comments,
            "rows": comment_rows(comments, self.user, in_topic=actions),
            "order": order.value,
            "author_lines": author_lines([topic.author_id, *(comment.user_id for comment in comments)]),
            "form": CommentForm(),
            "actions": actions,
        }
        return self.answer("forum_pages/topics/topic.html", context)

    def comments(self, topic: Topic, *, order: CommentOrder) -> KeysetPage[TopicComment]:
        """Return the page of comments that the URL asks for. One query."""
        asked = self.request.GET
        comments = TopicComment.objects.on_topic(topic, user=self.user).select_related("user", "removed_by")
        page = COMMENT_ORDERS[order].page(
            comments.with_reaction_of(self.user),
            size=conf.COMMENTS_PER_PAGE,
            after=asked.get("after", ""),
            before=asked.get("before", ""),
            start=asked.get("start", ""),
            last="last" in asked,
        )
        for comment in page:
            comment.topic = topic
        return page

    def url_of_number(self, topic: Topic, number: str, *, order: CommentOrder) -> str:
        """Return the address of the comment with this number, or of the nearest one after it."""
        url = topic.get_absolute_url()
        by_number = COMMENT_ORDERS[CommentOrder.TIME]
        if by_number.read(number) is None:
            return url
        comments = TopicComment.objects.on_topic(topic, user=self.user)
        comment = next(iter(by_number.page(comments, size=1, start=number)), None)
        if comment is None:
            return f"{url}?{urlencode({'order': order.value, 'last': 1})}"
        return url_of_comment(comment, order=order)
