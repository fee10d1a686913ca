"""Keep the session of whoever is here, without a trace of when somebody was about a ballot."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from organisation.sessions import SessionStore


class SessionLimitMiddleware:
    """Move the end of a session on after each request of a signed-in person, at most once a quarter of an hour.

    Routes in settings.QUIET_ROUTES are left out: a row that changes while somebody draws, casts or checks would say
    that they did.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        # Only a session that the request has read for itself: the anonymous endpoints never touch one.
        if match is None or match.view_name in settings.QUIET_ROUTES:
            return response
        if request.session.accessed and isinstance(request.session, SessionStore):
            request.session.renew()
        return response
