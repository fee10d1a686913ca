"""From a report to the bytes of a PDF: tagged for screen readers (PDF/UA-1), fit to be kept (PDF/A-2a), and the same
bytes for the same figures.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import typst

from peer_review.exceptions.results import NoChineseFont
from peer_review.reports import fonts
from peer_review.reports.blocks import Report

TEMPLATES = Path(__file__).resolve().parent / "typst"
STANDARDS: list[Any] = ["ua-1", "a-2a"]  # typst names its type in its stubs only
#: Chinese, its punctuation and full-width forms.
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
#: Controls, private use, not assigned: nobody can know what they would look like. The byte order mark is none either.
_NO_CHARACTERS, _MARK = frozenset({"Cc", "Co", "Cn", "Cs"}), "\ufeff"
#: So many characters are tried at once.
_CHUNK = 128
_PROBE = b"""#set document(title: "probe")
#set text(font: json(bytes(sys.inputs.fonts)), lang: "zh")
#sys.inputs.text"""


def may_refuse() -> bool:
    """Return whether render refuses reports in Chinese: the computer has no font for them."""
    return not fonts.families()


def render(report: Report) -> bytes:
    """Return the PDF of a report.

    A character that nothing on the computer can draw (a rare name, a pictogram in a comment) stands as its number,
    [U+1F44D], and the report says so: never a box, and nobody can keep a report from being made by writing one.
    Raises: NoChineseFont where no font can write Chinese at all, and the report has some.
    """
    data = report.as_data()
    families = fonts.families()
    if not families:
        if _CHINESE.search(json.dumps(data, ensure_ascii=False)):
            raise NoChineseFont(package=fonts.PACKAGE)
        families = fonts.latin_families()
    data |= {"fonts": families, "numbered": False}
    day = datetime.combine(report.day, time(), tzinfo=UTC)
    try:
        return _compile(TEMPLATES / "report.typ", {"data": json.dumps(data, ensure_ascii=False)}, day)
    except typst.TypstError:
        undrawn = _undrawn(sorted(set(_texts(data)) - {"\n"}), families)
        if not undrawn:
            raise
    numbers = str.maketrans({character: f"[U+{ord(character):04X}]" for character in undrawn})
    data = {name: _renamed(value, numbers) for name, value in data.items()} | {"numbered": True}
    return _compile(TEMPLATES / "report.typ", {"data": json.dumps(data, ensure_ascii=False)}, day)


def _compile(source: Any, inputs: dict[str, str], day: datetime) -> bytes:
    """Return what typst makes of a template's path, or of a source in bytes."""
    document: bytes = typst.compile(
        source,  # typst's stubs ask for the type of the font paths here too
        root=TEMPLATES,
        font_paths=fonts.fonts(),
        ignore_system_fonts=True,  # fonts() has them already
        sys_inputs=inputs,
        pdf_standards=STANDARDS,
        timestamp=day,
    )
    return document


def _undrawn(characters: Sequence[str], families: Sequence[str]) -> list[str]:
    """Return which of these characters cannot be set."""
    never = [
        character for character in characters if unicodedata.category(character) in _NO_CHARACTERS or character == _MARK
    ]
    return never + _refused([character for character in characters if character not in never], families)


def _refused(characters: Sequence[str], families: Sequence[str]) -> list[str]:
    """Return which of these characters typst refuses, halving what it refuses until it is single ones."""
    if not characters:
        return []
    if len(characters) <= _CHUNK:
        inputs = {"fonts": json.dumps(list(families)), "text": f"a{'a'.join(characters)}a"}
        try:
            _compile(_PROBE, inputs, datetime(2000, 1, 1, tzinfo=UTC))
        except typst.TypstError:
            if len(characters) == 1:
                return list(characters)
        else:
            return []
    half = len(characters) // 2
    return _refused(characters[:half], families) + _refused(characters[half:], families)


def _texts(data: object) -> str:
    """Return all that data says, in one piece."""
    if isinstance(data, dict):
        return "".join(map(_texts, data.values()))
    if isinstance(data, list):
        return "".join(map(_texts, data))
    return data if isinstance(data, str) else ""


def _renamed(data: object, numbers: dict[int, str]) -> object:
    """Return data with characters written as their numbers."""
    if isinstance(data, dict):
        return {key: _renamed(value, numbers) for key, value in data.items()}
    if isinstance(data, list):
        return [_renamed(part, numbers) for part in data]
    return data.translate(numbers) if isinstance(data, str) else data
