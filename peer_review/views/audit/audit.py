"""Pages of the inspectors: the audit of a count, files for an auditor, and the audit log. None says who wrote what."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.views.generic import TemplateView, View

from peer_review import audit_log
from peer_review.domain.audit import audit_package
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.audit_readings import read_package
from peer_review.domain.tally import bulletin as bulletins
from peer_review.enums import Channel
from peer_review.models import CountRun, Round
from peer_review.paging import page_of
from peer_review.views.shared.access import SignedInMixin
from peer_review.views.tally.bulletin import CountedRoundMixin
from peer_review.views.tally.cell_fates import cell_fates

PAGE = 50


class AuditedRoundMixin(CountedRoundMixin):
    """The base of the inspectors' pages about a counted round."""

    permission = "peer_review.view_bulletin_audit"


class AuditRoundView(AuditedRoundMixin, TemplateView):
    """The audit of one round: its bulletin, what became of every row, how to verify both, and its audit log."""

    template_name = "peer_review/audit/audit_round.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        kind = ContentType.objects.get_for_model(Round)
        acts = audit_log.entries_visible_to(self.request.user).filter(content_type=kind, object_id=str(self.round.pk))
        opening = acts.filter(action="peer_review.round.open").first()
        return super().get_context_data(
            bulletin=self.round.bulletin,
            scheme_hash=opening.data.get("form", "") if opening else "",
            run=CountRun.objects.filter(round=self.round).first(),
            totals=bulletins.totals(self.round, self.round.bulletin),
            acts=acts[:PAGE],
            **cell_fates(self.round.bulletin, self.request.GET),
            **kwargs,
        )


class AuditFileView(AuditedRoundMixin, View):
    """The base of the files for an auditor. They are streamed in pieces, and each download is put on record."""

    act: str
    name: str
    content_type: str

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        if not self.round.has_results:
            raise Http404
        audit_log.record(self.round, self.act, by=self.user)
        response = StreamingHttpResponse(self.pieces(), content_type=self.content_type)
        response["Content-Disposition"] = f'attachment; filename="{self.name.format(self.round.public_id[:8])}"'
        response["Cache-Control"] = "no-store"
        return response

    def pieces(self) -> Iterator[bytes]:
        """Return the pieces of the file."""
        raise NotImplementedError


class AuditBallotsView(AuditFileView):
    """The file of all counted ballots, for a recount."""

    act, name, content_type = "peer_review.round.ballots", "ballots-{}.json", "application/json"

    def pieces(self) -> Iterator[bytes]:
        return audit_package.ballots_json(self.round)


class AuditPackageView(AuditFileView):
    """The auditor's package: a zip of all that is needed to compute the published figures again."""

    act, name, content_type = "peer_review.round.package", "audit-{}.zip", "application/zip"

    def pieces(self) -> Iterator[bytes]:
        return read_package(self.round, reader=Reader(self.user, Channel.PACKAGE))


class AuditLogView(SignedInMixin, TemplateView):
    """The audit log: every administrative act about peer review, newest first, paged by key."""

    template_name = "peer_review/audit/audit_log.html"
    permission = "peer_review.view_audit_log"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        entries = audit_log.entries_visible_to(self.request.user)
        page = page_of(entries, self.request.GET, size=PAGE, order=("-timestamp", "-pk"))
        return super().get_context_data(acts=page.rows, paging=page, **kwargs)


class AuditListView(SignedInMixin, TemplateView):
    """The list of the counted rounds that the inspector may audit."""

    template_name = "peer_review/audit/audit_list.html"
    permission = "peer_review.view_audit_log"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        rounds = Round.objects.auditable_by(self.request.user).select_related("bulletin", "count_run")
        return super().get_context_data(rounds=rounds, log=reverse("peer_review:audit-log"), **kwargs)
