"""JSON endpoints with a session: drawing ballot papers, and the scrutineer's box key.

Drawing knows the person, so it writes their assignment and nothing else: no session, no log line.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from peer_review import rules
from peer_review.conf import conf
from peer_review.crypto import canonical
from peer_review.crypto.encoding import b64u_decode, b64u_encode
from peer_review.domain import keys
from peer_review.domain.draw import draw
from peer_review.exceptions import BadEncoding, LoginRequired, NotScrutineer, UnknownRound
from peer_review.models import Round
from peer_review.querysets import is_known
from peer_review.views.anonymous import quiet, read_json


@csrf_protect
@sensitive_variables()
@quiet("POST")
def draw_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"blinded": {cell: base64url}}; answer {"signed": {cell: base64url}}."""
    round = _round(request, public_id)
    body = canonical.expect_fields(read_json(request, limit=conf.CAST_MAX_BYTES), frozenset({"blinded"}), "draw")
    if type(body["blinded"]) is not dict:
        raise BadEncoding
    blinded = {cell: b64u_decode(value) for cell, value in body["blinded"].items()}
    signed = draw(request.user, round, blinded)
    return JsonResponse({"signed": {cell: b64u_encode(value) for cell, value in signed.items()}})


@csrf_protect
@quiet("POST")
def box_key_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"public": base64url}, a box key's public half; answer {"epk"} of a test row sealed for it."""
    round = _scrutineers_round(request, public_id)
    epk = keys.set_box_key(round, by=request.user, public=_field(request, "public"))
    return JsonResponse({"epk": b64u_encode(epk)})


@csrf_protect
@sensitive_variables()
@quiet("POST")
def box_key_test_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"key": base64url}, the test row's content key; answer {"ok": true} if it opens the row."""
    round = _scrutineers_round(request, public_id)
    keys.confirm_box_key(round, by=request.user, key=_field(request, "key"))
    return JsonResponse({"ok": True})


def _field(request: HttpRequest, name: str) -> bytes:
    body: Any = canonical.expect_fields(read_json(request, limit=10_000), frozenset({name}), name)
    return b64u_decode(body[name])


def _round(request: HttpRequest, public_id: str) -> Round:
    if not is_known(request.user):
        raise LoginRequired
    round = Round.objects.filter(public_id=public_id).first()
    if round is None:
        raise UnknownRound
    return round


def _scrutineers_round(request: HttpRequest, public_id: str) -> Round:
    round = _round(request, public_id)
    if not Round.objects.visible_to(request.user).filter(pk=round.pk).exists():
        raise UnknownRound
    if not rules.has_perm("peer_review.open_box", request.user, round):
        raise NotScrutineer(name=request.user.get_username())
    return round
