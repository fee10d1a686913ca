"""Refusals of boards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from forum_pages.exceptions.base import Refusal


class BoardNotOpenYet(Refusal):
    code = "board_not_open_yet"
    text = _("This board has not opened yet.")


class BoardClosed(Refusal):
    code = "board_closed"
    text = _("This board has closed: it can be read, but nothing new can be written.")
