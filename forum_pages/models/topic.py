"""Topics, with the counters that their lists need."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.search import index

from forum_pages.conf import conf
from forum_pages.enums import Reaction
from forum_pages.querysets.topics import TopicQuerySet


class Topic(index.Indexed, models.Model):  # type: ignore[django-manager-missing]  # lost by the stubs below xtd
    """A topic on a board: an ordinary row. The domain functions keep its counters in their own transactions."""

    # The indexes below begin with the board; one of its own would only mislead the planner.
    board = models.ForeignKey("forum_pages.BoardPage", on_delete=models.PROTECT, related_name="topics", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="forum_topics"
    )
    title = models.CharField(_("title"), max_length=200)
    source = models.TextField(_("text"))
    html = models.TextField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_activity_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    revision_count = models.PositiveIntegerField(default=0, editable=False)

    pinned = models.BooleanField(_("pinned"), default=False)
    locked = models.BooleanField(pgettext_lazy("forum", "locked"), default=False)
    awaiting = models.BooleanField(_("awaiting approval"), default=False)
    hidden = models.BooleanField(_("hidden"), default=False)
    hidden_reason = models.CharField(max_length=300, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    comment_count = models.PositiveIntegerField(default=0, editable=False)  # what everybody sees
    last_number = models.PositiveIntegerField(default=0, editable=False)  # the highest number ever given
    like_count = models.PositiveIntegerField(default=0, editable=False)
    dislike_count = models.PositiveIntegerField(default=0, editable=False)
    # Of the form it was sent from: the same form sent twice makes one topic.
    submission = models.UUIDField(null=True, unique=True, editable=False)

    objects = TopicQuerySet.as_manager()

    # What TopicQuerySet adds where it is asked to.
    read_at: datetime | None
    board_read_at: datetime | None
    my_reaction: str | None

    # The domain functions index, once the transaction has committed.
    search_auto_update = False
    search_fields = [
        index.SearchField("search_text"),
        index.FilterField("id"),
        index.FilterField("board_id"),
        index.FilterField("author_id"),
        index.FilterField("hidden"),
        index.FilterField("awaiting"),
        index.FilterField("last_activity_at"),
    ]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        indexes = [
            models.Index(
                models.F("board"),
                models.F("pinned").desc(),
                models.F("last_activity_at").desc(),
                models.F("id").desc(),
                name="forum_pages_topic_board",
            ),
            models.Index(
                models.F("board"),
                models.F("last_activity_at").desc(),
                models.F("id").desc(),
                name="forum_pages_topic_latest",
                condition=models.Q(hidden=False, awaiting=False),
            ),
            models.Index(
                fields=["board"],
                name="forum_pages_topic_awaiting",
                condition=models.Q(awaiting=True, hidden=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(comment_count__lte=models.F("last_number")), name="forum_pages_topic_counts"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("forum_pages:topic", args=[self.pk])

    def search_text(self) -> str:
        """Title and text, cut into words; the title twice, so that it weighs more."""
        return conf.segmenter()(f"{self.title}\n{self.title}\n{self.source}")

    @property
    def is_unread(self) -> bool:
        """Whether it has changed since the person last read it. Needs `with_read_mark`."""
        marks = [conf.unread_since(), self.read_at, self.board_read_at]
        return self.last_activity_at > max(mark for mark in marks if mark is not None)

    @property
    def is_shown(self) -> bool:
        """Whether everybody who reads the board sees it."""
        return not self.hidden and not self.awaiting


class TopicFlag(models.Model):
    """A reaction to a topic's own text, in the shape django-comments gives the reactions to comments."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="flags", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    flag = models.CharField(max_length=30, choices=Reaction)
    flag_date = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reaction to a topic")
        verbose_name_plural = _("reactions to topics")
        constraints = [models.UniqueConstraint(fields=["topic", "user"], name="forum_pages_topic_flag_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.flag} ({self.topic_id})"
