"""The ledger: what is due, published, late; in Wagtail's reports."""

from __future__ import annotations

import csv
from collections.abc import Iterable

import django_filters
import rules
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views.reports import ReportView

from disclosures.enums import LedgerState
from disclosures.models import DisclosureColumnPage, DisclosurePage
from disclosures.querysets import DisclosureQuerySet
from disclosures.rules import SEE_LEDGER
from organisation.models import Section


class LedgerFilterSet(WagtailFilterSet):
    """State, column, section, year of the document, and whether the due date is provisional."""

    ledger_state = django_filters.ChoiceFilter(label=_("State"), choices=LedgerState.choices)
    column = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("disclosures", "Column"),
        queryset=lambda request: DisclosureColumnPage.objects.order_by("path"),
        method="filter_column",
    )
    section = django_filters.ModelChoiceFilter(
        label=_("Section"), queryset=lambda request: Section.objects.order_by("sort_order", "code")
    )
    document_date = django_filters.NumberFilter(
        label=_("Year"), field_name="document_date", lookup_expr="year", min_value=1900, max_value=9999
    )
    due_is_provisional = django_filters.BooleanFilter(label=_("Provisional due date"))

    class Meta:
        model = DisclosurePage
        fields: list[str] = []

    def filter_column(self, rows: DisclosureQuerySet, name: str, value: DisclosureColumnPage) -> DisclosureQuerySet:
        """Keep the documents of one column."""
        return rows.child_of(value)


class LedgerView(ReportView):
    """Every document this person answers for, the most urgent first."""

    page_title = _("Disclosure ledger")
    header_icon = "list-ul"
    index_url_name = "disclosures_ledger"
    index_results_url_name = "disclosures_ledger_results"
    filterset_class = LedgerFilterSet
    default_ordering = "publication_due_date"
    is_searchable = False
    list_export = [
        "index_number",
        "title",
        "column_title",
        "section.name",
        "responsible.get_full_name",
        "document_date",
        "publication_due_date",
        "due_note",
        "published_on",
        "state_label",
        "validity_label",
        "audience_label",
    ]
    export_headings = {
        "index_number": _("Index number"),
        "title": _("Title"),
        "column_title": pgettext_lazy("disclosures", "Column"),
        "section.name": _("Issuing section"),
        "responsible.get_full_name": _("Responsible person"),
        "document_date": _("Document date"),
        "publication_due_date": _("To be published by"),
        "due_note": _("Note on the due date"),
        "published_on": _("First published on"),
        "state_label": _("State"),
        "validity_label": _("Validity"),
        "audience_label": _("Disclosed to"),
    }

    @property
    def columns(self) -> list[Column]:
        """The columns of the table."""
        return [
            TitleColumn(
                "title", label=_("Title"), get_url=lambda page: reverse("wagtailadmin_pages:edit", args=[page.pk])
            ),
            Column("index_number", label=_("Index number")),
            Column("column_title", label=pgettext_lazy("disclosures", "Column")),
            Column("section", label=_("Issuing section"), accessor="section.name"),
            Column("responsible", label=_("Responsible person"), accessor="responsible.get_full_name"),
            Column("document_date", label=_("Document date")),
            Column("publication_due_date", label=_("To be published by"), sort_key="publication_due_date"),
            Column("due_note", label=_("Note on the due date")),
            Column("published_on", label=_("First published on"), sort_key="published_on"),
            StatusTagColumn("state_label", label=_("State"), primary=lambda page: page.ledger_state != LedgerState.DUE),
        ]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer those who have a ledger; 403 for everyone else."""
        if not rules.has_perm(SEE_LEDGER, request.user):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_base_queryset(self) -> DisclosureQuerySet:
        """Return the documents of this person's ledger."""
        return (
            DisclosurePage.objects.in_ledger_of(self.request.user)
            .with_ledger_state()
            .select_related("section", "responsible")
            .defer("body")
        )

    def decorate_paginated_queryset(self, object_list: Iterable[DisclosurePage]) -> list[DisclosurePage]:
        """Add the labels."""
        return [self._labelled(page) for page in object_list]

    def _labelled(self, page: DisclosurePage) -> DisclosurePage:
        page.column_title = self._columns.get(page.path[: -page.steplen], "")
        page.state_label = LedgerState(page.ledger_state).label
        page.due_note = gettext("provisional") if page.due_is_provisional else ""
        page.validity_label = page.get_validity_display()
        page.audience_label = page.get_audience_display()
        return page

    @property
    def _columns(self) -> dict[str, str]:
        if not hasattr(self, "_columns_by_path"):
            self._columns_by_path = dict(DisclosureColumnPage.objects.values_list("path", "title"))
        return self._columns_by_path

    def get_filename(self) -> str:
        """Return a name that says what and when."""
        return f"disclosure-ledger-{timezone.localdate():%Y%m%d}"

    def write_csv_row(self, writer: csv.DictWriter, row_dict: dict[str, object]) -> str:
        """Write a row in which no spreadsheet program sees a formula."""
        return super().write_csv_row(writer, {name: _harmless(value) for name, value in row_dict.items()})


def _harmless(value: object) -> object:
    """Put a quote before text that a spreadsheet program would calculate."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
