"""Predicates about a result: what it tells of, and whether the user is part of that."""

from typing import Any

import pytest

from peer_review.models import Result, Round
from peer_review.rules import results
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    return {name: make_user(name) for name in ("head", "other head", "subject", "of the rank", "stranger")}


@pytest.fixture
def round(people: dict[str, Any]) -> Round:
    round: Round = RoundFactory()
    make_member(round, people["head"], section="a", is_head=True, rank_order=3)
    make_member(round, people["other head"], section="b", is_head=True, rank_order=3)
    make_subject(round, make_member(round, people["subject"], section="a", rank_order=1))
    make_subject(round, make_member(round, people["of the rank"], section="b", rank_order=2))
    return round


def holders(predicate: Any, people: dict[str, Any], about: Result) -> set[str]:
    return {name for name, user in people.items() if predicate.test(user, about)}


@pytest.mark.parametrize("scope", ["subject", "section", "rank", "unit"])
def test_a_result_tells_of_exactly_one_thing(scope: str) -> None:
    user, result = make_user(), Result(scope=scope)

    assert [
        name
        for name in ("subject", "section", "rank", "unit")
        if getattr(results, f"is_result_of_{name}").test(user, result)
    ] == [scope]


def test_a_section_is_read_by_its_head_and_is_that_of_its_subjects(round: Round, people: dict[str, Any]) -> None:
    section = Result(round=round, scope="section", section_key="a")

    assert holders(results.is_head_of_result_section, people, section) == {"head"}
    assert holders(results.is_in_result_section, people, section) == {"subject"}


def test_a_rank_is_that_of_the_subjects_who_hold_it(round: Round, people: dict[str, Any]) -> None:
    assert holders(results.is_in_result_rank, people, Result(round=round, scope="rank", rank_key="rank2")) == {
        "of the rank"
    }
    # Whoever heads a section is on the roll with a rank, and is not evaluated.
    assert holders(results.is_in_result_rank, people, Result(round=round, scope="rank", rank_key="rank3")) == set()


def test_a_mean_is_comparable_only_if_it_was_published_so() -> None:
    user = make_user()

    assert results.is_comparable.test(user, Result(comparable=True)) is True
    assert results.is_comparable.test(user, Result(comparable=False)) is False
