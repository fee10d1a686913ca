"""Readers of cells, one a column: clean text, a code, a day, yes or no."""

import datetime
import re
import unicodedata
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from organisation.models.staff import NUMBER_PATTERN, PHONE_PATTERN
from peer_review.tables.reader import ERROR_VALUES, BadCell, Cell

# Zero-width characters, marks that turn the direction of text, control and private-use characters.
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]")
DATE = re.compile(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?: 00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
NUMBER = re.compile(NUMBER_PATTERN)
PHONE = re.compile(PHONE_PATTERN)
USERNAME = re.compile(r"[\w.@+-]+")
YES = frozenset({"是", "yes", "y", "true", "1", "√", "✓", "对"})
NO = frozenset({"", "否", "no", "n", "false", "0", "×", "非"})
EARLIEST = datetime.date(1940, 1, 1)
YEARS_AHEAD = 2


#: What a cell says once it is read.
CellValue = str | int | bool | datetime.date | None


class CellError(Exception):
    """A cell that cannot be read. Its text is a sentence for whoever wrote the file."""


def text_of(cell: Cell, *, limit: int = 80) -> str:
    """Return a cell as clean text: no space at its ends, runs of space made one, nothing invisible.

    Raises: CellError.
    """
    if cell is None:
        return ""
    if isinstance(cell, BadCell):
        raise CellError(cell.reason)
    if isinstance(cell, datetime.date):
        raise CellError(_("The cell holds a date. Format it as text."))
    text = " ".join(str(cell).split())
    if not text:
        return ""
    if text[0] == "=" or text[0] == "@":
        raise CellError(_("The cell holds a formula. Replace it by its value."))
    if text[0] == "#" and ERROR_VALUES.match(text):
        raise CellError(_("The cell holds the error value %(value)s.") % {"value": text})
    if not text.isascii() or not text.isprintable():
        invisible = INVISIBLE.search(text)
        if invisible:
            raise CellError(_("The cell holds an invisible character (U+%(code)04X).") % {"code": ord(invisible[0])})
    if len(text) > limit:
        raise CellError(_("The text is longer than %(limit)d characters.") % {"limit": limit})
    return text


def short_text(cell: Cell) -> str:
    """Return a name or a position."""
    return text_of(cell)


def code(cell: Cell) -> str:
    """Return a number or code that identifies something, with full-width digits as plain ones."""
    text = text_of(cell, limit=40)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if text and not NUMBER.fullmatch(text):
        raise CellError(_("Use letters, digits, dots, dashes only."))
    return text


def reference(cell: Cell) -> str:
    """Return the code, the name or the path of a section or rank."""
    return text_of(cell, limit=300)


def username(cell: Cell) -> str:
    """Return a name to sign in with."""
    text = unicodedata.normalize("NFKC", text_of(cell, limit=150))
    if text and not USERNAME.fullmatch(text):
        raise CellError(_("Use letters, digits and @ . + - _ only."))
    return text


def phone(cell: Cell) -> str:
    """Return a phone number, or several."""
    text = text_of(cell, limit=60)
    if not PHONE.fullmatch(text):
        text = unicodedata.normalize("NFKC", text)
        if not PHONE.fullmatch(text):
            raise CellError(_("This is not a phone number."))
    return text


def email(cell: Cell) -> str:
    """Return an e-mail address."""
    text = text_of(cell, limit=254)
    if text:
        try:
            validate_email(text)
        except ValidationError:
            raise CellError(_("This is not an e-mail address.")) from None
    return text


def day(cell: Cell) -> datetime.date | None:
    """Return a date; None for an empty cell."""
    if isinstance(cell, datetime.date):
        return _plausible(cell)
    text = text_of(cell, limit=40)
    return _plausible(_read_day(text)) if text else None


@lru_cache(maxsize=20_000)
def _read_day(text: str) -> datetime.date:
    match = DATE.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        raise CellError(_("“%(text)s” is not a date. Write it like 2026-11-22.") % {"text": text})
    try:
        return datetime.date(*(int(part) for part in match.groups() if part is not None))
    except ValueError:
        raise CellError(_("There is no such day as “%(text)s”.") % {"text": text}) from None


def _plausible(value: datetime.date) -> datetime.date:
    if value < EARLIEST or value.year > datetime.date.today().year + YEARS_AHEAD:
        raise CellError(_("The date %(day)s is out of range.") % {"day": value.isoformat()})
    return value


def yes_or_no(cell: Cell) -> bool:
    """Return whether the cell says yes (是) or no (否)."""
    text = text_of(cell, limit=40).casefold()
    if text in YES:
        return True
    if text in NO:
        return False
    raise CellError(_("Write “yes” or “no” (是 / 否)."))


def order(cell: Cell) -> int | None:
    """Return a whole number to sort by; None for an empty cell."""
    text = unicodedata.normalize("NFKC", text_of(cell, limit=40))
    if not text:
        return None
    if not text.isdecimal() or int(text) > 9999:
        raise CellError(_("Write a whole number from 0 to 9999."))
    return int(text)
