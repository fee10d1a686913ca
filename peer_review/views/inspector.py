"""Pages of the inspectors: was the count right, and who did what? Never who wrote what: nobody has that."""

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.views.generic import TemplateView, View
from wagtail.models import ModelLogEntry

from peer_review import audit
from peer_review.domain import bulletin as bulletins
from peer_review.domain.count import counted_entries
from peer_review.models import CountRun, Round
from peer_review.views.access import SignedInMixin
from peer_review.views.bulletin import CountedRoundMixin

PAGE = 50
CELLS = 30


class AuditedRoundMixin(CountedRoundMixin):
    """A page for inspectors about a counted round."""

    permission = "peer_review.view_bulletin_audit"


class InspectorRoundView(AuditedRoundMixin, TemplateView):
    """The bulletin, what became of every row, how to verify it all, and what was done with the round."""

    template_name = "peer_review/inspector.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        head = bulletins.head_of(self.round.bulletin)
        after = self.request.GET.get("cell", "")
        cells = [cell for cell in head["cells"] if cell["cell"] > after]
        kind = ContentType.objects.get_for_model(Round)
        acts = audit.entries_visible_to(self.request.user).filter(content_type=kind, object_id=str(self.round.pk))
        return super().get_context_data(
            bulletin=self.round.bulletin,
            run=CountRun.objects.filter(round=self.round).first(),
            totals=bulletins.totals(self.round, head),
            cells=cells[:CELLS],
            next_cell=cells[CELLS - 1]["cell"] if len(cells) > CELLS else "",
            acts=acts[:PAGE],
            **kwargs,
        )


class AuditBallotsView(AuditedRoundMixin, View):
    """All counted ballots, for recounting. After publication only, and each time put on record."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not self.round.has_results:
            raise Http404
        audit.record(self.round, "peer_review.round.ballots", by=request.user)
        response = StreamingHttpResponse(_ballots_file(self.round), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="ballots-{self.round.public_id[:8]}.json"'
        response["Cache-Control"] = "no-store"
        return response


def _ballots_file(round: Round) -> Iterator[bytes]:
    """Yield {"v": 1, "round": …, "entries": […]}, each entry as it was signed."""
    yield b'{"v":1,"round":"' + round.public_id.encode("ascii") + b'","entries":['
    for number, entry in enumerate(counted_entries(round)):
        yield b",\n" + entry if number else entry
    yield b"]}\n"


class AuditLogView(SignedInMixin, TemplateView):
    """Every administrative act about peer review, newest first, paged by key."""

    template_name = "peer_review/inspector_log.html"
    permission = "peer_review.view_audit_log"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = audit.entries_visible_to(self.request.user)
        before = self.request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            last = ModelLogEntry.objects.filter(pk=before).values_list("timestamp", flat=True).first()
            if last is not None:
                entries = entries.filter(timestamp__lte=last).exclude(timestamp=last, pk__gte=int(before))
        acts = list(entries[: PAGE + 1])
        return super().get_context_data(
            acts=acts[:PAGE], next_before=acts[PAGE - 1].pk if len(acts) > PAGE else None, **kwargs
        )


class InspectorListView(SignedInMixin, TemplateView):
    """The counted rounds that inspectors may verify."""

    template_name = "peer_review/inspector_list.html"
    permission = "peer_review.view_audit_log"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rounds = Round.objects.auditable_by(self.request.user).select_related("bulletin", "count_run")
        return super().get_context_data(rounds=rounds, log=reverse("peer_review:audit-log"), **kwargs)
