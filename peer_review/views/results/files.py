"""Results as files: the same figures, for the same people, as the pages. Made when they are asked for and kept nowhere.

A whole round of 500 subjects takes about a second (docs/reports.md), so no file waits anywhere for somebody to find it.
"""

from collections.abc import Callable
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
from peer_review.domain.ledger import ledger
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
from peer_review.users import User
from peer_review.views.ledger.published import PublishedMixin

TYPES = {
    Channel.PDF: "application/pdf",
    Channel.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What file names cannot hold on one system or another.
_NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|\r\n\t', "-"))


@dataclass(frozen=True, slots=True)
class Export:
    """What a request asks for: the name of the file, what it shows and to whom, and how it is made.

    logged: stands in the audit log, as what tells of many does.
    """

    name: str
    scope: str
    audience: str
    report: Callable[[], Report]
    book: Callable[[], bytes]
    logged: bool


class ReportView(PublishedMixin, View):
    """A file of published figures: a PDF or a workbook, in the reader's language."""

    http_method_names = ["get", "head", "options"]

    def export(self) -> Export:
        """Return what is asked for. Raises: Http404, PermissionDenied."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["format"] not in TYPES:
            raise Http404
        self.channel = Channel(kwargs["format"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        export, channel = self.export(), self.channel
        try:
            made = pdf.render(export.report()) if channel == Channel.PDF else export.book()
        except Refusal as refusal:
            return self.refused(refusal)
        with transaction.atomic():
            ledger.note(self.round, scope=export.scope, channel=channel, audience=export.audience)
            if export.logged:
                record = {"scope": export.scope, "format": str(channel)}
                audit_log.record(self.round, "peer_review.round.report", by=self.user, **record)
        response = HttpResponse(made, content_type=TYPES[channel])
        name = f"{self.round.title} {export.name}".translate(_NOT_IN_NAMES)
        # RFC 5987 where the name is Chinese; true for "save as".
        response["Content-Disposition"] = content_disposition_header(True, f"{name}.{channel}") or "attachment"
        response["Cache-Control"] = "no-store, private"
        return response

    def refused(self, refusal: Refusal) -> HttpResponse:
        """Answer why there is no PDF, with the way to the workbook."""
        workbook = self.request.path.removesuffix(Channel.PDF) + Channel.XLSX
        context = {"round": self.round, "refusal": refusal, "workbook": workbook, "query": self.request.GET.urlencode()}
        return render(self.request, "peer_review/results/report_refused.html", context, status=refusal.status)


class SubjectReport(ReportView):
    """The report of one subject's figures."""

    def of(self, result: Result) -> Export:
        result.round = self.round
        user = self.user
        reading: SubjectReading = read_subject(result, reader=user, channel=self.channel)
        return Export(
            name=reading.label,
            scope=reading.scope,
            audience=ledger.audience_of(user, self.round, subject=result.subject),
            report=lambda: subject_report(reading),
            book=lambda: subject_book(reading),
            logged=False,
        )


class OwnReportView(SubjectReport):
    """The result of whoever asks."""

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

    def permitted(self) -> bool:
        allowed = super().permitted()
        user = self.user
        self.sees_all = bool(has_perm("peer_review.view_all_results", user, self.round))
        heads = bool(has_perm("peer_review.view_section_results", user, self.round))
        return allowed and (self.sees_all or heads)

    def export(self) -> Export:
        user: User = self.user
        key = self.section()
        reading: SectionReading = read_section(self.round, key, reader=user, channel=self.channel)
        return Export(
            name=reading.section.label if reading.section is not None else _("Results of my section"),
            scope=reading.scope,
            audience=ledger.audience_of(user, self.round, section_key=key),
            report=lambda: section_report(reading),
            book=lambda: section_book(reading),
            logged=True,
        )

    def section(self) -> str:
        """Return the key of the section asked for. Raises: Http404 for one that is not theirs, as for none at all."""
        user: User = self.user
        headed = self.round.members.filter(user=user, is_section_head=True).order_by("section_key")
        keys = list(headed.values_list("section_key", flat=True))
        wanted = self.request.GET.get("section", keys[0] if keys else "")
        known = Result.objects.filter(round=self.round, scope="section", section_key=wanted).exists()
        if not known or not (self.sees_all or wanted in keys):
            raise Http404
        return str(wanted)


class RoundReportView(ReportView):
    """The whole round, for those who see all results."""

    permission = "peer_review.view_all_results"

    def export(self) -> Export:
        user = self.user
        reading: RoundReading = read_round(self.round, reader=user, channel=self.channel)
        return Export(
            name=_("All results"),
            scope=reading.scope,
            audience=ledger.audience_of(user, self.round),
            report=lambda: round_report(reading),
            book=lambda: round_book(reading),
            logged=True,
        )
