"""Small things the forum's templates need."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from forum_pages.authors import author_name
from forum_pages.text import plain

register = template.Library()


@register.filter
def name_of(user: Any) -> str:
    """The author's name."""
    return author_name(user)


@register.filter
def in_words(moment: datetime) -> str:
    """How long ago, in one unit."""
    if (timezone.now() - moment).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """A moment in words, with the exact time on hover and for screen readers."""
    local = timezone.localtime(value)
    exact = date_format(local, "DATETIME_FORMAT")
    return format_html(
        '<time datetime="{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></time>',
        local.isoformat(timespec="seconds"),
        exact,
        in_words(value),
        exact,
    )


@register.simple_tag(takes_context=True)
def author(context: Any, user: Any) -> SafeString:
    """An author: what the page's `author_lines` say of them, or the name."""
    line = (context.get("author_lines") or {}).get(user.pk) if user is not None else None
    return format_html('<bdi class="fp-author">{}</bdi>', line or author_name(user))


@register.filter
def excerpt(text: str, query: str) -> SafeString:
    """The part of a text around what was looked for, which is marked."""
    flat = plain(text, limit=1_000_000)
    words = [query, *query.split()]
    at, word = next(((found, word) for word in words if (found := flat.lower().find(word.lower())) >= 0), (0, ""))
    start = max(0, at - 40)
    piece = flat[start : start + 160]
    cut = at - start
    before, hit, after = piece[:cut], piece[cut : cut + len(word)], piece[cut + len(word) :]
    marked = format_html("<mark>{}</mark>", hit) if hit else ""
    return format_html(
        "{}{}{}{}{}", "…" if start else "", before, marked, after, "…" if len(flat) > start + 160 else ""
    )


@register.filter
def sanitised(html: str) -> SafeString:
    """Text that forum_pages.text.render has made safe."""
    return mark_safe(html)  # noqa: S308 - the only caller passes what nh3 has cleaned when it was stored
