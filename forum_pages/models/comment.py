"""A comment on a topic, built on django-comments-xtd's model."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment
from wagtail.search import index

from forum_pages.conf import conf
from forum_pages.models.topic import Topic
from forum_pages.people import User
from forum_pages.querysets.comments import TopicCommentQuerySet

#: Digits of one number in a path. Nine would outlive any topic; seven allow ten million comments in one.
NUMBER_WIDTH = 7


class TopicComment(index.Indexed, XtdComment):
    """A comment, with its place in the discussion.

    django-comments-xtd keeps the order of a discussion by renumbering every later row on each reply, row by row
    ancestors and outside a transaction. Here the place is a path of fixed-width numbers (digits only, so every
    collation sorts them alike): a reply's path is its parent's with its own number behind, which puts it after what
    was said before under the same parent and moves nothing. Thread, parent and level are kept as
    django-comments-xtd defines them; `order` and `nested_count`, which cost it the rows of the whole thread, are not.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="comments", db_index=False)
    number = models.PositiveIntegerField(editable=False)
    path = models.CharField(max_length=63, editable=False)
    html = models.TextField(editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    revision_count = models.PositiveIntegerField(default=0, editable=False)
    removed_reason = models.CharField(max_length=300, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    like_count = models.PositiveIntegerField(default=0, editable=False)
    dislike_count = models.PositiveIntegerField(default=0, editable=False)
    submission = models.UUIDField(null=True, unique=True, editable=False)

    # The managers of django-comments join the content type and order every query; these rows need neither.
    objects = TopicCommentQuerySet.as_manager()

    # What TopicCommentQuerySet adds where it is asked to.
    my_reaction: str | None

    # The domain functions index, once the transaction has committed.
    search_auto_update = False
    search_fields = [
        index.SearchField("search_text"),
        index.FilterField("id"),
        index.FilterField("comment_ptr_id"),
        index.FilterField("user_id"),
        index.FilterField("is_public"),
        index.FilterField("is_removed"),
        index.RelatedFields(
            "topic",
            [
                index.FilterField("board_id"),
                index.FilterField("author_id"),
                index.FilterField("hidden"),
                index.FilterField("awaiting"),
            ],
        ),
    ]

    class Meta:
        verbose_name = _("comment on a topic")
        verbose_name_plural = _("comments on topics")
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["topic", "path"], name="forum_pages_comment_path"),
            models.UniqueConstraint(fields=["topic", "number"], name="forum_pages_comment_number"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}#{self.number}"

    def get_absolute_url(self, anchor_pattern: str = "") -> str:
        return reverse("forum_pages:comment", args=[self.pk])

    def search_text(self) -> str:
        """The text, cut into words."""
        return conf.segmenter()(self.comment)

    @property
    def awaiting(self) -> bool:
        """Whether a moderator has yet to approve it."""
        return not self.is_public and not self.is_removed

    @property
    def anchor(self) -> str:
        """The comment's id inside its page."""
        return f"c{self.pk}"


def insert_comment(
    *,
    topic: Topic,
    user: User,
    number: int,
    parent: TopicComment | None,
    text: str,
    html: str,
    is_public: bool = True,
    submission: UUID | None = None,
) -> TopicComment:
    """Return a new comment: three rows, in three queries. No signal of django-comments-xtd fires.

    XtdComment.save() would write every row twice and look for later siblings; all it finds out is known here.
    """
    now = timezone.now()
    values: dict[str, object] = {
        "content_type": ContentType.objects.get_for_model(Topic),
        "object_pk": str(topic.pk),
        "site_id": settings.SITE_ID,
        "user": user,
        "user_name": str(user.get_full_name() or user.get_username())[:50],
        "comment": text,
        "submit_date": now,
        "is_public": is_public,
    }
    base = Comment(**values)
    base.save(force_insert=True)
    comment = TopicComment(
        id=base.pk,
        comment_ptr_id=base.pk,
        xtdcomment_ptr_id=base.pk,
        **values,
        thread_id=parent.thread_id if parent else base.pk,
        parent_id=parent.pk if parent else base.pk,
        level=parent.level + 1 if parent else 0,
        topic=topic,
        number=number,
        path=(parent.path if parent else "") + f"{number:0{NUMBER_WIDTH}d}",
        html=html,
        submission=submission,
    )
    middle = XtdComment(
        comment_ptr_id=base.pk, thread_id=comment.thread_id, parent_id=comment.parent_id, level=comment.level
    )
    for row in (middle, comment):
        row.save_base(raw=True, force_insert=True)  # raw: this table's own columns, the parent's row is there
    return comment
