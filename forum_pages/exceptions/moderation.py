"""Refusals of moderation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum_pages.exceptions.base import Refusal


class TooManyPinned(Refusal):
    code = "too_many_pinned"
    text = _("%(limit)s topics are pinned on this board already. Unpin one first.")


class SameBoard(Refusal):
    code = "same_board"
    text = _("The topic is on this board already.")


class AlreadyReported(Refusal):
    code = "already_reported"
    text = _("You have reported this already. The moderators have it in their queue.")


class ReportDecided(Refusal):
    code = "report_decided"
    text = _("This report has been decided already.")


class NotAwaiting(Refusal):
    code = "not_awaiting"
    text = _("This has been decided already.")
