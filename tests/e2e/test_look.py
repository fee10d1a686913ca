"""The frame in a real browser: both languages, phone and desk, light and dark, keyboard alone, axe."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.factories import disclosures, forum_pages
from tests.factories.home import home_page
from tests.factories.peer_review.rounds import make_open_round

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]
PASSWORD = "正直的话 9"
LOOKS = [("zh-CN", "light", 390), ("zh-CN", "dark", 1440), ("en-GB", "dark", 390), ("en-GB", "light", 1440)]
# 404 and 403 answers are what some of these pages are for; the browser mentions them in its console.
EXPECTED_NOISE = "Failed to load resource: the server responded with a status of 40"


@pytest.fixture
def member() -> Any:
    """Somebody with a ballot waiting, a forum and disclosures to read, and the way into the admin."""
    home_page(site_name="望海检验检疫局")
    writer = forum_pages.person("writer", name="王建国")
    board = forum_pages.board("daily")
    forum_pages.topic(board, writer, "How to make the supervision card useful at the counter, in plain words")
    forum_pages.topic(board, writer, "预内审发现的不符合项，各科室打算怎样限期整改")
    disclosures.published(owner=writer)
    closes_at = timezone.now() + datetime.timedelta(days=2)
    running = make_open_round(evaluators=3, title="2026年度科室互评", closes_at=closes_at)
    user = running.evaluators[0].user
    user.name, user.is_superuser = "李文静", True
    user.set_password(PASSWORD)
    user.save()
    return user


def looking(browser: Browser, *, locale: str, scheme: str, width: int) -> tuple[BrowserContext, Page, list[str]]:
    """Open a fresh profile, with a list that fills with what its console complains about."""
    context = browser.new_context(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    context.set_default_timeout(20_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in ("error", "warning") and not message.text.startswith(EXPECTED_NOISE)
            else None
        ),
    )
    return context, page, complaints


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
def test_every_page_of_the_frame_is_accessible_and_fits(
    browser: Browser, live_server: Any, member: Any, locale: str, scheme: str, width: int
) -> None:
    context, page, complaints = looking(browser, locale=locale, scheme=scheme, width=width)
    found: list[str] = []

    page.goto(f"{live_server.url}/accounts/login/")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录" if locale == "zh-CN" else "Sign in")
    found += faults(page, "sign-in")
    page.locator("[name=username]").fill(member.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("我的待办" if locale == "zh-CN" else "What waits for me")
    for path in ("/", "/search/?q=监督", "/search/", "/no-such-page/"):
        page.goto(live_server.url + path)
        found += faults(page, path)
    page.goto(f"{live_server.url}/")
    page.locator("details.menu > summary").click()
    found += faults(page, "account menu")

    assert found == []
    assert complaints == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 23, 26)")
    context.close()


@pytest.fixture
def seat(browser: Browser, live_server: Any, member: Any) -> Iterator[tuple[Page, list[str]]]:
    """A desk with the member signed in, in Chinese."""
    context, page, complaints = looking(browser, locale="zh-CN", scheme="light", width=1440)
    sign_in(context, live_server.url, member)
    page.goto(f"{live_server.url}/")
    yield page, complaints
    assert complaints == []
    context.close()


def test_keyboard_alone_reaches_content_menu_and_language(seat: tuple[Page, list[str]], live_server: Any) -> None:
    page, _complaints = seat

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    summary = page.locator("details.menu > summary")
    summary.focus()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="修改密码")).to_be_visible()
    expect(page.get_by_role("link", name="管理后台")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="修改密码")).to_be_hidden()
    expect(summary).to_be_focused()

    page.goto(f"{live_server.url}/search/?q=监督")
    page.get_by_role("button", name="English").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "q=%E7%9B%91%E7%9D%A3" in page.url


def test_search_box_leads_from_every_page_to_what_it_found(seat: tuple[Page, list[str]]) -> None:
    page, _complaints = seat

    page.get_by_role("searchbox").fill("监督卡")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="廉政监督卡管理办法")).to_be_visible()


def test_lost_connection_is_said_and_keeps_the_page(seat: tuple[Page, list[str]]) -> None:
    page, complaints = seat
    page.evaluate(
        """() => {
            const button = document.createElement("button");
            button.id = "probe";
            button.setAttribute("hx-get", "/nowhere/");
            document.querySelector("main").append(button);
            htmx.process(button);
        }"""
    )
    page.route("**/nowhere/", lambda route: route.abort())

    page.locator("#probe").evaluate("button => button.click()")

    expect(page.locator("#messages")).to_contain_text("没有送达，您填写的内容仍在页面上")
    assert page.evaluate("htmx.config.allowEval || htmx.config.includeIndicatorStyles") is False
    assert page.evaluate("htmx.config.selfRequestsOnly") is True
    complaints[:] = [line for line in complaints if "net::ERR_FAILED" not in line and "htmx:" not in line]


def test_menu_language_and_sign_out_work_without_javascript(browser: Browser, live_server: Any, member: Any) -> None:
    context = browser.new_context(locale="zh-CN", java_script_enabled=False)
    sign_in(context, live_server.url, member)
    page = context.new_page()

    page.goto(f"{live_server.url}/")
    page.get_by_role("button", name="English").click()
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_stranger_arrives_where_they_wanted_after_signing_in(page: Page, live_server: Any, member: Any) -> None:
    page.goto(f"{live_server.url}/search/?q=监督")
    page.locator("[name=username]").fill(member.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()

    page.wait_for_url("**/search/?q=*")


def test_editor_of_the_admin_works_under_its_policy(browser: Browser, live_server: Any, member: Any) -> None:
    context, page, complaints = looking(browser, locale="zh-CN", scheme="light", width=1440)
    sign_in(context, live_server.url, member)
    document = disclosures.published(owner=get_user_model().objects.get(username="writer"), title="试编", slug="edit")

    page.goto(f"{live_server.url}/admin/pages/{document.pk}/edit/")
    page.locator("[data-side-panel-toggle=preview]").first.click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.get_by_role("heading", name="试编")).to_be_visible(timeout=20_000)
    page.locator("button.c-sf-add-button").first.click()
    page.locator(".w-combobox__option").first.click()
    expect(page.locator(".public-DraftEditor-content").first).to_be_visible()

    assert [line for line in complaints if "Content Security Policy" in line] == []
    context.close()


def test_home_prints_without_its_controls(seat: tuple[Page, list[str]]) -> None:
    page, _complaints = seat

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for hidden in (".site-nav", ".site-tools"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
