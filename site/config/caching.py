"""What a browser, and whatever stands between, may keep of an answer: nothing, unless its view says otherwise.

Results, rolls, decisions, logs and accounts are not to be found in a shared computer's cache after a sign-out. A page
that nobody thought of is treated like them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

NOT_KEPT = "private, no-store"


class CachingMiddleware:
    """Forbid to keep an answer, except where its view says what may be kept, and on settings.KEPT_ROUTES."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        is_kept = match is not None and match.view_name in settings.KEPT_ROUTES and response.status_code < 400
        if not is_kept:
            response.headers.setdefault("Cache-Control", NOT_KEPT)
        return response
