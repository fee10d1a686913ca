"""The endpoints that take ballots and hand out the manifest; no session, no log line."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.gzip import gzip_page

from peer_review.conf import conf
from peer_review.domain.ballots.cast import cast
from peer_review.exceptions.ballots import CookieOnAnonymousEndpoint
from peer_review.exceptions.base import BadEncoding, UnknownRound
from peer_review.models import Round
from peer_review.views.shared.json_endpoints import no_transaction, read_json, unlogged_endpoint


@csrf_exempt
@no_transaction
@sensitive_variables()
@unlogged_endpoint("POST")
def cast_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a JSON list of casts; answer {"results": […]} in their order, once they are on disk.

    When every cast failed in the same way, that is the status of the whole answer.
    """
    if request.META.get("HTTP_COOKIE"):
        raise CookieOnAnonymousEndpoint
    casts = read_json(request, limit=conf.CAST_MAX_BYTES)
    if type(casts) is not list:
        raise BadEncoding
    results = cast(public_id, casts)
    failures = {result["status"] for result in results if not result["ok"]}
    whole = failures.pop() if len(failures) == 1 and not any(result["ok"] for result in results) else 200
    response = JsonResponse({"results": results}, status=whole)
    response["Referrer-Policy"] = "no-referrer"
    return response


# Compressed where the client takes it: there is no secret in it. Never so what answers a draw or a cast.
@unlogged_endpoint("GET", "HEAD")
@gzip_page
def manifest_view(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return the manifest exactly as its fingerprint covers it. Public: everyone must get the same bytes."""
    manifest = Round.objects.frozen().filter(public_id=public_id).values_list("manifest", flat=True).first()
    if not manifest:
        raise UnknownRound
    response = HttpResponse(manifest.encode(), content_type="application/json")
    response["Cache-Control"] = "no-cache"
    return response
