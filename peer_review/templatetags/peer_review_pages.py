"""Filters and tags of the pages of peer review."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from peer_review.domain.findings.findings import FindingFigure
from peer_review.domain.publication.figures import shown_in_words
from peer_review.domain.schemes.grades import grade_names
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.users import User

register = template.Library()

INTEGRITY = Path(__file__).resolve().parents[1] / "static" / "peer_review" / "js" / "integrity.json"


@lru_cache(maxsize=1)
def published_hashes() -> dict[str, str]:
    """Return the subresource integrity of each built module, as the build wrote it."""
    hashes: dict[str, str] = json.loads(INTEGRITY.read_text())
    return hashes


@register.simple_tag
def module(name: str) -> SafeString:
    """Return the script element of one built module, pinned to its published hash.

    It also says where older browsers find the curves that they lack.
    """
    hashes = published_hashes()
    return format_html(
        '<script type="module" src="{}" integrity="{}" data-curves-src="{}" data-curves-integrity="{}"></script>',
        static(f"peer_review/js/{name}.js"),
        hashes[f"{name}.js"],
        static("peer_review/js/curves.js"),
        hashes["curves.js"],
    )


@register.filter
def grouped(value: object, size: int = 4) -> str:
    """Return a long code in groups that an eye can compare."""
    text = str(value or "")
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


@register.filter
def grade_name(key: str, scheme: FrozenScheme) -> str:
    """Return a grade under the name that the round froze; an empty key is "not graded"."""
    return grade_names(scheme)[key] if key else _("Not graded")


@register.filter
def full_names(people: Iterable[User]) -> str:
    """Return several people's names as a list in words."""
    return _(", ").join(person.get_full_name() for person in people)


@register.filter
def figure_in_words(figure: FindingFigure) -> str:
    """Return the figure that a finding keeps as it is shown everywhere; empty without one."""
    value = figure["value"]
    return "" if value is None else shown_in_words(value, figure.get("shown"))
