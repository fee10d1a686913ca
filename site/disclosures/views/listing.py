"""The list of documents: of one column, or of all; searched and filtered as a request asks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse

from disclosures.forms import ListingForm
from disclosures.models import DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
from disclosures.querysets import DisclosureQuerySet
from foundation.matching import matching
from foundation.paging import KeysetPage, page_of
from foundation.segment import QUERY_CHARACTERS
from organisation.models import Section

ROWS = 20


@dataclass(frozen=True)
class Listing:
    """One page of a list of documents, and what it was asked for."""

    form: ListingForm
    page: KeysetPage[DisclosurePage]
    columns: list[DisclosureColumnPage]
    here: DisclosureColumnPage | None
    asked: QueryDict
    is_filtered: bool
    was_cut: bool

    @property
    def older(self) -> str:
        """The query string of the next page; empty on the last."""
        return self._with(after=self.page.after) if self.page.after else ""

    @property
    def newer(self) -> str:
        """The query string of the page before; empty on the first."""
        return self._with(before=self.page.before) if self.page.before else ""

    @property
    def kept(self) -> str:
        """The query string that asks the same of another column."""
        return self._with()

    def _with(self, **cursor: str) -> str:
        query = self.asked.copy()
        query.update(cursor)
        return query.urlencode()


def answer_list(request: HttpRequest, page: DisclosureIndexPage | DisclosureColumnPage) -> HttpResponse:
    """Show one page of the documents below a list page."""
    column = page if isinstance(page, DisclosureColumnPage) else None
    index_page = page if column is None else page.get_parent()
    columns = DisclosureColumnPage.objects.live().order_by("path").child_of(index_page)
    context: dict[str, object] = page.get_context(request)
    context["listing"] = listing_of(
        DisclosurePage.objects.descendant_of(page), request, columns=list(columns), here=column
    )
    context["index_page"] = index_page
    context["column"] = column
    return TemplateResponse(request, page.get_template(request), context)


def listing_of(
    documents: DisclosureQuerySet,
    request: HttpRequest,
    *,
    columns: list[DisclosureColumnPage],
    here: DisclosureColumnPage | None,
) -> Listing:
    """Return what this person may see of `documents`. Seven queries at most, however many rows."""
    visible = documents.visible_to(request.user)
    form = ListingForm(
        request.GET,
        sections=Section.objects.filter(pk__in=visible.order_by().values("section")),
        years=_years(visible),
    )
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    chosen = visible.for_rows()
    if "section" in asked:
        chosen = chosen.filter(section=asked["section"])
    if "year" in asked:
        chosen = chosen.in_year(asked["year"])
    rows: QuerySet = matching(chosen, asked["q"]) if "q" in asked else chosen
    page = page_of(
        rows,
        key="document_date",
        size=ROWS,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    by_path = {column.path: column for column in columns}
    for row in page:
        row.column = by_path.get(row.path[: -row.steplen])
    query = QueryDict(mutable=True)
    for name in asked:
        query[name] = request.GET[name]
    return Listing(
        form=form,
        page=page,
        columns=columns,
        here=here,
        asked=query,
        is_filtered=bool(asked),
        was_cut=len(asked.get("q", "")) > QUERY_CHARACTERS,
    )


def _years(documents: DisclosureQuerySet) -> list[int]:
    """Return the years from the newest document to the oldest."""
    span: dict[str, datetime.date | None] = documents.order_by().aggregate(
        first=Min("document_date"), last=Max("document_date")
    )
    if span["first"] is None or span["last"] is None:
        return []
    return list(range(span["last"].year, span["first"].year - 1, -1))
