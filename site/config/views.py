"""Pages that belong to no app: what to say when something went wrong, and to robots."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from django.views.i18n import LANGUAGE_QUERY_PARAMETER
from django.views.i18n import set_language as switch_language
from django.views.static import serve
from wagtail.users.models import UserProfile


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to stay away: this is an intranet."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with a picture of a page; a name that no file can have is not found."""
    try:
        return serve(request, path, document_root=str(settings.MEDIA_ROOT / "images"))
    except OSError as error:
        raise Http404 from error


def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser; who is signed in gets mails in it from now on, and Wagtail's admin."""
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        UserProfile.objects.update_or_create(user=request.user, defaults={"preferred_language": chosen})
    return switch_language(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was too old to be trusted, and how to go on without losing what was typed."""
    return HttpResponse(render_to_string("403_csrf.html", request=request), status=403)
