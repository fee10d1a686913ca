"""What is indexed after which change."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from forum_pages.domain.search import indexing
from forum_pages.domain.search.indexing import index_later

pytestmark = pytest.mark.django_db


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The tasks that are enqueued, instead of running them."""
    names: list[tuple[str, int]] = []
    for name in ("index_topic", "index_comment", "index_discussion"):
        task = type("Task", (), {"enqueue": lambda self, pk, name=name: names.append((name, pk))})()
        monkeypatch.setattr(indexing, name, task)
    return names


def test_index_later_enqueues_one_task_after_the_commit(
    enqueued: list[tuple[str, int]], committed: Callable[[], AbstractContextManager[object]]
) -> None:
    with committed():
        index_later(1)
        index_later(1, comment_id=2)
        index_later(1, whole=True)
        assert enqueued == []
    assert enqueued == [("index_topic", 1), ("index_comment", 2), ("index_discussion", 1)]
