"""Sign-in before every page. The settings list the routes that are open to strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from foundation.routes import is_open
from organisation.wanted_page import ask_first


class SignInMiddleware:
    """Send strangers to the sign-in, keeping where they wanted to go.

    Routes in settings.OPEN_ROUTES (names, or namespaces ending in a colon) answer strangers themselves. They are left
    before anything here looks at the session, which the anonymous endpoints of a round must never touch.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> HttpResponse | None:
        """Answer instead of the view where a stranger asks for what is not open."""
        match = request.resolver_match
        if match is None or is_open(match.view_name) or request.user.is_authenticated:
            return None
        return ask_to_sign_in(request)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return the way to the sign-in. A fragment asked for by htmx must not be answered with a whole page."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = redirect_to_login("/", settings.LOGIN_URL)["Location"]
        return response
    if request.method not in ("GET", "HEAD"):
        return redirect_to_login("/", settings.LOGIN_URL)
    return ask_first(request, resolve_url(settings.LOGIN_URL))
