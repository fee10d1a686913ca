"""A discussion from the first word to the moderator's decision, in a real browser, with scripts and without."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from forum_pages.models import BoardPage, Report, Topic, TopicComment
from tests.e2e.accessibility import faults
from tests.e2e.sign_in import sign_in
from tests.factories import forum_pages as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "box"], transaction=True)]


@pytest.fixture
def board() -> BoardPage:
    return make.board("talk", title="交流互评")


@pytest.fixture(params=["with scripts", "without scripts"])
def tab(request: pytest.FixtureRequest, browser: Browser, live_server: Any) -> Any:
    """Return a function that opens a tab for a person."""
    scripts = request.param == "with scripts"
    contexts = []

    def open_tab(user: Any) -> Page:
        context = browser.new_context(
            locale="zh-CN",
            java_script_enabled=scripts,
            viewport={"width": 1280, "height": 900},
            base_url=live_server.url,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        sign_in(context, live_server.url, user)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.has_scripts = scripts
        return page

    yield open_tab
    for context in contexts:
        context.close()


def test_a_discussion(tab: Any, board: BoardPage) -> None:
    author, reader, moderator = (
        make.person("wang", "staff", name="王秀英"),
        make.person("li", "staff", name="李建国"),
        make.person("mod", "moderator", name="赵版主"),
    )
    at_author, at_reader, at_moderator = tab(author), tab(reader), tab(moderator)
    findings: list[str] = []

    def look(page: Page, title: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        if page.has_scripts:
            findings.extend(faults(page))

    # Post: from the board, with a look at how it will be.
    at_author.goto(board.url)
    expect(at_author.get_by_text("还没有主题")).to_be_visible()
    at_author.get_by_role("link", name="发表主题").click()
    look(at_author, "发表主题")
    at_author.get_by_label("标题").fill("如何提升履职能力")
    at_author.get_by_label("正文").fill("先说**三点**：\n\n- 学\n- 练\n- 评")
    at_author.get_by_role("button", name="预览").click()
    expect(at_author.get_by_role("region", name="预览").get_by_text("三点")).to_be_visible()
    at_author.get_by_role("button", name="发表主题").click()
    expect(at_author.get_by_role("heading", level=1)).to_have_text("如何提升履职能力")
    topic = Topic.objects.get()

    # Comment; the form is empty again afterwards.
    at_reader.goto(board.url)
    expect(at_reader.get_by_role("list", name="主题").get_by_text("新", exact=True)).to_be_visible()
    look(at_reader, "交流互评")
    at_reader.get_by_role("link", name="如何提升履职能力").click()
    look(at_reader, "如何提升履职能力")
    at_reader.get_by_label("您的评论").fill("赞成第二点。")
    at_reader.get_by_role("button", name="发表评论").click()
    expect(at_reader.get_by_role("article", name="评论 1")).to_contain_text("赞成第二点。")
    expect(at_reader.get_by_label("您的评论")).to_have_value("")

    # Quote and answer.
    at_author.reload()
    first = at_author.get_by_role("article", name="评论 1")
    first.get_by_role("button", name="赞同", exact=False).first.click()
    expect(at_author.locator(f"#c{TopicComment.objects.get().pk} .fp-react").first).to_have_attribute(
        "aria-pressed", "true"
    )
    at_author.get_by_role("article", name="评论 1").get_by_role("link", name="引用").click()
    answer = at_author.get_by_label("回复 #1")
    expect(answer).to_have_value(re.compile("^> \\*\\*李建国"))
    answer.fill(answer.input_value() + "谢谢，展开说说？")
    at_author.get_by_role("button", name="发表回复").click()
    expect(at_author.get_by_role("article", name="评论 2").locator("blockquote")).to_contain_text("赞成第二点。")
    assert TopicComment.objects.get(number=2).level == 1

    # Edit, with the former version kept.
    at_author.get_by_role("article", name="评论 2").get_by_role("link", name="修改", exact=True).click()
    expect(at_author.get_by_role("button", name="保存")).to_be_visible()  # with scripts the form arrives a moment later
    text = at_author.get_by_label("您的评论").first
    text.fill(text.input_value() + "具体怎么练？")
    at_author.get_by_role("button", name="保存").click()
    edited = at_author.get_by_role("article", name="评论 2")
    expect(edited).to_contain_text("具体怎么练？")
    edited.get_by_role("link", name="已修改 1 次").click()
    expect(at_author.get_by_role("heading", name="第 1 版")).to_be_visible()
    look(at_author, "修改记录")

    # Report; the moderator decides, and the reason stands where the text was.
    at_reader.goto(topic.get_absolute_url())
    at_reader.get_by_role("article", name="评论 2").get_by_role("link", name="举报").click()
    look(at_reader, "向版主举报")
    at_reader.get_by_label("有什么问题？").fill("跑题")
    at_reader.get_by_role("button", name="提交举报").click()
    expect(at_reader.get_by_text("本版块的版主将予以查看。")).to_be_visible()
    at_moderator.goto("/discuss/queue/")
    look(at_moderator, "版主待办")
    at_moderator.get_by_role("button", name="属实，撤下内容").click()
    expect(at_moderator.get_by_text("请填写理由")).to_be_visible()
    at_moderator.get_by_label("理由").fill("与主题无关")
    at_moderator.get_by_role("button", name="属实，撤下内容").click()
    expect(at_moderator.get_by_text("没有待办事项")).to_be_visible()
    assert Report.objects.get().state == "upheld"

    # Lock; nobody writes any more, what was being written is kept.
    at_moderator.goto(f"/discuss/topics/{topic.pk}/moderate/")
    look(at_moderator, "管理")
    at_reader.goto(topic.get_absolute_url())
    expect(at_reader.get_by_role("article", name="评论 2")).to_contain_text("与主题无关")
    expect(at_reader.get_by_role("article", name="评论 2")).not_to_contain_text("具体怎么练")
    at_reader.get_by_label("您的评论").fill("我还有话说")
    at_moderator.get_by_role("button", name="锁定").click()
    expect(at_moderator.get_by_text("本主题已锁定").first).to_be_visible()
    at_reader.get_by_role("button", name="发表评论").click()
    expect(at_reader.get_by_role("alert").get_by_text("本主题已锁定")).to_be_visible()
    expect(at_reader.get_by_label("您的评论")).to_have_value("我还有话说")

    assert findings == []
    # Refused forms are answered with 409 and 422, which the browser notes; nothing else went wrong.
    problems = [text for page in (at_author, at_reader, at_moderator) for text in page.problems]
    assert [text for text in problems if not re.search("status of (409|422)", text)] == []
