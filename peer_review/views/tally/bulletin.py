"""The bulletin: its page, and the endpoints by which browsers check their ballots without signing in.

What the endpoints answer is public and the same for everybody, and no secret stands beside what a request names. So it
may be compressed; an answer with a secret never is, since its length would tell of it. None carries an ETag: sent back,
it would be a mark by which somebody who asks without a cookie is known again.
"""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.generic import TemplateView

from peer_review.domain.rounds.return_rate import needed_percent
from peer_review.domain.tally import bulletin as bulletins
from peer_review.exceptions.base import TooLarge, UnknownRound
from peer_review.models import Bulletin, Round
from peer_review.offline import VERIFIER
from peer_review.rules.roles import has_perm
from peer_review.views.shared.access import RoundMixin
from peer_review.views.shared.json_endpoints import unlogged_endpoint
from peer_review.views.tally.cell_fates import cell_fates
from peer_review.views.tally.client_messages import verifier_messages

#: Cells answered in one request, at most.
MOST_CELLS = 100


class CountedRoundMixin(RoundMixin):
    """The base of pages about a counted round. Before the count they do not exist."""

    def permitted(self) -> bool:
        allowed = super().permitted()
        if allowed and not self.round.has_bulletin:
            raise Http404
        return allowed


class BulletinView(CountedRoundMixin, TemplateView):
    """The page of the bulletin: what was counted, under which root and signature, and how to check it."""

    template_name = "peer_review/tally/bulletin.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        bulletin = self.round.bulletin
        return super().get_context_data(
            bulletin=bulletin,
            totals=bulletins.totals(self.round, bulletin),
            needed=needed_percent(self.round),
            is_version_1=bulletin.read_head()["v"] == 1,
            **cell_fates(bulletin, self.request.GET),
            config={
                name: reverse(f"peer_review:{route}", args=[self.round.public_id])
                for name, route in (("manifest", "manifest"), ("bulletin", "bulletin-json"))
            },
            words=verifier_messages(),
            may_audit=has_perm("peer_review.view_bulletin_audit", self.request.user, self.round),
            **kwargs,
        )


@unlogged_endpoint("GET")
@gzip_page
def bulletin_json_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the bulletin as it was signed. Nobody is asked who they are."""
    response = HttpResponse(bulletins.published_json(_bulletin(public_id)), content_type="application/json")
    response["Content-Disposition"] = f'inline; filename="bulletin-{public_id[:8]}.json"'
    response["Cache-Control"] = "public, max-age=600"
    return response


@unlogged_endpoint("GET")
@gzip_page
def bulletin_head_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the signed head with its signature. Nobody is asked who they are."""
    bulletin = _bulletin(public_id)
    head = bulletin.read_head()
    return JsonResponse({"v": head["v"], "head": head, "sig": bulletin.signature})


@unlogged_endpoint("GET")
@gzip_page
def bulletin_cells_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the cells that `?cell=` names, each with its block and its path to the root.

    The request says which papers somebody means, never which ballot. Nobody is asked who they are, and nothing is kept
    of the request.
    Raises: UnknownBlock; TooLarge for more than MOST_CELLS at once.
    """
    cells = set(request.GET.getlist("cell"))
    if len(cells) > MOST_CELLS:
        raise TooLarge
    return JsonResponse({"cells": bulletins.cell_proofs(_bulletin(public_id), cells)})


@unlogged_endpoint("GET")
def verifier_view(request: HttpRequest) -> FileResponse:
    """Return the file of the standalone verifier."""
    return FileResponse(
        VERIFIER.open("rb"), as_attachment=True, filename=VERIFIER.name, content_type="text/x-python; charset=utf-8"
    )


def _bulletin(public_id: str) -> Bulletin:
    counted = Round.objects.with_bulletin().filter(public_id=public_id)
    bulletin = Bulletin.objects.filter(round__in=counted.order_by()).first()
    if bulletin is None:
        raise UnknownRound
    return bulletin
