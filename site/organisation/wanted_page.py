"""Where somebody wanted to go who has to sign in, or to show a second factor, first.

As everywhere in Django it stands in the address of the page that asks, behind `next`. But an address lies in the web
server's log and goes along with each file of the page. Of a page about ballots (settings.SILENT_ROUTES) no log may hold
a line, and of a link of one use none may hold the link. Such an address is kept in a cookie of the sign-in pages
instead, for a few minutes.
"""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

#: Seconds in which somebody signs in.
AGE = 900
#: The sign-in pages. The endpoints that take ballots refuse any cookie.
PATH = "/accounts/"


def ask_first(request: HttpRequest, where: str) -> HttpResponse:
    """Return the way to a page that asks for something first, and from there back to where the request wanted to go.

    What was posted is lost, so whoever posted goes where that page sends them.
    """
    if request.method not in ("GET", "HEAD"):
        return redirect(where)
    wanted, match = request.get_full_path(), request.resolver_match
    if match is None or not (match.view_name in settings.SILENT_ROUTES or is_link_of_one_use(match.view_name)):
        return redirect_to_login(wanted, where)
    response = redirect(where)
    response.set_cookie(
        settings.WANTED_PAGE_COOKIE_NAME,
        wanted,
        max_age=AGE,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def is_link_of_one_use(name: str) -> bool:
    """Return whether the address of a route is a secret, by the route's full name."""
    return name in settings.PEER_REVIEW_UNLOGGED_ROUTES


def wanted_page(request: HttpRequest) -> str:
    """Return where somebody wanted to go, if it lies on this site; empty if nowhere."""
    kept = request.COOKIES.get(settings.WANTED_PAGE_COOKIE_NAME, "")
    wanted = request.POST.get("next") or request.GET.get("next") or kept
    hosts = {request.get_host()}
    is_safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    return wanted if is_safe else ""


def forget_wanted_page(response: HttpResponse) -> HttpResponse:
    """Let the browser forget it, once somebody goes there or signs out; return the response."""
    response.delete_cookie(settings.WANTED_PAGE_COOKIE_NAME, path=PATH, samesite="Lax")
    return response
