"""Pages of the inspectors about anomalies in a published round. None names a voter or tells of a ballot."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from peer_review.counting.anomalies import LEVEL
from peer_review.domain.audit.anomalies import search_anomalies
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.audit_readings import read_patterns
from peer_review.enums import AnomalyKind
from peer_review.exceptions.base import Refusal
from peer_review.models import AnomalyRun
from peer_review.rules.roles import has_perm
from peer_review.views.audit.anomaly_messages import anomaly_groups, unanimous_messages
from peer_review.views.shared.access import RoundMixin

#: Patterns of one kind on the page.
MOST = 50


class AnomalyMixin(RoundMixin):
    """The base of the pages about the anomalies of a published round."""

    permission = "peer_review.view_anomalies"


class AnomalyListView(AnomalyMixin, TemplateView):
    """The list of the round's anomalies, and how many chance would make. POST starts or continues the search."""

    template_name = "peer_review/audit/anomaly_list.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        run = AnomalyRun.objects.filter(round=self.round).first()
        own = has_perm("peer_review.view_own_result", self.request.user, self.round)
        context: dict[str, object] = {"run": run, "evaluated": own, "level": int(LEVEL * 100), "groups": []}
        if run is not None and run.is_done:
            run.round = self.round
            patterns = read_patterns(run, reader=Reader(self.user))
            context["groups"] = anomaly_groups(run, patterns, self.round.frozen_scheme, most=MOST)
            context["unanimous"] = unanimous_messages(run, self.round.frozen_scheme)
            context["ends"] = AnomalyKind.END.value
        return super().get_context_data(**context, **kwargs)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        try:
            run = search_anomalies(self.round, by=self.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            run.refresh_from_db()
            if not run.is_done:
                messages.success(request, _("The search has begun. You may leave this page."))
        return redirect("peer_review:anomaly-list", self.round.public_id)


class AnomalyProgressView(AnomalyMixin, View):
    """The progress of the search as JSON, for the progress bar."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        run = AnomalyRun.objects.filter(round=self.round).first()
        return JsonResponse({"ready": run.done if run else 0, "total": run.total if run else 0})
