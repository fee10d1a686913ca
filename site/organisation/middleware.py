"""Keep the session of whoever is here, and ask for the second factor where it is needed."""

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from foundation.routes import is_named, is_open
from organisation import second_factor_session as marks
from organisation.enums import GRANTED_ROLES, Role
from organisation.models import FactorWitness
from organisation.roles import has_role
from organisation.sessions import SessionStore
from organisation.wanted_page import ask_first


class SessionLimitMiddleware:
    """Move the end of a session on after each request of a signed-in person, at most once a quarter of an hour.

    Routes in settings.SILENT_ROUTES are left out: a row that changes while somebody draws, casts or checks would say
    that they did.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        # Only a session that the request has read for itself: the anonymous endpoints never touch one.
        if match is None or match.view_name in settings.SILENT_ROUTES:
            return response
        if request.session.accessed and isinstance(request.session, SessionStore):
            request.session.renew()
        return response


class SecondFactorMiddleware:
    """Send whoever holds a role of settings.SECOND_FACTOR_ROLES to enrol a second factor, before anything else.

    And ask whoever has one again before routes in settings.ASK_AGAIN_ROUTES. Nothing here touches the session on routes
    that are open to strangers, except those of settings.ROUTES_OF_ROLES.
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
        """Answer instead of the view where the second factor has to come first."""
        match = request.resolver_match
        if match is None or (is_open(match.view_name) and not is_named(match.view_name, settings.ROUTES_OF_ROLES)):
            return None
        if not request.user.is_authenticated:
            return None
        if marks.was_shown(request.session):
            is_own_account = match.route.startswith("accounts/") and match.view_name not in SHUT_ACCOUNT_ROUTES
            if not is_own_account and self.is_unwitnessed(request):
                return _send(request, resolve_url("second_factor_seen"))
            is_post = request.method not in ("GET", "HEAD")
            if match.view_name not in settings.ASK_AGAIN_ROUTES or marks.is_fresh(request.session, is_post=is_post):
                return None
            return _send(request, resolve_url("ask_again"))
        if match.route.startswith("accounts/") and match.view_name not in SHUT_ACCOUNT_ROUTES:
            return None
        if any(has_role(request.user, Role(role)) for role in settings.SECOND_FACTOR_ROLES):
            return _send(request, resolve_url("second_factor"))
        return None

    @staticmethod
    def is_unwitnessed(request: HttpRequest) -> bool:
        """Return whether the role requires a factor and nobody saw that its owner holds the one that was shown.

        One query, until a session knows that it was seen. Nothing is written here: some routes must not.
        """
        if marks.is_witnessed(request.session):
            return False
        # A role that follows from the staff record is confirmed by nobody, and so is its holder's factor.
        roles = GRANTED_ROLES & {Role(role) for role in settings.SECOND_FACTOR_ROLES}
        needs = any(has_role(request.user, role) for role in sorted(roles))
        return needs and not FactorWitness.objects.filter(account=request.user.pk).exists()


#: Pages of accounts that weigh: nobody who must have a second factor comes there without.
SHUT_ACCOUNT_ROUTES = frozenset(
    {
        *("roles", "roles_confirm", "role_withdraw", "resets", "reset_confirm", "reset_settle"),
        *("second_factor_witness", "lost_factors", "lost_factor_confirm", "lost_factor_carry_out"),
        "sessions_end",
    }
)


def _send(request: HttpRequest, where: str) -> HttpResponse:
    """Send somebody to show or enrol a factor; what was posted is lost, so they come back to the page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    if request.content_type == "application/json" or request.headers.get("Accept") == "application/json":
        return JsonResponse({"error": "second_factor", "message": _("Show the second factor first.")}, status=403)
    return ask_first(request, where)
