"""From the invitation to the directory in a real browser, in both languages, with nothing that axe objects to."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from organisation.domain.invitations import invite
from organisation.domain.staff import leave
from organisation.enums import Role
from organisation.models import Staff
from tests.e2e.accessibility import faults
from tests.factories.organisation import PASSWORD, RankFactory, SectionFactory, StaffFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "box"], transaction=True)]
NEW = "neun-lange-worte-2026"


@pytest.fixture
def people() -> dict[str, Staff]:
    office = SectionFactory(code="BG", name="办公室", sort_order=1)
    quarantine = SectionFactory(code="JY", name="检疫科", parent=office, sort_order=2)
    rank = RankFactory(name="科员")
    places = {"membership__section": quarantine, "membership__rank": rank}
    found = {name: StaffFactory(name=name, **places) for name in ("张三", "李四", "王五")}
    found["管理员"] = StaffFactory(
        name="管理员", membership__section=office, membership__rank=rank, roles=[Role.ADMINISTRATOR]
    )
    leave(staff=found["王五"], on=timezone.localdate())
    return found


def test_from_invitation_to_directory_in_both_languages(
    live_server: object, page: Page, people: dict[str, Staff]
) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    person = people["张三"]
    person.user.set_unusable_password()
    person.user.save()
    (slip,) = invite(people=[person])
    link = live_server.url + re.search(r"/accounts/.*", slip.url)[0]

    # A stranger is led to sign in, in the language of the browser, and may choose the other one.
    page.goto(live_server.url + "/directory/")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
    assert faults(page) == []
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert faults(page) == []
    page.get_by_label("Username").fill(person.user.username)
    page.get_by_label("Password").fill("guessed")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not match")
    expect(page.get_by_label("Username")).to_have_value(person.user.username)

    # The invitation: a weak password is refused and spends nothing, a good one opens the account.
    page.goto(link)
    expect(page.get_by_role("main")).to_contain_text("张三")
    assert faults(page) == []
    for password, works in (("12345", False), (NEW, True)):
        page.get_by_label("New password", exact=True).fill(password)
        page.get_by_label("New password confirmation").fill(password)
        page.get_by_role("button", name="Save and sign in").click()
        if not works:
            expect(page.locator(".errorlist").first).to_be_visible()
            assert faults(page) == []

    # The directory: search while typing, sections, nobody who left.
    page.goto(live_server.url + reverse("organisation:directory"))
    expect(page.locator(".row-title")).to_have_count(3)
    assert faults(page) == []
    page.get_by_label("Name or pinyin").press_sequentially("lisi")
    expect(page.locator(".row-title")).to_have_text(["李四"])
    page.get_by_role("link", name="办公室").click()
    expect(page.get_by_label("Name or pinyin")).to_have_value("lisi")
    expect(page.locator(".row-title")).to_have_text(["李四"])
    page.get_by_label("Name or pinyin").fill("ww")
    page.get_by_label("Name or pinyin").press("Enter")
    expect(page.locator("#people")).to_contain_text("Nobody is found")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#people")).to_contain_text("没有找到")
    assert faults(page) == []

    # A new password, then out, then in with it; the link is spent.
    page.goto(live_server.url + reverse("password_change"))
    assert faults(page) == []
    page.get_by_label("旧密码").fill(NEW)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("新密码确认").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="修改密码").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("密码已修改")
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("此邀请无法开通账号")
    assert faults(page) == []
    page.goto(live_server.url + "/accounts/login/?next=/directory/")
    page.get_by_label("用户名").fill(person.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page.locator(".row-title")).to_have_count(3)
    assert refused == []


def test_import_in_the_admin(live_server: object, page: Page, people: dict[str, Staff]) -> None:
    page.goto(live_server.url + "/accounts/login/?next=" + reverse("organisation_imports:index"))
    page.get_by_label("用户名").fill(people["管理员"].user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()

    bad = "工号,姓名,科室,职级,入职日期\n1,赵六,火星科,科员,2024-01-01\n"
    page.get_by_label("文件").set_input_files({"name": "人员.csv", "mimeType": "text/csv", "buffer": bad.encode()})
    page.get_by_role("button", name="比对").click()
    expect(page.locator("#import-status")).to_contain_text("“火星科”不存在")

    page.goto(live_server.url + reverse("organisation_imports:index"))
    good = bad.replace("火星科", "检疫科").encode("gb18030")
    page.get_by_label("文件").set_input_files({"name": "人员.csv", "mimeType": "text/csv", "buffer": good})
    page.get_by_role("button", name="比对").click()
    expect(page.locator("#import-status")).to_contain_text("赵六")
    assert not Staff.objects.filter(employee_number="1").exists()
    page.get_by_role("button", name="确认执行").click()
    expect(page.locator("#import-status")).to_contain_text("已完成")
    assert Staff.objects.filter(employee_number="1").exists()

    page.get_by_role("link", name="发放邀请").click()
    page.get_by_role("button", name="生成可打印的邀请单").click()
    expect(page.locator(".slips > li")).to_have_count(1)
    expect(page.locator(".slips svg")).to_be_visible()
