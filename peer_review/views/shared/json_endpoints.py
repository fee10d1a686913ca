"""Endpoints that must not know who asks: casting a ballot, reading the manifest.

Casting takes no session and no CSRF cookie, touches no cache, sets no cookie, writes no log line, and refuses a
request that carries a cookie.
"""

import logging
from collections.abc import Callable, ItemsView
from functools import wraps
from types import FrameType

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, UnreadablePostError
from django.views.debug import SafeExceptionReporterFilter

from peer_review.exceptions.base import BadEncoding, Refusal, TooLarge
from zhengyan_crypto import canonical
from zhengyan_crypto.errors import CryptoError

logger = logging.getLogger("peer_review.ballots")
View = Callable[..., HttpResponseBase]


class BlindReporterFilter(SafeExceptionReporterFilter):
    """Error reports about a ballot's request name the exception and the code, and nothing that was sent."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, object]:
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, object]:
        return dict[str, object]().items()

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, object]:
        return {}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, object]:
        return {}


def unlogged_endpoint(*methods: str) -> Callable[[View], View]:
    """Decorate a JSON endpoint of the ballot path: refusals become {"error": code}, and nothing is logged about
    who asked for what.

    An unforeseen exception is caught here, before Django reports it with the whole request; one line with its kind
    and place is all that is written.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            request.exception_reporter_filter = BlindReporterFilter()
            try:
                if request.method not in methods:
                    response: HttpResponseBase = error_response("method_not_allowed", 405)
                    response["Allow"] = ", ".join(methods)
                else:
                    response = view(request, *args, **kwargs)
            except (Refusal, CryptoError) as refusal:
                response = error_response(refusal.code, refusal.status)
            except Http404:
                response = error_response("not_found", 404)
            # What Django itself refuses while it reads a request: more parameters than any page sends, a body cut off.
            except (SuspiciousOperation, BadRequest, UnreadablePostError):
                response = error_response(BadEncoding.code, BadEncoding.status)
            except Exception as fault:
                logger.error("An endpoint of the ballot path failed: %s at %s", type(fault).__name__, _place(fault))
                response = error_response("internal_error", 500)
            # Django would log each answer from 400 up with the request attached.
            response._has_been_logged = True  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return answer

    return decorate


def error_response(code: str, status: int) -> HttpResponse:
    """Return a fault of the whole request."""
    return JsonResponse({"error": code}, status=status)


def _place(fault: BaseException) -> str:
    """Return file and line where an exception was raised: never its message, which may quote a ballot."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def read_json(request: HttpRequest, *, limit: int) -> object:
    """Return the strict JSON of a request's body, reading no more than `limit` bytes of it.

    Raises: TooLarge, BadEncoding.
    """
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise BadEncoding from error
    if announced > limit:
        raise TooLarge
    body = request.read(limit + 1)
    if len(body) > limit:
        raise TooLarge
    return canonical.loads(body)


def no_transaction(view: View) -> View:
    """Keep ATOMIC_REQUESTS away from a view, on every database: casting waits, and must hold nothing while it does."""
    for alias in settings.DATABASES:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view
