"""Read marks. A mark per board ("all before this is read") and one per topic read since: never a row per post."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from forum_pages.models.pages import BoardPage
from forum_pages.models.topic import Topic


class BoardMark(models.Model):
    """The moment up to which a person has read a whole board."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    board = models.ForeignKey(BoardPage, on_delete=models.CASCADE, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("read mark of a board")
        verbose_name_plural = _("read marks of boards")
        constraints = [models.UniqueConstraint(fields=["user", "board"], name="forum_pages_board_mark_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.board_id}"


class TopicRead(models.Model):
    """The moment when a person last read a topic that was active within FORUM_PAGES_UNREAD_DAYS."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("read mark of a topic")
        verbose_name_plural = _("read marks of topics")
        constraints = [models.UniqueConstraint(fields=["user", "topic"], name="forum_pages_topic_read_once")]
        indexes = [models.Index(fields=["read_at"], name="forum_pages_read_at")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.topic_id}"
