"""Refusals about announcements."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class RemindedToday(Refusal):
    code = "reminded_today"
    text = _("A reminder has been sent today. The next can be sent tomorrow.")
