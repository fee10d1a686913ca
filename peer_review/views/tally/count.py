"""JSON endpoints of the scrutineer's browser: rows to open, their keys, the count and its progress."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_variables

from peer_review.conf import conf
from peer_review.domain.tally import count
from peer_review.exceptions.base import BadEncoding
from peer_review.models import Round
from peer_review.views.shared.access import scrutineers_round, user_of
from peer_review.views.shared.json_endpoints import read_json, unlogged_endpoint
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode, hex_decode


@unlogged_endpoint("GET")
def rows_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return {"rows": [{"id", "epk"}], "opened", "total"}: rows still sealed, at most `limit`."""
    round = scrutineers_round(request, public_id)
    limit = request.GET.get("limit", "")
    rows = count.sealed_rows(round, limit=int(limit) if limit.isdecimal() and len(limit) < 9 else count.MAX_ROWS)
    state = count.opening(round)
    return JsonResponse({"rows": rows, "opened": state.opened, "total": state.total})


@csrf_protect
@sensitive_variables()
@unlogged_endpoint("POST")
def keys_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take {"keys": {row id: content key}}; answer {"opened", "total"}, or wrong_key and nothing was written."""
    round = scrutineers_round(request, public_id)
    body = canonical.expect_fields(read_json(request, limit=conf.CAST_MAX_BYTES), frozenset({"keys"}), "keys")
    if type(body["keys"]) is not dict or len(body["keys"]) > count.MAX_ROWS:
        raise BadEncoding
    keys = {hex_decode(row_id, length=16): b64u_decode(key, length=32) for row_id, key in body["keys"].items()}
    state = count.open_rows(round, by=user_of(request), keys=keys)
    return JsonResponse({"opened": state.opened, "total": state.total})


@csrf_protect
@unlogged_endpoint("POST")
def finish_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Start the count in the background and return its progress."""
    round = scrutineers_round(request, public_id)
    count.finish_opening(round, by=user_of(request))
    round.refresh_from_db()
    return _progress(round)


@unlogged_endpoint("GET")
def progress_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return {"state", "phase", "done", "total"}; state is the round's, which ends at "counted"."""
    return _progress(scrutineers_round(request, public_id))


def _progress(round: Round) -> HttpResponse:
    progress = count.count_progress(round)
    return JsonResponse({"state": round.state, "phase": progress.phase, "done": progress.done, "total": progress.total})
