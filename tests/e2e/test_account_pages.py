"""Pages of accounts and roles: accessible, within their window and the content policy, on a phone and a desk."""

import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as configured
from django.urls import reverse
from playwright.sync_api import Browser

from organisation import second_factor_session as marks
from organisation.domain import grants, lost_factors, resets
from organisation.domain.addresses import enter
from organisation.enums import Role
from organisation.models import PasswordReset, RoleGrant, User
from organisation.sessions import SessionStore
from organisation.urls import accounts
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.e2e.test_look import looking
from tests.factories.home import home_page
from tests.factories.organisation import PASSWORD, SectionFactory, StaffFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "box"], transaction=True)]
PAGES = (
    "account",
    "address",
    "roles",
    "resets",
    "account_notices",
    "sessions",
    "second_factor",
    "second_factor_app",
    "second_factor_passkey",
    "second_factor_witness",
    "lost_factors",
    "sessions_end",
    "password_change",
    "password_change_done",
)
#: Pages that need something in their address.
OF_SOMETHING = ("role_withdraw", "reset_mine")
#: Pages that open only for somebody who has shown a factor that nobody has seen yet.
OF_FACTORS = ("second_factor_seen", "ask_again")
#: Looked at on the way of somebody who signs in: here with a second factor, in tests/e2e/test_sign_in.py without.
ON_THE_WAY_IN = ("sign_in_second", "login", "invitation")
#: Every day each language, each scheme and each width once, the longer words on the narrower window.
LOOKS = [
    ("zh-CN", "light", 1440),
    ("en", "dark", 390),
    pytest.param("zh-CN", "light", 390, marks=pytest.mark.long),
    pytest.param("en", "light", 1440, marks=pytest.mark.long),
]


@pytest.fixture
def inspector() -> User:
    """An inspector with roles and resets to decide on, and something told about their own account."""
    home_page(site_name="望海检验检疫局")
    office = SectionFactory(name="办公室")
    user = StaffFactory(name="李文静", membership__section=office, roles=[Role.INSPECTOR]).user
    administrator = StaffFactory(name="王建国", roles=[Role.ADMINISTRATOR]).user
    people = [StaffFactory(name=name, roles=[Role.LEADERSHIP]).user for name in ("赵明", "钱海", "孙立")]
    User.objects.filter(pk=user.pk).update(email="li@example.org")
    user.refresh_from_db()
    reason = "Appointed by the decision of the Party group of 20 November, for the annual evaluation"
    grants.propose(person=people[0], role=Role.SCRUTINEER, by=administrator, reason=reason)
    grants.propose(person=people[1], role=Role.ORGANISER, by=user, reason="负责年度互评")
    grants.propose(person=user, role=Role.SCRUTINEER, by=administrator, reason="备用监票")
    grants.follow_headships(headed={people[0].pk: office.pk, people[2].pk: SectionFactory(name="旅检科").pk})
    grants.withdraw(grant=RoleGrant.objects.in_force().get(person=people[2]), by=administrator, reason="调离岗位")
    resets.propose(account=people[0], by=administrator, reason="当面申请，忘记密码")
    used = resets.propose(account=people[1], by=administrator, reason="当面申请")
    resets.confirm(reset=used, by=user)
    PasswordReset.objects.filter(pk=used.pk).update(used=True)
    TOTP.activate(people[2], generate_totp_secret())
    lost_factors.propose(account=people[2], by=administrator, reason="手机和恢复码都丢失了")
    enter(account=user, address="li.wenjing@example.org", by=administrator)
    return user


