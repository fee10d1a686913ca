"""Entries in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from wagtail.models import ModelLogEntry

from forum_pages.domain.audit_log import record
from forum_pages.models import Topic
from forum_pages.people import User
from forum_pages.signals import post_moderated

pytestmark = pytest.mark.django_db


def test_record_writes_an_entry_and_signals_once_it_is_committed(
    topic: Topic, moderator: User, committed: Callable[[], AbstractContextManager[object]]
) -> None:
    received: list[tuple[object, ...]] = []

    def receiver(sender: type, instance: Topic, action: str, user: User, reason: str, **kwargs: object) -> None:
        received.append((sender, instance, action, user, reason))

    post_moderated.connect(receiver)
    try:
        with committed():
            record(topic, "topic_move", user=moderator, reason="离题", former="甲", board="乙")
            assert received == []
    finally:
        post_moderated.disconnect(receiver)
    assert received == [(Topic, topic, "topic_move", moderator, "离题")]
    entry = ModelLogEntry.objects.get()
    assert (entry.action, entry.user, entry.object_id) == ("forum_pages.topic_move", moderator, str(topic.pk))
    assert entry.data == {"reason": "离题", "former": "甲", "board": "乙"}
