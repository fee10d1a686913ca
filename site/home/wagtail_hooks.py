"""Wagtail's pages ask for a sign-in too, unless their app decides about strangers itself."""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page

from home.middleware import ask_to_sign_in


@hooks.register("before_serve_page")
def keep_strangers_out(
    page: Page, request: HttpRequest, args: Sequence[str], kwargs: Mapping[str, str]
) -> HttpResponse | None:
    """Send strangers to the sign-in; settings.OPEN_PAGE_APPS names the apps whose pages know their audience."""
    if request.user.is_authenticated or page._meta.app_label in settings.OPEN_PAGE_APPS:
        return None
    return ask_to_sign_in(request)
