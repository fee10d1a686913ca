"""The scrutineers' page of envelopes for people without a computer: made by one, seen by another."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView, View

from peer_review.conf import conf
from peer_review.domain.ballots.envelopes import make_tickets, needs_witness, witness_tickets
from peer_review.exceptions.base import BadEncoding, Refusal
from peer_review.models import Round, Urn
from peer_review.views.ballots import envelope_messages
from peer_review.views.shared.access import RoundMixin, scrutineers_round, user_of
from peer_review.views.shared.json_endpoints import read_json, unlogged_endpoint
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode


class EnvelopesView(RoundMixin, TemplateView):
    """Which urns there are, who draws from them, and a button that makes an urn's envelopes in this browser.

    The organiser sees how far it is; only the scrutineers make envelopes.
    """

    template_name = "peer_review/ballots/envelopes.html"
    permission = "peer_review.view_envelopes"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round = self.round
        urns = list(round.urns.select_related("made_by", "witness").prefetch_related("cells__subject", "cells__sheet"))
        address = [round.public_id]
        config = {
            "round": round.public_id,
            "title": round.title,
            "last": date_format(localtime(round.closes_at), "DATETIME_FORMAT"),
            "kiosk": self.request.build_absolute_uri(reverse("peer_review:kiosk", args=address)),
            "csrf": get_token(self.request),
            "csrfCookie": settings.CSRF_COOKIE_NAME,
            "urns": [
                {
                    "number": urn.number,
                    "envelopes": urn.envelopes,
                    "papers": paper_names(urn),
                    "make": reverse("peer_review:envelopes-make", args=[round.public_id, urn.number]),
                }
                for urn in urns
            ],
        }
        makes = self.user.has_perm("peer_review.open_box", round)
        shown = [
            {
                "urn": urn,
                "papers": paper_names(urn),
                "people": paper_voters(round, urn),
                "needs_witness": needs_witness(urn),
                "may_witness": makes and urn.made_by_id not in (None, self.user.pk),
            }
            for urn in urns
        ]
        waiting = list(round.members.filter(on_paper=True).values_list("name", flat=True)) if not urns else []
        return super().get_context_data(
            urns=shown, waiting=waiting, makes=makes, config=config, words=envelope_messages.envelopes(), **kwargs
        )


def paper_names(urn: Urn) -> list[str]:
    """Return what the papers of an urn's envelopes are about, each name once."""
    return list(dict.fromkeys(str(cell.sheet or cell.subject) for cell in urn.cells.all()))


def paper_voters(round: Round, urn: Urn) -> list[str]:
    """Return the names of those who draw from an urn, as the roll has them."""
    cell = urn.cells.all()[0]
    voters = round.members.filter(on_paper=True, user__in=cell.assignments.values("evaluator_id"))
    return list(voters.values_list("name", flat=True))


class EnvelopesWitnessView(RoundMixin, View):
    """A second scrutineer confirms that they saw an urn's envelopes made."""

    permission = "peer_review.open_box"

    def post(self, request: HttpRequest, public_id: str, number: int) -> HttpResponse:
        urn = get_object_or_404(self.round.urns, number=number)
        try:
            witness_tickets(urn, by=self.user)
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Confirmed: you saw the envelopes of this urn made."))
        return redirect("peer_review:envelopes", self.round.public_id)


@csrf_protect
@sensitive_variables()
@unlogged_endpoint("POST")
def tickets_view(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Take {"digests": [base64url, …]}, the hash of each ticket of an urn; answer {"made": their number}."""
    round = scrutineers_round(request, public_id)
    urn = get_object_or_404(round.urns, number=number)
    body = canonical.expect_fields(read_json(request, limit=conf.CAST_MAX_BYTES), frozenset({"digests"}), "envelopes")
    if type(body["digests"]) is not list:
        raise BadEncoding
    make_tickets(urn, by=user_of(request), digests=[b64u_decode(digest) for digest in body["digests"]])
    return JsonResponse({"made": urn.envelopes})
