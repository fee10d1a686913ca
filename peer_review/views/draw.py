"""The JSON endpoint that draws ballot papers, with a session.

Drawing knows the person, so it writes their assignment and nothing else: no session, no log line.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from peer_review.conf import conf
from peer_review.crypto import canonical
from peer_review.crypto.encoding import b64u_decode, b64u_encode
from peer_review.domain.draw import draw
from peer_review.exceptions import BadEncoding, LoginRequired, UnknownRound
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


def _round(request: HttpRequest, public_id: str) -> Round:
    if not is_known(request.user):
        raise LoginRequired
    round = Round.objects.filter(public_id=public_id).first()
    if round is None:
        raise UnknownRound
    return round
