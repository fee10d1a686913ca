"""Which titles somebody is not to know, row by row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forum_pages.enums import Verb
from organisation.enums import Role
from organisation.models import User
from organisation.roles import group_of
from search.hidden_pages import hidden_from
from tests.factories import disclosures as make
from tests.factories import forum_pages as forum
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> User:
    """The author of everything that is hidden here."""
    writer: User = make.person(Role.EDITOR)
    return writer


@pytest.fixture
def pages(writer: User) -> list[str]:
    """One page of each kind that may be hidden; their slugs."""
    make.published(slug="open", owner=writer)
    make.draft(slug="draft", owner=writer)
    make.published(slug="leaders", owner=writer, audience="groups", audience_groups=[group_of(Role.LEADERSHIP)])
    changed = make.published(slug="changed", owner=writer)
    changed.title = "Another title"
    changed.save_revision(user=writer)
    forum.board("talk")
    forum.board("unpublished", live=False)
    forum.board("named", grants={Verb.READ: [writer]})
    return ["open", "draft", "leaders", "changed", "talk", "unpublished", "named"]


def hidden(user: User) -> set[str]:
    return set(hidden_from(user).values_list("slug", flat=True))


def test_staff_are_not_to_know_what_they_may_not_read(pages: list[str]) -> None:
    assert hidden(make.person()) == {"draft", "leaders", "changed", "unpublished", "named"}


def test_leadership_works_on_drafts_of_disclosures_and_not_of_boards(pages: list[str]) -> None:
    assert hidden(make.person(Role.LEADERSHIP)) == {"unpublished", "named"}


def test_author_and_whoever_answers_know_their_drafts(pages: list[str]) -> None:
    answers = make.person()
    make.draft(slug="answered", responsible=answers)

    assert "answered" not in hidden(answers)
    assert "answered" in hidden(make.person())


def test_superuser_repairs_everything(pages: list[str]) -> None:
    assert hidden(UserFactory(is_superuser=True)) == set()


def test_what_is_hidden_costs_the_same_queries_however_many_pages_there_are(pages: list[str]) -> None:
    reader = make.person()

    def queries() -> int:
        user = User.objects.get(pk=reader.pk)
        with CaptureQueriesContext(connection) as captured:
            hidden(user)
        return len(captured)

    few = queries()
    for number in range(5):
        make.draft(slug=f"more-{number}")

    assert queries() == few
