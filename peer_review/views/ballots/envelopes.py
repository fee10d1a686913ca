"""The organiser's page of envelopes for people without a computer, and the endpoint that signs them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView

from peer_review.conf import conf
from peer_review.domain.ballots.envelopes import sign_envelopes
from peer_review.exceptions.base import BadEncoding, NotOrganiser
from peer_review.models import Round, Urn
from peer_review.views.ballots import envelope_messages
from peer_review.views.shared.access import RoundMixin, permitted_round, user_of
from peer_review.views.shared.json_endpoints import read_json, unlogged_endpoint
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode, b64u_encode


class EnvelopesView(RoundMixin, TemplateView):
    """The page of the round's urns: who draws from each, and a button that makes its envelopes in this browser."""

    template_name = "peer_review/ballots/envelopes.html"
    permission = "peer_review.manage_round"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round = self.round
        urns = list(round.urns.prefetch_related("cells__subject", "cells__sheet"))
        address = [round.public_id]
        config = {
            "round": round.public_id,
            "title": round.title,
            "fingerprint": round.fingerprint,
            "last": date_format(localtime(round.closes_at), "DATETIME_FORMAT"),
            "manifest": reverse("peer_review:manifest", args=address),
            "kiosk": self.request.build_absolute_uri(reverse("peer_review:kiosk", args=address)),
            "csrf": get_token(self.request),
            "csrfCookie": settings.CSRF_COOKIE_NAME,
            "urns": [
                {
                    "number": urn.number,
                    "envelopes": urn.envelopes,
                    "cells": [cell.key for cell in urn.cells.all()],
                    "papers": paper_names(urn),
                    "sign": reverse("peer_review:envelopes-sign", args=[round.public_id, urn.number]),
                }
                for urn in urns
            ],
        }
        shown = [{"urn": urn, "papers": paper_names(urn), "people": paper_voters(round, urn)} for urn in urns]
        waiting = list(round.members.filter(on_paper=True).values_list("name", flat=True)) if not urns else []
        return super().get_context_data(
            urns=shown, waiting=waiting, config=config, words=envelope_messages.envelopes(), **kwargs
        )


def paper_names(urn: Urn) -> list[str]:
    """Return what the papers of an urn's envelopes are about, each name once."""
    return list(dict.fromkeys(str(cell.sheet or cell.subject) for cell in urn.cells.all()))


def paper_voters(round: Round, urn: Urn) -> list[str]:
    """Return the names of those who draw from an urn, as the roll has them."""
    cell = urn.cells.all()[0]
    voters = round.members.filter(on_paper=True, user__in=cell.assignments.values("evaluator_id"))
    return list(voters.values_list("name", flat=True))


@csrf_protect
@sensitive_variables()
@unlogged_endpoint("POST")
def envelopes_sign_view(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """Take {"envelopes": [{cell: base64url}, …]}; answer {"signed": [{cell: base64url}, …]}, in the same order."""
    round = permitted_round(request, public_id, "peer_review.manage_round", refusal=NotOrganiser())
    urn = get_object_or_404(round.urns, number=number)
    body = canonical.expect_fields(read_json(request, limit=conf.CAST_MAX_BYTES), frozenset({"envelopes"}), "envelopes")
    if type(body["envelopes"]) is not list or not all(type(envelope) is dict for envelope in body["envelopes"]):
        raise BadEncoding
    blinded = [{cell: b64u_decode(value) for cell, value in envelope.items()} for envelope in body["envelopes"]]
    signed = sign_envelopes(urn, by=user_of(request), blinded=blinded)
    return JsonResponse(
        {"signed": [{cell: b64u_encode(value) for cell, value in envelope.items()} for envelope in signed]}
    )
