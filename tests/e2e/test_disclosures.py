"""A document from its author through secrecy review and approval to a reader, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from disclosures.models import DisclosurePage
from organisation.enums import Role
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.factories import disclosures as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "box"], transaction=True)]


@pytest.fixture
def tab(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a tab for a person, and fail on anything a console complains about."""
    contexts, complaints = [], []

    def open_tab(user: Any, *, locale: str = "zh-CN", width: int = 1440) -> Page:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": 900}, base_url=live_server.url)
        contexts.append(context)
        context.set_default_timeout(20_000)
        sign_in(context, live_server.url, user)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert complaints == []


def press(page: Page, name: str) -> None:
    """Press a button of the editor's footer, from its menu if it is there."""
    button = page.locator("footer").get_by_role("button", name=name, exact=True)
    if not button.first.is_visible():
        page.locator("footer [data-w-dropdown-target='toggle']").click()
    button.first.click()


def test_document_walks_from_author_to_reader(tab: Callable[..., Page]) -> None:
    author = make.person(Role.EDITOR, name="何编辑")
    reviewer = make.person(Role.INSPECTOR, Role.EDITOR, name="纪检员")
    leader = make.person(Role.LEADERSHIP, name="支局长")
    reader = make.person(name="读者")
    document = make.draft(owner=author, title="廉政监督卡管理办法", body=[("text", "<p>第一条</p>")])
    address = reverse("wagtailadmin_pages:edit", args=[document.pk])

    at_author = tab(author)
    at_author.goto(address)
    expect(at_author.get_by_role("button", name="发布", exact=True)).to_have_count(0)
    press(at_author, "提交给信息公开审核流程")
    expect(at_author.get_by_text("已经提交进行审核").first).to_be_visible()
    at_author.goto(address)
    expect(at_author.get_by_role("button", name="批准", exact=True)).to_have_count(0)

    for person in (reviewer, leader):
        desk = tab(person)
        desk.goto("/admin/")
        expect(desk.get_by_role("link", name="廉政监督卡管理办法").first).to_be_visible()
        desk.goto(address)
        press(desk, "批准")
        expect(desk.locator(".messages .success, [data-w-messages-target] .success").first).to_be_visible()

    at_reader = tab(reader)
    at_reader.goto(make.index_page().url)
    at_reader.get_by_role("link", name="廉政监督卡管理办法").click()
    expect(at_reader.get_by_text(DisclosurePage.objects.get(pk=document.pk).index_number)).to_be_visible()
    expect(at_reader.get_by_text("第一条")).to_be_visible()


def test_list_and_document_are_accessible_in_both_languages(tab: Callable[..., Page]) -> None:
    table = {"data": [["事项", "完成期限"], ["精简会议", "3 月底"]], "first_row_is_table_header": True}
    body = [("text", "<p>第一条</p>"), ("table", table), ("quote", {"text": "引文", "source": "出处"})]
    successor = make.published(title="新办法", body=body, comments_open=True)
    make.attachment(successor)
    old = make.published(title="旧办法", validity="repealed", successor=successor)
    reader = make.person()
    found: list[str] = []

    for locale, width in (("zh-CN", 390), ("en-US", 1440)):
        page = tab(reader, locale=locale, width=width)
        for address in (
            make.index_page().url,
            f"{make.column().url}?q=没有",
            successor.url,
            old.url,
            "/search/?q=办法",
        ):
            page.goto(address)
            found += faults(page)
    expect(page.get_by_role("link", name="新办法").first).to_be_visible()

    assert found == []
