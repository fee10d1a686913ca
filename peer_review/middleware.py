"""Keeps the addresses of unlogged routes out of the requests that follow from them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from peer_review.unlogged_routes import hides_address

#: The origin alone: Django's CSRF check needs it where a form is sent over HTTPS, and it names no page.
POLICY = "strict-origin"


class UnloggedRoutesMiddleware:
    """Let no page of an unlogged route pass its address on.

    A browser sends the address of a page along with each style sheet, script and link of that page, and web servers
    write it beside the line of that file. Error pages of these routes are pages of theirs, and so is the redirect of
    whoever left out the slash at the end.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match or _match_with_slash(request.path_info)
        if match is not None and hides_address(match.view_name):
            response.headers.setdefault("Referrer-Policy", POLICY)
        return response


def _match_with_slash(path: str) -> ResolverMatch | None:
    """Return the route of a path to which the slash at its end is still to be added, or of one that was answered before
    its route was looked for.
    """
    try:
        return resolve(path if path.endswith("/") else f"{path}/")
    except Resolver404:
        return None
