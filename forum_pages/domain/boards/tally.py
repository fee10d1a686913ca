"""The number of topics on a board."""

from __future__ import annotations

from django.db.models import F

from forum_pages.models import BoardTally


def count_topics(board_id: int, change: int) -> None:
    """Add the change to the number of topics the board shows."""
    tally = BoardTally.objects.filter(board_id=board_id)
    if not tally.update(topic_count=F("topic_count") + change):
        BoardTally.objects.bulk_create([BoardTally(board_id=board_id)], ignore_conflicts=True)
        tally.update(topic_count=F("topic_count") + change)
