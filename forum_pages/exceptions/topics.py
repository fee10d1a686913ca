"""Refusals of topics."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum_pages.exceptions.base import Refusal


class TopicLocked(Refusal):
    code = "topic_locked"
    text = _("This topic is locked: nothing in it can be written or changed.")


class TopicHidden(Refusal):
    code = "topic_hidden"
    status = 404
    text = _("This topic is no longer shown.")


class TopicHasComments(Refusal):
    code = "topic_has_comments"
    text = _("Others have commented on this topic. Ask a moderator if it must be taken down.")
