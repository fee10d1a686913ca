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
from forum_pages.views.shared.addresses import url_of_comment
from forum_pages.views.shared.base import ForumView
from forum_pages.views.shared.topic_actions import what_may_be_done


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

    def comments(self, topic: Topic, *, order: CommentOrder) -> KeysetPage[TopicComment]:
        """Return the page of comments the URL asks for. One query."""
        user, wanted = self.request.user, self.request.GET
        comments = (
            TopicComment.objects.on_topic(topic, user=user).select_related("user", "removed_by").with_reaction_of(user)
        )
        page = COMMENT_ORDERS[order].page(
            comments,
            size=conf.COMMENTS_PER_PAGE,
            after=wanted.get("after", ""),
            before=wanted.get("before", ""),
            start=wanted.get("start", ""),
            last="last" in wanted,
        )
        for comment in page:
            comment.topic = topic
        return page

    def url_of_number(self, topic: Topic, text: str, *, order: CommentOrder) -> str:
        """Return the address of the comment with this number, or of the nearest one after it."""
        url = topic.get_absolute_url()
        by_number = COMMENT_ORDERS[CommentOrder.TIME]
        if by_number.read(text) is None:
            return url
        comments = TopicComment.objects.on_topic(topic, user=self.request.user)
        comment = next(iter(by_number.page(comments, size=1, start=text)), None)
        if comment is None:
            return f"{url}?{urlencode({'order': order.value, 'last': 1})}"
        return url_of_comment(comment, order=order)
