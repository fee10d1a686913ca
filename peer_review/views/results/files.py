"""Results as files: the same figures, for the same people, as the pages. Made when they are asked for and kept nowhere.

A whole round of 500 subjects takes about a second (docs/reports.md), so no file waits anywhere for somebody to find it.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.generic import View

from peer_review import audit_log
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.presenters import read_round, read_section, read_subject
from peer_review.domain.results.read_models import RoundReading, SectionReading, SubjectReading
from peer_review.enums import Channel
from peer_review.exceptions.base import Refusal
from peer_review.models import Result, Subject
from peer_review.reports import pdf
from peer_review.reports.blocks import Report
from peer_review.reports.group_book import round_book, section_book
from peer_review.reports.groups import round_report, section_report
from peer_review.reports.subject import subject_report
from peer_review.reports.subject_book import subject_book
from peer_review.rules.roles import has_perm
from peer_review.views.ledger.published import PublishedMixin

TYPES = {
    Channel.PDF: "application/pdf",
    Channel.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What file names cannot hold on one system or another.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|\r\n\t', "-"))


@dataclass(frozen=True, slots=True)
class Export:
    """What a request asks for: the name of the file, what it shows, and how it is made.

    logged: stands in the audit log, as what tells of many does.
    """

    name: str
    scope: str
    report: Callable[[], Report]
    book: Callable[[], bytes]
    logged: bool


class ReportView(PublishedMixin, View):
    """A file of published figures: a PDF or a workbook, in the reader's language."""

    http_method_names = ["get", "head", "options"]

    @property
    def reader(self) -> Reader:
        """The reader of the file, as presenters take it."""
        return Reader(self.user, self.channel)

    def export(self) -> Export:
        """Return what is asked for. Raises: Http404, PermissionDenied."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["format"] not in TYPES:
            raise Http404
        self.channel = Channel(kwargs["format"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        channel = self.channel
        try:
            export, content = self.rendered()
        except Refusal as refusal:
            return self.refused(refusal)
        if export.logged:
            record = {"scope": export.scope, "format": str(channel)}
            audit_log.record(self.round, "peer_review.round.report", by=self.user, **record)
        response = HttpResponse(content, content_type=TYPES[channel])
        name = f"{self.round.title} {export.name}".translate(_NOT_IN_NAMES)
        # RFC 5987 where the name is Chinese; true for "save as".
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.{channel}") or "attachment"
        response["Cache-Control"] = "no-store, private"
        return response

    def rendered(self) -> tuple[Export, bytes]:
        """Return what is asked for, and its bytes. Raises: Refusal, and then nothing is on record as shown."""
        # Only where a PDF may be refused: elsewhere the database would be locked for as long as setting it takes.
        is_pdf = self.channel == Channel.PDF
        with transaction.atomic() if is_pdf and pdf.may_refuse() else nullcontext():
            export = self.export()
            return export, pdf.render(export.report()) if is_pdf else export.book()

    def refused(self, refusal: Refusal) -> HttpResponse:
        """Answer why there is no PDF, with the way to the workbook."""
        workbook = self.request.path.removesuffix(Channel.PDF) + Channel.XLSX
        context = {"round": self.round, "refusal": refusal, "workbook": workbook, "query": self.request.GET.urlencode()}
        return render(self.request, "peer_review/results/report_refused.html", context, status=refusal.status)


class SubjectReport(ReportView):
    """The report of one subject's figures."""

    def of(self, result: Result) -> Export:
        result.round = self.round
        reading: SubjectReading = read_subject(result, reader=self.reader)
        return Export(
            name=reading.label,
            scope=reading.scope,
            report=lambda: subject_report(reading),
            book=lambda: subject_book(reading),
            logged=False,
        )


class OwnReportView(SubjectReport):
    """The reader's own result."""

    permission = "peer_review.view_own_result"

    def export(self) -> Export:
        mine = Result.objects.filter(round=self.round).select_related("subject__member")
        return self.of(get_object_or_404(mine, subject__member__user=self.request.user))


class SubjectReportView(SubjectReport):
    """One subject's figures, for those who may read them."""

    def export(self) -> Export:
        subjects = Subject.objects.select_related("round", "member")
        subject = get_object_or_404(subjects, round=self.round, pk=self.kwargs["pk"])
        if not has_perm("peer_review.view_subject_result", self.request.user, subject):
            raise PermissionDenied
        return self.of(get_object_or_404(Result.objects.select_related("subject__member"), subject=subject))


class SectionReportView(ReportView):
    """A section, for whoever headed it when the roll was frozen, and for those who see all results.

    GET section: its key; without, the first that the reader heads.
    """

    #: Whoever may read a section or all of them, as for composed tables.
    permission = "peer_review.compose_crosstab"

    def export(self) -> Export:
        key = self.section()
        reading: SectionReading = read_section(self.round, key, reader=self.reader)
        return Export(
            name=reading.section.label if reading.section is not None else _("Results of my section"),
            scope=reading.scope,
            report=lambda: section_report(reading),
            book=lambda: section_book(reading),
            logged=True,
        )

    def section(self) -> str:
        """Return the key of the section asked for. Raises: Http404 for one that is not theirs, as for none at all."""
        headed = self.round.members.sections_headed_by(self.user).first() or ""
        wanted: str = self.request.GET.get("section", headed)
        about = Result.objects.filter(round=self.round, section_key=wanted).with_section_for(self.user)
        if not about.exists():
            raise Http404
        return wanted


class RoundReportView(ReportView):
    """The whole round, for those who see all results."""

    permission = "peer_review.view_all_results"

    def export(self) -> Export:
        reading: RoundReading = read_round(self.round, reader=self.reader)
        return Export(
            name=_("All results"),
            scope=reading.scope,
            report=lambda: round_report(reading),
            book=lambda: round_book(reading),
            logged=True,
        )
