"""Which published rounds somebody may read, and in which ways."""

from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.results.readable_rounds import ResultKind, readable_rounds, result_kinds
from peer_review.enums import RoundState
from peer_review.models import Round
from tests.factories.peer_review.frozen_schemes import frozen_form
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user

pytestmark = pytest.mark.django_db

SHOWN = dict.fromkeys(["subject", "section_head", "leadership", "staff"], True)


def make_round(*, visibility: dict[str, bool] = SHOWN, state: str = RoundState.PUBLISHED) -> Round:
    """Return a round in a state; no figures are read here."""
    round: Round = RoundFactory(
        state=state,
        form=frozen_form(visibility=visibility),
        published_at=timezone.now(),
    )
    return round


def kinds(user: Any) -> dict[int, tuple[ResultKind, ...]]:
    """Return the rounds that a user reads, each with the ways."""
    return result_kinds(list(readable_rounds(user)), user)


def test_every_way_to_read_is_named_most_personal_first() -> None:
    round = make_round()
    user = make_user("", "leadership")
    make_subject(round, make_member(round, user, is_head=True))

    assert kinds(user) == {round.pk: (ResultKind.OWN, ResultKind.SECTION, ResultKind.ALL, ResultKind.SUMMARY)}


@pytest.mark.parametrize(
    ("role", "expected"),
    [("organiser", (ResultKind.ALL,)), ("leader", ()), ("head", ()), ("staff", ()), ("inactive leader", ())],
)
def test_round_that_shows_nothing_is_read_by_its_organiser_alone(role: str, expected: tuple[ResultKind, ...]) -> None:
    round = make_round(visibility=dict.fromkeys(SHOWN, False))
    make_member(round, head := make_user(), is_head=True)
    people: dict[str, Any] = {
        "organiser": round.organiser,
        "leader": make_user("", "leadership"),
        "head": head,
        "staff": make_user("", "staff"),
        "inactive leader": make_user("", "leadership", is_active=False),
    }

    assert kinds(people[role]) == ({round.pk: expected} if expected else {})


def test_rounds_without_results_are_not_read() -> None:
    rounds = [make_round(state=state) for state in (RoundState.DRAFT, RoundState.OPEN, RoundState.COUNTED)]
    leader = make_user("", "leadership")

    assert kinds(leader) == {}
    assert result_kinds(rounds, leader) == {round.pk: () for round in rounds}


def test_no_rounds_no_kinds() -> None:
    assert result_kinds([], make_user("", "leadership")) == {}


@pytest.mark.parametrize("many", [1, 3])
def test_kinds_cost_the_same_queries_for_any_number_of_rounds(many: int, django_assert_num_queries: Any) -> None:
    rounds = [make_round() for _number in range(many)]
    user = make_user("", "leadership")
    with django_assert_num_queries(5):  # the roles of the user are one
        assert len(result_kinds(rounds, user)) == many
