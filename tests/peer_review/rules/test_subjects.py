"""Predicates about a subject: a person, or a section that is evaluated as a whole and addressed through its head."""

from typing import Any

import pytest

from peer_review.models import Round, Subject
from peer_review.rules.rounds import is_subject
from peer_review.rules.subjects import (
    has_outcome_notice,
    is_addressee,
    is_head_of_subject,
    is_notified,
    is_own_subject,
    of_round,
)
from tests.factories.peer_review.decided_rounds import make_told_round, subject
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def people() -> dict[str, Any]:
    """Ada is evaluated in section a, which Head heads; Other heads section b; Stranger is on another round's roll."""
    return {name: make_user(name) for name in ("Ada", "Head", "Other", "Stranger")}


@pytest.fixture
def round(people: dict[str, Any]) -> Round:
    round: Round = RoundFactory()
    make_subject(round, make_member(round, people["Ada"], section="a"))
    make_member(round, people["Head"], section="a", is_head=True)
    make_member(round, people["Other"], section="b", is_head=True)
    foreign = RoundFactory()
    make_subject(foreign, make_member(foreign, people["Stranger"], section="a", is_head=True))
    return round


def holders(predicate: Any, people: dict[str, Any], about: Subject) -> set[str]:
    return {name for name, user in people.items() if predicate.test(user, about)}


def test_a_person_is_their_own_subject_and_the_addressee(round: Round, people: dict[str, Any]) -> None:
    ada = round.subjects.get()

    assert holders(is_own_subject, people, ada) == {"Ada"}
    assert holders(is_head_of_subject, people, ada) == {"Head"}
    assert holders(is_addressee, people, ada) == {"Ada"}


def test_a_section_as_a_whole_is_addressed_through_its_head(round: Round, people: dict[str, Any]) -> None:
    section = Subject.objects.create(round=round, key="sb", label="Section b", section_key="b")

    assert holders(is_own_subject, people, section) == set()
    assert holders(is_addressee, people, section) == {"Other"}


def test_a_predicate_of_the_round_is_asked_of_the_subjects_round(round: Round, people: dict[str, Any]) -> None:
    predicate = of_round(is_subject)

    assert predicate.name == "round_is_subject"
    assert holders(predicate, people, round.subjects.get()) == {"Ada"}


def test_only_whom_it_was_told_to_is_notified() -> None:
    told, leader = make_told_round({"Ada": 85, "Ben": 80})
    ada = subject(told, "Ada")
    assert ada.member is not None

    assert (is_notified.test(ada.member.user, ada), is_notified.test(leader, ada)) == (True, False)
    assert has_outcome_notice.test(leader, ada) is True
    fresh = Subject(round=told, key="x", label="X", section_key="a")
    assert (has_outcome_notice.test(leader, fresh), is_notified.test(leader, fresh)) == (False, False)
