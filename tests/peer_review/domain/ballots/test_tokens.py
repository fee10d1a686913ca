"""Tokens are never accepted twice or elsewhere, whatever hypothesis tries with those of two rounds."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.domain.tally.count import counted_entries
from peer_review.exceptions.base import RoundClosed
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.rounds import RunningRound, make_open_round
from zhengyan_crypto import merkle

pytestmark = pytest.mark.django_db(databases=["default", "box"])
#: Those whose tokens are tried, and as many others as the floor, so that every cell is counted.
SAME, OTHERS = 3, 5


class Attempt(NamedTuple):
    """Somebody casts into a cell with some token. Numbers count people, rounds and cells."""

    owner: int
    drawn_round: int
    drawn_cell: int
    signer: int
    into_round: int
    into_cell: int
    revision: int


people, places = st.integers(0, SAME - 1), st.integers(0, 1)
attempts = st.builds(
    Attempt,
    owner=people,
    drawn_round=places,
    drawn_cell=places,
    signer=people,
    into_round=places,
    into_cell=places,
    revision=st.integers(1, 4),
)
# Most of what is drawn blindly is foreign in some way; every other attempt is somebody's own.
own = st.builds(
    lambda one: one._replace(signer=one.owner, into_round=one.drawn_round, into_cell=one.drawn_cell), attempts
)


@pytest.fixture
def rounds() -> list[RunningRound]:
    """Two rounds with the same two colleagues to evaluate and the same number of people, all of whom have drawn."""
    made = [make_open_round(evaluators=SAME + OTHERS + 2, subjects=2) for _round in range(2)]
    for running in made:
        for evaluator in running.evaluators:
            evaluator.draw()
    return made


def ballot(rounds: list[RunningRound], attempt: Attempt) -> Any:
    """Return a ballot for one cell, well signed by one person, under a token drawn by somebody, somewhere."""
    owner = voters(rounds[attempt.drawn_round])[attempt.owner]
    token = owner.tokens[cells(rounds[attempt.drawn_round])[attempt.drawn_cell]]
    target = rounds[attempt.into_round]
    signer = voters(target)[attempt.signer]
    credential = signer.credential(cells(target)[attempt.into_cell])
    return credential.make_cast(target.answers, token=token, revision=attempt.revision)


def voters(running: RunningRound) -> list[Any]:
    """Return those who hold both papers: they are not evaluated themselves."""
    return [one for one in running.evaluators if len(one.tokens) == 2]


def cells(running: RunningRound) -> list[str]:
    return list(voters(running)[0].tokens)


def test_a_token_is_accepted_for_its_own_cell_and_key_only_and_counts_once(rounds: list[RunningRound]) -> None:
    #: Of each round: voter and cell → what stands so far, as (revision downwards, leaf).
    accepted: list[dict[tuple[int, int], tuple[int, str]]] = [{}, {}]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(tries=st.lists(attempts | own, min_size=1, max_size=6))
    def cast(tries: list[Attempt]) -> None:
        recent_casts.clear()  # other processes would not remember
        for one in tries:
            target = rounds[one.into_round]
            answer = target.cast([ballot(rounds, one)])[0]
            legitimate = (one.owner, one.drawn_round, one.drawn_cell) == (one.signer, one.into_round, one.into_cell)
            if answer["ok"]:
                assert legitimate
                last = accepted[one.into_round]
                voter = (one.owner, one.into_cell)
                ranked = (-one.revision, answer["leaf"])
                last[voter] = min(last.get(voter, ranked), ranked)
            else:
                assert answer["error"] == ("stale_revision" if legitimate else "bad_token")

    cast()

    for running, last in zip(rounds, accepted, strict=True):
        assert last
        leaves = {leaf for _revision, leaf in last.values()}
        for other in voters(running)[SAME:]:
            leaves |= {answer["leaf"] for answer in running.vote(other)}
        count_all(running)
        counted = list(counted_entries(running.round))
        assert {merkle.leaf_hash(raw).hex() for raw in counted} == leaves
        assert len({json.loads(raw)["ballot"]["pk"] for raw in counted}) == len(counted) == len(last) + 2 * OTHERS


def test_after_closing_no_token_is_accepted_whether_it_was_used_or_not(rounds: list[RunningRound]) -> None:
    running = rounds[0]
    used, unused, *others = voters(running)
    for evaluator in (used, *others[-OTHERS:]):
        assert all(answer["ok"] for answer in running.vote(evaluator))
    late = [used.entries(running.answers), unused.entries(running.answers)]
    running.close()

    for entries in late:
        with pytest.raises(RoundClosed):
            running.cast(entries)
        # The other round takes none of them either.
        assert {one["error"] for one in rounds[1].cast(entries)} == {"unknown_cell"}
    assert count_all(running).bulletin.size == 2 * (1 + OTHERS)
