"""The refusal of a file of lines."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class TableRefused(Refusal):
    """The file as a whole cannot be read; the message says why."""

    code = "table_refused"
    status = 422
    text: ClassVar[str | Promise] = _("The file cannot be read.")
