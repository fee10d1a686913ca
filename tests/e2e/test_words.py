"""Words in a real browser: a self-evaluation, the review of comments, and both beside the result; axe on each page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from peer_review.models import Comment, Round, SelfEvaluation
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.e2e.test_look import looking
from tests.factories.home import home_page
from tests.factories.peer_review.counted_rounds import make_counted_round, papers, spread
from tests.factories.peer_review.rounds import make_open_round, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, databases=["default", "box"])]
LOOKS = [("zh-CN", "light", 390), ("en-GB", "dark", 1440)]
SAID = [
    "业务熟，遇到难题肯带着大家一起想办法。",
    "Explains every decision; the counter is calmer since.",
    "希望开会前把材料先发出来。",
    "答复快。",
    "上次轮班的事，张三可以作证。",
    "对新同事有耐心。",
    "有时候话说得急，\n第二天自己会来解释。",
]


@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
def test_words_from_their_writing_to_the_result(
    browser: Browser, live_server: Any, locale: str, scheme: str, width: int
) -> None:
    home_page(site_name="望海检验检疫局")
    asking = make_open_round(evaluators=3, title="2026年度考核", scheme__self_evaluation=True, scheme__scale="grades")
    counted = make_counted_round(
        {
            ("王建国", "leaders"): spread(9, 84),
            ("王建国", "staff"): [{"quality": 88}] * 12,
            ("李文静", "staff"): papers(6),
        },
        comments={"王建国": SAID, "李文静": SAID[:3]},
        reviewer=make_user("陈主任", "inspector"),
        asked={"spirit": ["leaders"]},
        self_evaluation=True,
    )
    evaluated = counted.subjects.get(label="王建国")
    SelfEvaluation.objects.create(
        subject=evaluated, answers={"quality": 92, "spirit": 85}, text="今年主要抓了质量。\n不足是沟通。"
    )
    context, page, complaints = looking(browser, locale=locale, scheme=scheme, width=width)
    found: list[str] = []

    sign_in(context, live_server.url, asking.round.subjects.get().member.user)
    page.goto(f"{live_server.url}/review/rounds/{asking.round.public_id}/self/")
    form = page.locator("form.pr-self")
    form.locator("[type=radio][value='3']").first.check()
    form.locator("[type=submit]").click()
    expect(page.locator(".errorlist")).to_have_count(1)
    found += faults(page, "self-evaluation with a fault")
    form.locator("[type=radio][value='4']").last.check()
    form.locator("textarea").fill("质量" * 20)
    form.locator("[type=submit]").click()
    expect(page.locator(".pr-state-done")).to_be_visible()
    assert SelfEvaluation.objects.get(subject__round=asking.round).answers == {"quality": 3, "spirit": 4}
    page.goto(f"{live_server.url}/review/")
    found += faults(page, "my rounds")

    sign_in(context, live_server.url, counted.comment_reviewer)
    page.goto(f"{live_server.url}/review/rounds/{counted.public_id}/comments/")
    names_somebody = page.locator(".pr-said > li", has_text="张三")
    names_somebody.locator("summary").click()
    names_somebody.locator("input[name=reason]").fill("点了他人姓名")
    found += faults(page, "review of comments")
    names_somebody.locator("form [type=submit]").click()
    expect(page.locator(".is-withheld")).to_contain_text("点了他人姓名")
    page.locator("form[action$='/finish/'] [type=submit]").click()
    expect(page.locator(".pr-note-done")).to_be_visible()

    sign_in(context, live_server.url, counted.organiser)
    page.goto(f"{live_server.url}/review/organise/{counted.public_id}/")
    page.locator("form[action$='/publish/'] [type=submit]").first.click()
    expect(page.locator("main")).to_be_visible()
    assert Round.objects.get(pk=counted.pk).state == "published"
    assert Comment.objects.filter(withheld=False).count() == 6

    sign_in(context, live_server.url, evaluated.member.user)
    page.goto(f"{live_server.url}/review/rounds/{counted.public_id}/my-result/")
    expect(page.locator(".pr-said > li")).to_have_count(6)
    expect(page.locator(".pr-self-beside")).to_contain_text("今年主要抓了质量。")
    found += faults(page, "own result")
    assert found == []
    assert complaints == []
    context.close()
