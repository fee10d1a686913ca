"""Tags and filters of the forum's templates."""

from datetime import datetime

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from forum_pages.authors import author_name
from forum_pages.people import User
from forum_pages.text import plain

register = template.Library()


@register.filter
def name_of(user: User | None) -> str:
    """Return the author's name."""
    return author_name(user)


@register.filter
def in_words(moment: datetime) -> str:
    """Return how long ago the moment was, in one unit."""
    if (timezone.now() - moment).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """Return the moment in words, with the exact time on hover and for screen readers."""
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
def author(context: Context, user: User | None) -> SafeString:
    """Return the author: the line that the page's `author_lines` hold, or the name."""
    line = (context.get("author_lines") or {}).get(user.pk) if user is not None else None
    return format_html('<bdi class="fp-author">{}</bdi>', line or author_name(user))


@register.filter
def excerpt(text: str, query: str) -> SafeString:
    """Return the part of the text around the first word of the query, which is marked."""
    flat = plain(text, limit=1_000_000)
    words = [query, *query.split()]
    places = ((flat.lower().find(word.lower()), word) for word in words)
    index, word = next((place for place in places if place[0] >= 0), (0, ""))
    start = max(0, index - 40)
    piece = flat[start : start + 160]
    cut = index - start
    before, hit, after = piece[:cut], piece[cut : cut + len(word)], piece[cut + len(word) :]
    marked = format_html("<mark>{}</mark>", hit) if hit else ""
    return format_html(
        "{}{}{}{}{}", "…" if start else "", before, marked, after, "…" if len(flat) > start + 160 else ""
    )


@register.filter
def sanitised(html: str) -> SafeString:
    """Return a text that forum_pages.text.render has made safe."""
    return mark_safe(html)  # noqa: S308 - the only caller passes what nh3 has cleaned when it was stored
