"""A piece of text around what was looked for, with the words marked."""

import re

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from foundation.segment import query_terms

LENGTH = 120
LEAD = 30


def highlight(text: str, query: str) -> SafeString:
    """Return the text, escaped, with every word of the query in <mark>."""
    pattern = _pattern(query)
    if pattern is None:
        return conditional_escape(text)
    parts = []
    position = 0
    for match in pattern.finditer(text):
        parts.append(conditional_escape(text[position : match.start()]))
        parts.append(format_html("<mark>{}</mark>", match.group()))
        position = match.end()
    parts.append(conditional_escape(text[position:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped above


def excerpt(text: str, query: str, *, length: int = LENGTH) -> SafeString:
    """Return about `length` characters around the first word found, with the words marked; else the beginning."""
    line = " ".join(text.split())
    pattern = _pattern(query)
    match = pattern.search(line) if pattern else None
    start = max(0, match.start() - LEAD) if match else 0
    piece = line[start : start + length]
    return format_html(
        "{}{}{}", "…" if start else "", highlight(piece, query), "…" if start + length < len(line) else ""
    )


def _pattern(query: str) -> re.Pattern[str] | None:
    terms = sorted(query_terms(query), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, terms)), re.IGNORECASE) if terms else None
