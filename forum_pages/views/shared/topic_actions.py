"""What a topic's page offers."""

from __future__ import annotations

from typing import Any

from forum_pages.models import Topic
from forum_pages.rules.topics import can_comment_on_topic, can_edit_topic, can_moderate_topic


def what_may_be_done(topic: Topic, user: Any) -> dict[str, bool]:
    """Return what the topic's page offers this person. No query beyond the board's access."""
    open_now = not topic.hidden and not topic.locked and topic.board.is_open_now
    return {
        "may_moderate": can_moderate_topic(user, topic),
        "may_comment": open_now and can_comment_on_topic(user, topic),
        "may_edit": open_now and can_edit_topic(user, topic),
        "open_now": open_now,
    }
