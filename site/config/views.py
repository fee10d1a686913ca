"""Pages that belong to no app: what to say when something went wrong, and to robots."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to stay away: this is an intranet."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was too old to be trusted, and how to go on without losing what was typed."""
    return HttpResponse(render_to_string("403_csrf.html", request=request), status=403)
