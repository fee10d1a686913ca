"""Entries in the audit log."""

from __future__ import annotations

from django.db import transaction
from wagtail.log_actions import log

from forum_pages.models import Topic, TopicComment
from forum_pages.people import User
from forum_pages.signals import post_moderated


def record(instance: Topic | TopicComment, action: str, *, user: User, reason: str = "", **data: str) -> None:
    """Write a moderator's action into the audit log; once it is committed, `post_moderated` is sent."""
    log(instance, f"forum_pages.{action}", user=user, data={"reason": reason, **data})
    transaction.on_commit(
        lambda: post_moderated.send_robust(type(instance), instance=instance, action=action, user=user, reason=reason)
    )
