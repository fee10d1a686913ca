"""Pages of disclosure are answered by views, for readers and for previews."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from wagtail import hooks

from disclosures.models.answered import ANSWER, AnsweredByView
from disclosures.wagtail_hooks import answer_disclosure_reader
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures as make


def test_one_view_answers_readers_and_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def answer(page: AnsweredByView, request: HttpRequest) -> HttpResponse:
        asked.append((page, getattr(request, "is_preview", None)))
        return HttpResponse("answered")

    monkeypatch.setattr(hooks, "get_hooks", lambda name: [answer] if name == ANSWER else [])
    page, request = AnsweredByView(), RequestFactory().get("/")
    preview = RequestFactory().get("/")
    preview.is_preview = True  # type: ignore[attr-defined]

    assert page.serve(request).content == page.serve_preview(preview, "").content == b"answered"
    assert asked == [(page, False), (page, True)]


def test_the_hook_has_one_function() -> None:
    assert hooks.get_hooks(ANSWER) == [answer_disclosure_reader]


@pytest.mark.django_db
@pytest.mark.parametrize("audience", ["staff", "groups"])
def test_editor_previews_a_draft_whoever_it_is_for(audience: str) -> None:
    editor = make.person(Role.EDITOR)
    groups = [group_of(Role.LEADERSHIP)] if audience == "groups" else []
    page = make.draft(owner=editor, audience=audience, audience_groups=groups, comments_open=True, title="草稿预览")

    response = page.make_preview_request(preview_mode="")

    text = response.content.decode()
    assert response.status_code == 200
    assert "草稿预览" in text
    assert 'id="comments"' in text


@pytest.mark.django_db
def test_list_pages_are_previewed_with_their_documents() -> None:
    make.published(title="公开的文件", audience="public")

    for page in (make.index_page(), make.column()):
        assert "公开的文件" in page.make_preview_request(preview_mode="").content.decode()


@pytest.mark.django_db
def test_privacy_settings_are_asked_before_the_view() -> None:
    page = make.published(audience="public", title="公开的文件")
    assert Client().get(page.url).status_code == 200
    make.restrict(make.column())

    response = Client().get(page.url)

    assert "公开的文件" not in response.content.decode()
