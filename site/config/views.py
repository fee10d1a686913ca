"""Pages that belong to no app: what to say when something went wrong, and to robots."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from django.views.i18n import LANGUAGE_QUERY_PARAMETER
from django.views.i18n import set_language as switch_language
from django.views.static import serve
from wagtail.images import get_image_model
from wagtail.users.models import UserProfile

from disclosures.file_access import may_open
from home.middleware import ask_to_sign_in

#: A picture that strangers may see too: a browser may keep it and asks whether it is still the same.
KEPT_BY_READER = "private, no-cache"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Ask search engines to stay away: this is an intranet."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@require_safe
def image(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with a picture, to whoever may read a page that shows it; strangers are asked to sign in otherwise.

    Queries: one for the picture, and those of `may_open`, however many pages show it.
    """
    rendition = get_image_model().get_rendition_model().objects.select_related("image").filter(file=f"images/{path}")
    shown = rendition.first()
    if shown is None or not may_open(shown.image, request.user):
        if not request.user.is_authenticated:
            return ask_to_sign_in(request)
        raise Http404
    try:
        answer = serve(request, path, document_root=str(settings.MEDIA_ROOT / "images"))
    except OSError as error:
        raise Http404 from error
    if may_open(shown.image, AnonymousUser()):
        answer.headers["Cache-Control"] = KEPT_BY_READER
    return answer


def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser; who is signed in gets mails in it from now on, and Wagtail's admin."""
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        UserProfile.objects.update_or_create(user=request.user, defaults={"preferred_language": chosen})
    return switch_language(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was too old to be trusted, and how to go on without losing what was typed."""
    return HttpResponse(render_to_string("403_csrf.html", request=request), status=403)