def test_every_page_of_accounts_is_looked_at() -> None:
    """What answers no GET is no page, but takes a form of one."""
    views = {route.name: route.callback.view_class for route in accounts.urlpatterns}
    pages = {name for name, view in views.items() if hasattr(view, "get") and "get" in view.http_method_names}

    assert {*PAGES, *OF_SOMETHING, *OF_FACTORS, *ON_THE_WAY_IN} == pages


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
def test_pages_of_accounts_are_accessible_and_fit(
    browser: Browser, live_server: Any, inspector: User, locale: str, scheme: str, width: int
) -> None:
    context, page, complaints = looking(browser, locale=locale, scheme=scheme, width=width)
    sign_in(context, live_server.url, inspector)
    found: list[str] = []
    withdrawal = reverse("role_withdraw", args=[RoleGrant.objects.in_force().first().pk])

    for path in (
        *(reverse(name) for name in PAGES),
        withdrawal,
        reverse("reset_mine", args=["x"]),
    ):
        page.goto(live_server.url + path)
        found += faults(page, path)

    assert found == []
    assert complaints == []
    context.close()


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
def test_pages_that_ask_for_the_factor_and_for_its_witness_are_accessible(
    browser: Browser, live_server: Any, inspector: User, settings: Any, locale: str, scheme: str, width: int
) -> None:
    TOTP.activate(inspector, generate_totp_secret())
    settings.SECOND_FACTOR_ROLES = ["inspector"]
    context, page, complaints = looking(browser, locale=locale, scheme=scheme, width=width)
    sign_in(context, live_server.url, inspector)
    key = next(entry["value"] for entry in context.cookies() if entry["name"] == configured.SESSION_COOKIE_NAME)
    session = SessionStore(key)
    session[marks.SHOWN], session[marks.AGAIN] = True, int(time.time() // 60)
    session.save()
    found: list[str] = []

    for name in OF_FACTORS:
        page.goto(live_server.url + reverse(name))
        assert page.url == live_server.url + reverse(name)
        found += faults(page, name)

    assert found == []
    assert complaints == []
    context.close()


def test_inspector_confirms_a_role_and_hands_over_a_link(browser: Browser, live_server: Any, inspector: User) -> None:
    context, page, complaints = looking(browser, locale="en", scheme="light", width=1440)
    sign_in(context, live_server.url, inspector)

    page.goto(live_server.url + reverse("roles"))
    page.get_by_label("赵明 · Scrutineer").check()
    page.get_by_role("button", name="Confirm the ticked ones").click()
    page.get_by_text("1 role confirmed.").wait_for()
    page.goto(live_server.url + reverse("resets"))
    page.get_by_role("button", name="Confirm and show the link").click()
    page.get_by_role("heading", name="Link for a new password").wait_for()

    assert faults(page, "link") == []
    assert RoleGrant.objects.in_force().filter(person__name="赵明", role=Role.SCRUTINEER).exists()
    assert complaints == []
    context.close()


def test_passkey_and_app_from_enrolment_to_the_next_sign_in(
    browser: Browser, live_server: Any, inspector: User
) -> None:
    context, page, complaints = looking(browser, locale="en", scheme="light", width=1440)
    sign_in(context, live_server.url, inspector)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "isUserVerified": True, "hasUserVerification": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, "automaticPresenceSimulation": True}})

    page.goto(live_server.url + reverse("second_factor_passkey"))
    page.get_by_label("Name of the key").fill("laptop")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert faults(page, "codes") == []
    recovery = page.locator("main code").first.inner_text()
    page.get_by_role("link", name="I have written them down").click()
    page.get_by_text("Passkey · laptop").wait_for()
    assert faults(page, "second factor") == []

    context.clear_cookies()
    for show in ("passkey", "code"):
        page.goto(live_server.url + reverse("login"))
        page.locator("[name=username]").fill(inspector.username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        page.get_by_role("heading", name="Second factor").wait_for()
        assert faults(page, "sign-in, second half") == []
        if show == "passkey":
            page.get_by_role("button", name="Use a passkey").click()
        else:
            page.get_by_label("Code").fill(recovery)
            page.get_by_role("button", name="Continue").click()
        page.get_by_role("heading", name="What waits for me").wait_for()
        context.clear_cookies()
    assert complaints == []
    context.close()
