"""The JSON endpoint that draws ballot papers, with a session.

Drawing knows the person, so it writes their assignment and nothing else: no session, no log line.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from peer_review.conf import conf
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.ballots.drawing import Drawing
from peer_review.exceptions.base import BadEncoding, LoginRequired, UnknownRound
from peer_review.models import Round
from peer_review.roles import is_known
from peer_review.views.shared.access import user_of
from peer_review.views.shared.json_endpoints import read_json, unlogged_endpoint
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode, b64u_encode


@csrf_protect
@sensitive_variables()
@unlogged_endpoint("POST")
def draw_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"blinded": {cell: base64url}}; answer what `drawn_json` gives."""
    round = _round(request, public_id)
    body = canonical.expect_fields(read_json(request, limit=conf.CAST_MAX_BYTES), frozenset({"blinded"}), "draw")
    if type(body["blinded"]) is not dict:
        raise BadEncoding
    blinded = {cell: b64u_decode(value) for cell, value in body["blinded"].items()}
    return JsonResponse(drawn_json(issue_credentials(user_of(request), round, blinded)))


def drawn_json(drawing: Drawing) -> dict[str, object]:
    """Return what a browser is told that has drawn: {"signed": {cell: base64url}, "drawn_at": milliseconds}."""
    return {
        "signed": {cell: b64u_encode(value) for cell, value in drawing.signed.items()},
        "drawn_at": drawing.drawn_at,
    }


def _round(request: HttpRequest, public_id: str) -> Round:
    if not is_known(request.user):
        raise LoginRequired
    round = Round.objects.filter(public_id=public_id).first()
    if round is None:
        raise UnknownRound
    return round
