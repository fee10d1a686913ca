"""Sources of the site-wide search. Each finds only rows that the person may see."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from disclosures.models import DisclosurePage
from forum_pages.models import Topic, TopicComment
from foundation.matching import matching
from foundation.paging import KeysetPage, Row, page_of
from organisation.author_lines import author_lines
from organisation.models import Staff
from organisation.pinyin import needle
from organisation.roles import Visitor
from search.excerpt import excerpt, highlight


@dataclass(frozen=True)
class Hit:
    """One result."""

    title: SafeString
    url: str
    text: SafeString | str
    notes: list[str]
    moment: datetime.date | datetime.datetime | None = None


class Source(ABC, Generic[Row]):
    """A kind of rows that can be found."""

    kind: str
    label: str | Promise
    #: The field that orders results, and whether the greatest comes first.
    key: str
    descending = True

    @abstractmethod
    def find(self, user: Visitor, query: str) -> QuerySet[Row]:
        """Return the rows that this person may see and that answer the query."""

    @abstractmethod
    def hits(self, rows: Iterable[Row], query: str, request: HttpRequest) -> list[Hit]:
        """Return the results as shown."""

    def page(self, user: Visitor, query: str, *, size: int, after: str = "", before: str = "") -> KeysetPage[Row]:
        """Return one page of rows."""
        return page_of(
            self.find(user, query), key=self.key, size=size, after=after, before=before, descending=self.descending
        )


class Disclosures(Source[DisclosurePage]):
    """Published documents."""

    kind = "disclosures"
    label = _("Disclosures")
    key = "document_date"

    def find(self, user: Visitor, query: str) -> QuerySet[DisclosurePage]:
        """Those addressed to this person."""
        return matching(DisclosurePage.objects.visible_to(user).for_rows(), query)

    def hits(self, rows: Iterable[DisclosurePage], query: str, request: HttpRequest) -> list[Hit]:
        """Title and summary."""
        return [
            Hit(
                title=highlight(row.title, query),
                url=row.get_url(request) or "",
                text=excerpt(row.summary, query),
                notes=[row.section.name, row.index_number or "", *([row.get_validity_display()] * row.is_marked)],
                moment=row.document_date,
            )
            for row in rows
        ]


class Topics(Source[Topic]):
    """Topics of the forum."""

    kind = "topics"
    label = _("Topics")
    key = "created_at"

    def find(self, user: Visitor, query: str) -> QuerySet[Topic]:
        """Those on boards that this person reads."""
        return matching(Topic.objects.visible_to(user).select_related("board").defer("html"), query)

    def hits(self, rows: Iterable[Topic], query: str, request: HttpRequest) -> list[Hit]:
        """Title and the place in the text."""
        rows = list(rows)
        authors = author_lines(row.author_id for row in rows if row.author_id)
        return [
            Hit(
                title=highlight(row.title, query),
                url=row.get_absolute_url(),
                text=excerpt(row.source, query),
                notes=[row.board.title, authors.get(row.author_id or 0, "")],
                moment=row.created_at,
            )
            for row in rows
        ]


class Comments(Source[TopicComment]):
    """Comments on topics."""

    kind = "comments"
    label = _("Comments")
    key = "submit_date"

    def find(self, user: Visitor, query: str) -> QuerySet[TopicComment]:
        """Those in topics that this person reads, without the removed ones."""
        visible = TopicComment.objects.visible_to(user).filter(is_removed=False)
        return matching(visible.select_related("topic__board").defer("html", "topic__source", "topic__html"), query)

    def hits(self, rows: Iterable[TopicComment], query: str, request: HttpRequest) -> list[Hit]:
        """The topic's title and the place in the text."""
        rows = list(rows)
        authors = author_lines(row.user_id for row in rows if row.user_id)
        return [
            Hit(
                title=highlight(row.topic.title, query),
                url=row.get_absolute_url(),
                text=excerpt(row.comment, query),
                notes=[row.topic.board.title, authors.get(row.user_id, "")],
                moment=row.submit_date,
            )
            for row in rows
        ]


class People(Source[Staff]):
    """Current staff."""

    kind = "people"
    label = _("People")
    key = "name_key"
    descending = False

    def find(self, user: Visitor, query: str) -> QuerySet[Staff]:
        """By name, pinyin or initials. A query without a letter finds nobody."""
        people = Staff.objects.visible_to(user)
        return people.named_like(query).with_place() if needle(query) else people.none()

    def hits(self, rows: Iterable[Staff], query: str, request: HttpRequest) -> list[Hit]:
        """Name, section, position, and the way into the directory."""
        hits = []
        for row in rows:
            place = row.place
            hits.append(
                Hit(
                    title=highlight(row.user.get_full_name(), query),
                    url=f"{reverse('organisation:directory')}?{urlencode({'q': row.user.get_full_name()})}",
                    text="",
                    notes=[place.section.name if place else "", row.position, row.phone],
                )
            )
        return hits


SOURCES: dict[str, Source] = {source.kind: source for source in (Disclosures(), Topics(), Comments(), People())}
