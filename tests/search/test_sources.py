"""Each source finds only rows that the person may see, and shows them with words marked."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from forum_pages.enums import Verb
from organisation.enums import Role
from organisation.models import User
from organisation.roles import group_of
from search.sources import SOURCES, Hit
from tests.factories import disclosures as make
from tests.factories import forum_pages as forum
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def things(django_capture_on_commit_callbacks: Any) -> None:
    """One row of every kind for all staff, one for the leadership alone, and a colleague who left."""
    home_page()
    with django_capture_on_commit_callbacks(execute=True):
        author = make.person(name="彧翀")
        make.published(title="监督卡甲文", summary="谈监督")
        make.published(title="监督卡乙文", audience="groups", audience_groups=[group_of(Role.LEADERSHIP)])
        topic = forum.topic(forum.board("open"), author=author, title="监督卡丙题")
        forum.comment(topic, author=author, source="监督卡丁评")
        hidden = forum.topic(
            forum.board("closed", grants={Verb.READ: ["leadership"]}), author=author, title="监督卡戊题"
        )
        forum.comment(hidden, author=author, source="监督卡己评")


def hits(kind: str, user: User | AnonymousUser, query: str) -> list[Hit]:
    source = SOURCES[kind]
    request = RequestFactory().get("/search/", headers={"host": "localhost"})
    return source.hits(source.page(user, query, size=10).rows, query, request)


@pytest.mark.parametrize(("kind", "staff", "leader"), [("disclosures", 1, 2), ("topics", 1, 2), ("comments", 1, 2)])
def test_source_finds_what_the_reader_may_see(kind: str, staff: int, leader: int) -> None:
    counts = [
        len(hits(kind, user, "监督卡")) for user in (make.person(), make.person(Role.LEADERSHIP), AnonymousUser())
    ]

    assert counts == [staff, leader, 0]


@pytest.mark.parametrize(("query", "count"), [("彧翀", 1), ("yc", 1), ("《》", 0), ("监督卡", 0)])
def test_people_are_found_by_name_and_initials_and_by_no_sign(query: str, count: int) -> None:
    assert len(hits("people", make.person(), query)) == count
    assert hits("people", AnonymousUser(), query) == []


def test_hit_of_a_document_has_its_summary_section_and_number() -> None:
    (hit,) = hits("disclosures", make.person(), "监督")

    assert hit.title == "<mark>监督</mark>卡甲文"
    assert hit.text == "谈<mark>监督</mark>"
    assert hit.notes[1].startswith("公开-")
    assert hit.url.startswith("/")
    assert hit.moment is not None


@pytest.mark.parametrize(("kind", "word"), [("topics", "丙题"), ("comments", "丁评")])
def test_hit_of_the_forum_names_board_and_author(kind: str, word: str) -> None:
    (hit,) = hits(kind, make.person(), word)

    assert hit.notes[1].startswith("彧翀 · ")
    assert hit.url
    assert "<mark>" in hit.title + hit.text


def test_hit_of_a_person_leads_into_the_directory() -> None:
    (hit,) = hits("people", make.person(), "彧翀")

    assert hit.url.startswith("/directory/?q=")
    assert hit.notes[1:] == ["科员", "8000"]


@pytest.mark.parametrize("kind", list(SOURCES))
def test_source_is_known_by_its_kind(kind: str) -> None:
    assert SOURCES[kind].kind == kind
    assert str(SOURCES[kind].label)
