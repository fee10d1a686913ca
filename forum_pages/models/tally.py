"""The number of topics on a board."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum_pages.models.pages import BoardPage


class BoardTally(models.Model):
    """The number of topics a board shows. Apart from the page: a draft that is published must not reset it."""

    board = models.OneToOneField(BoardPage, on_delete=models.CASCADE, related_name="tally", primary_key=True)
    topic_count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tally of a board")
        verbose_name_plural = _("tallies of boards")

    def __str__(self) -> str:
        return f"{self.board_id}: {self.topic_count}"
