"""The number of topics on a board."""

from __future__ import annotations

import pytest

from forum_pages.models import BoardPage, BoardTally, Topic

pytestmark = pytest.mark.django_db


def test_publishing_an_old_draft_does_not_bring_an_old_count_back(board: BoardPage, topic: Topic) -> None:
    BoardPage.objects.get(pk=board.pk).save_revision().publish()
    tally = BoardTally.objects.get(board=board)
    assert (tally.topic_count, str(tally)) == (1, f"{board.pk}: 1")
