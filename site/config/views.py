"""Pages that belong to no app: what to say when something went wrong, and to robots."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from django.views.i18n import LANGUAGE_QUERY_PARAMETER
from django.views.i18n import set_language as switch_language
from wagtail.users.models import UserProfile


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to stay away: this is an intranet."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser; who is signed in gets mails in it from now on, and Wagtail's admin."""
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        UserProfile.objects.update_or_create(user=request.user, defaults={"preferred_language": chosen})
    return switch_language(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was too old to be trusted, and how to go on without losing what was typed."""
    return HttpResponse(render_to_string("403_csrf.html", request=request), status=403)
