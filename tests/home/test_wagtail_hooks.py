"""Wagtail's pages ask for a sign-in too, unless their app decides about strangers itself."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from wagtail.models import Page

from disclosures.models import DisclosurePage
from home.wagtail_hooks import keep_strangers_out
from organisation.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("page_type", "user", "passes"),
    [
        (Page, AnonymousUser(), False),
        (Page, User(), True),
        (DisclosurePage, AnonymousUser(), True),
    ],
)
def test_strangers_see_the_pages_of_open_apps_only(
    page_type: type[Page], user: User | AnonymousUser, passes: bool
) -> None:
    request = RequestFactory().get("/forum/?a=1")
    request.user = user

    response = keep_strangers_out(page_type(), request, [], {})

    assert (response is None) is passes
    if response is not None:
        assert response.headers["Location"] == "/accounts/login/?next=/forum/%3Fa%3D1"


def test_settings_decide_which_apps_are_open(settings: SimpleNamespace) -> None:
    settings.OPEN_PAGE_APPS = {"wagtailcore"}
    request = RequestFactory().get("/forum/")
    request.user = AnonymousUser()

    assert keep_strangers_out(Page(), request, [], {}) is None
