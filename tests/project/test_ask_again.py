"""What weighs asks for the second factor again, at whatever route it is done: by one list, in one middleware."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.test import Client
from django.urls import reverse

from organisation import second_factor_session as marks
from organisation.domain import second_factor
from organisation.enums import GRANTED_ROLES, Role
from organisation.models import User
from tests.factories.organisation import UserFactory
from tests.project.routes import Route, every_route

pytestmark = pytest.mark.django_db(databases=["default", "box"])

#: Words of routes that open rows, publish, decide, give roles, hand over accounts, or make what reads results.
WEIGHTY = re.compile(
    r"publish|decision|decide|outcome|contest|count-|box|share|scrutineer|audit|figures|role|reset|address|factor|integration"
    r"|public-notice|^staff:(add|edit)$|organisation_imports:confirm"
)
#: Routes with such a word, and why they do not ask.
LIGHT = {
    # Each one's own account and outcome, which the session opens anyway, or a step that only takes back.
    *(
        "lost_factor_withdraw",
        "address_stop",
        "reset_ask",
        "reset_by_factor",
        "reset_mine",
        "second_factor",
        "account_notices",
    ),
    *("peer_review:my-outcome", "peer_review:outcome-acknowledge", "peer_review:contest"),
    *("peer_review:contest-appeal", "peer_review:contest-withdraw", "peer_review_api:integration-revoke"),
    # Lists and notes that show no ballot and decide nothing.
    *("peer_review:contest-list", "peer_review:contest-claim", "peer_review:contest-reassign"),
    *("peer_review:contest-extend", "peer_review:scrutineer-list", "peer_review:count-progress"),
    *("peer_review:audit-round", "peer_review:audit-list", "peer_review:audit-log"),
    # The key is made in the scrutineer's browser, before there is a ballot; the file is the same for everybody.
    *("peer_review:box-key", "peer_review:box-key-share", "peer_review:box-key-test", "peer_review:open-box"),
    # The forum's moderators hold no role that needs a factor.
    *("forum_pages:comment-decide", "forum_pages:topic-decide", "forum_pages:report-decide"),
}


def weighty_routes() -> list[Route]:
    """Return the routes that ask again; Wagtail's own are asked for by the records they stand for."""
    return [route for route in every_route() if route.name in settings.ASK_AGAIN_ROUTES]


def signed_in_long_ago() -> tuple[Client, User]:
    """Return a browser whose owner holds every role and showed the second factor two hours ago."""
    user = UserFactory(roles=[role for role in GRANTED_ROLES if role != Role.SECTION_HEAD])
    second_factor.TOTP.activate(user, generate_totp_secret())
    client = Client()
    client.force_login(user)
    session = client.session
    session[marks.SHOWN], session[marks.AGAIN] = True, int(time.time() // 60) - 120
    session.save()
    return client, user


def address_of(route: Route) -> str:
    return route.address(dict.fromkeys(route.parameters, "1") | {"public_id": "0" * 32})


def test_every_route_of_a_weighty_word_asks_again_or_is_named_with_its_reason() -> None:
    ours = [route for route in every_route() if not route.template.startswith("admin/") or ":" in route.name]
    names = {route.name for route in ours if WEIGHTY.search(route.name) and not route.name.startswith("wagtail")}

    assert names - settings.ASK_AGAIN_ROUTES - LIGHT == set()
    assert {route.name for route in every_route()} >= settings.ASK_AGAIN_ROUTES


def test_no_route_that_asks_again_answers_without_a_fresh_factor() -> None:
    client, _user = signed_in_long_ago()
    routes = weighty_routes()
    assert len(routes) == len(settings.ASK_AGAIN_ROUTES)

    for route in routes:
        address = address_of(route)
        shown = client.get(address)
        sent = client.post(address, {"title": "x"})
        scripted = client.post(address, "{}", content_type="application/json")
        assert (shown.status_code, sent.status_code) == (302, 302), route.name
        assert shown["Location"].startswith(reverse("ask_again")), route.name
        assert sent["Location"].startswith(reverse("ask_again")), route.name
        assert (scripted.status_code, scripted.json()["error"]) == (403, "second_factor"), route.name


def test_routes_answer_again_once_the_factor_is_fresh() -> None:
    client, _user = signed_in_long_ago()
    session = client.session
    session[marks.AGAIN] = int(time.time() // 60)
    session.save()

    asked = [route.name for route in weighty_routes() if _asks(client, address_of(route))]

    assert asked == []


def _asks(client: Client, address: str) -> bool:
    return reverse("ask_again") in client.get(address).headers.get("Location", "")
