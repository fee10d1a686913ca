"""The kiosk: whoever holds an envelope casts here, without a name, a session or a cookie."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.generic import TemplateView, View

from peer_review.conf import conf
from peer_review.domain.ballots.envelopes import TICKET_LENGTH, draw_with_ticket, open_envelope
from peer_review.enums import RoundState
from peer_review.exceptions.ballots import CookieOnAnonymousEndpoint
from peer_review.exceptions.base import BadEncoding
from peer_review.models import Round, Urn
from peer_review.views.ballots import envelope_messages
from peer_review.views.ballots.ballot_page import ballot_context
from peer_review.views.ballots.credentials import drawn_json
from peer_review.views.ballots.paper_cards import urn_cards
from peer_review.views.shared.json_endpoints import read_json, unlogged_endpoint
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode


@csrf_exempt
@sensitive_variables()
@unlogged_endpoint("POST")
def kiosk_draw_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"ticket": base64url, "blinded": {cell: base64url}}; answer what `drawn_json` gives."""
    body = _read_anonymous(request, frozenset({"ticket", "blinded"}))
    if type(body["blinded"]) is not dict:
        raise BadEncoding
    blinded = {cell: b64u_decode(value) for cell, value in body["blinded"].items()}
    answer = drawn_json(draw_with_ticket(public_id, _ticket_of(body), blinded))
    return JsonResponse(answer, headers={"Referrer-Policy": "no-referrer"})


@csrf_exempt
@sensitive_variables()
@unlogged_endpoint("POST")
def kiosk_open_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"ticket": base64url}; answer {"page": address} of the papers that the ticket is good for."""
    urn = open_envelope(public_id, _ticket_of(_read_anonymous(request, frozenset({"ticket"}))))
    return JsonResponse({"page": page_of(urn)}, headers={"Referrer-Policy": "no-referrer"})


def _read_anonymous(request: HttpRequest, fields: frozenset[str]) -> Mapping[str, Any]:
    """Return the body of a request that must carry no cookie."""
    if request.META.get("HTTP_COOKIE"):
        raise CookieOnAnonymousEndpoint
    body: Mapping[str, Any] = canonical.expect_fields(read_json(request, limit=conf.CAST_MAX_BYTES), fields, "kiosk")
    return body


def _ticket_of(body: Mapping[str, Any]) -> bytes:
    return b64u_decode(body["ticket"], length=TICKET_LENGTH)


#: How long the address of an urn's papers holds after an envelope has been opened, in seconds.
PAGE_AGE = 3600
_SALT = "peer_review.kiosk"


def page_of(urn: Urn) -> str:
    """Return the address at which an urn's papers are filled in: names the urn, never the envelope."""
    token = signing.dumps(urn.number, salt=f"{_SALT}.{urn.round.public_id}")
    return reverse("peer_review:kiosk-ballot", args=[urn.round.public_id, token])


class KioskMixin(View):
    """The base of the kiosk's pages about a round that has been opened. They are open to anybody."""

    round: Round

    def setup(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        super().setup(request, *args, **kwargs)
        self.round = get_object_or_404(Round.objects.frozen(), public_id=self.kwargs["public_id"])

    @property
    def address(self) -> str:
        return reverse("peer_review:kiosk", args=[self.round.public_id])


class KioskView(KioskMixin, TemplateView):
    """The kiosk's first page, which asks for the code of an envelope."""

    template_name = "peer_review/ballots/kiosk.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round = self.round
        config = {"round": round.public_id, "open": reverse("peer_review:kiosk-open", args=[round.public_id])}
        collecting = round.state == RoundState.OPEN and round.urns.exclude(made_by=None).exists()
        return super().get_context_data(
            round=round, collecting=collecting, config=config, words=envelope_messages.kiosk(), **kwargs
        )


class KioskBallotView(KioskMixin, TemplateView):
    """The kiosk's page with the papers of an urn. Its address comes from the opened envelope and expires."""

    template_name = "peer_review/ballots/kiosk_ballot.html"

    def get(self, request: HttpRequest, public_id: str, token: str) -> HttpResponse:
        try:
            number = signing.loads(token, salt=f"{_SALT}.{self.round.public_id}", max_age=PAGE_AGE)
        except signing.BadSignature:
            return redirect(self.address)
        if self.round.state != RoundState.OPEN:
            return redirect(self.address)
        self.urn = get_object_or_404(self.round.urns, number=number)
        response = super().get(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round = self.round
        context = ballot_context(
            round,
            urn_cards(round, self.urn),
            mode="kiosk",
            now=timezone.now(),
            draw=reverse("peer_review:kiosk-draw", args=[round.public_id]),
            owner="kiosk",
            start=self.address,
        )
        return super().get_context_data(round=round, **context, **kwargs)
