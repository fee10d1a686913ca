"""Rounds driven by chance, many of them and others each time; and what the search finds where a part is taken away."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from organisation.models import AccountNotice
from peer_review.box import store
from peer_review.counting.ladder import Rung, Steps
from peer_review.domain.ballots.drawing import Drawing
from peer_review.domain.planning import shared_papers
from peer_review.domain.rounds import opening_checks
from peer_review.domain.tally import count, fates
from peer_review.domain.tally.opened_rows import StandingBallots
from peer_review.exceptions.base import OpeningRefusal
from peer_review.models import Round
from tests.factories.peer_review import rounds
from tests.peer_review.privacy.attack.driven_rounds import drive

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_no_round_lets_anybody_inside_read_fewer_than_the_floor() -> None:
    drive(rounds=60, steps=24)


# What the search finds


def tickets_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ballots of envelopes count towards the floor."""

    def none(_round: Round) -> Counter[int]:
        return Counter()

    monkeypatch.setattr(fates, "_tickets", none)


def alone(rungs: Sequence[Rung], *, floor: int) -> Steps:
    return Steps(alone=tuple(rung.cell for rung in rungs), joined=(), destroyed=())


def every_class_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No class joins another, and none is destroyed."""
    monkeypatch.setattr(fates, "climb", alone)


def each_class_with_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """No class shares a paper with another from opening on."""
    monkeypatch.setattr(shared_papers, "climb", alone)


def lists_unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that was made by hand needs no second person."""

    def nothing(_round: Round) -> Iterator[OpeningRefusal]:
        return iter(())

    monkeypatch.setattr(opening_checks, "confirmation_refusals", nothing)


def ballots_under_the_floor_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count writes every ballot that stands, whatever became of its cell."""
    check, write, standing = count.check_opened_rows, count.standing_ballots, []

    def check_and_keep(*args: Any, **kwargs: Any) -> StandingBallots:
        standing[:] = [check(*args, **kwargs)]
        return standing[0]

    def write_all(public_id: str, _kept: StandingBallots, cells: Any, **kwargs: Any) -> Iterator[store.Ballot]:
        return write(public_id, standing[0], cells, **kwargs)

    monkeypatch.setattr(count, "check_opened_rows", check_and_keep)
    monkeypatch.setattr(count, "standing_ballots", write_all)


def drawing_touches_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing leaves a row about the person: here a notice, as one might thank for a ballot."""
    issue = rounds.issue_credentials

    def issue_and_note(evaluator: Any, *args: Any, **kwargs: Any) -> Drawing:
        AccountNotice.objects.create(to=evaluator, about=evaluator, kind="reset_proposed")
        return issue(evaluator, *args, **kwargs)

    monkeypatch.setattr(rounds, "issue_credentials", issue_and_note)


@pytest.mark.parametrize(
    "take_away",
    [
        tickets_count,
        every_class_alone,
        each_class_with_its_own_key,
        lists_unconfirmed,
        ballots_under_the_floor_kept,
        drawing_touches_the_account,
    ],
    ids=lambda take_away: take_away.__name__,
)
def test_search_finds_what_a_missing_part_lets_out(
    take_away: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    take_away(monkeypatch)
    with pytest.raises(AssertionError):
        drive(rounds=120, steps=24)
