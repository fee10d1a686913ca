"""Refusals about reading results."""

from django.utils.translation import gettext_lazy as _

from peer_review.exceptions.base import Refusal


class NoChineseFont(Refusal):
    """No font on the computer has Chinese: boxes would stand where names should."""

    code = "no_chinese_font"
    status = 503
    text = _(
        "The PDF cannot be made: the server has no Chinese font. Ask whoever runs the server to install the package "
        "%(package)s; nothing else needs to be done, and no restart. The workbook (xlsx) can be had now."
    )
