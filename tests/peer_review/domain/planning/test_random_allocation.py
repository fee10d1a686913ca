"""The balanced random choice: everybody gets their number, papers are spread evenly, anybody can repeat it."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.domain.planning.random_allocation import Demand, Stream, allocate_at_random, positions

SEED = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)


def test_the_stream_is_the_published_one() -> None:
    """The vector of docs/rounds.md: whoever writes the algorithm anew starts here."""
    words, dice = Stream(SEED), Stream(SEED)

    assert [words.word() for _ in range(9)] == [
        2742164530,
        1007637022,
        2825923320,
        1152710218,
        925208551,
        859984726,
        3510485406,
        2125777479,
        493939505,
    ]
    assert [dice.below(6) for _ in range(12)] == [4, 4, 0, 4, 1, 4, 0, 3, 5, 2, 0, 1]


def test_a_choice_is_the_published_one() -> None:
    """Six people who evaluate each other, two for each: the second vector of docs/rounds.md."""
    everybody = positions(range(6))
    demands = [Demand(2, everybody, positions([own])) for own in range(6)]

    chosen = [one.tolist() for one in allocate_at_random(SEED, demands, loads=[0] * 6)]

    assert chosen == [
        [1, 2],
        [2, 5],
        [0, 4],
        [1, 4],
        [3, 5],
        [0, 3],
    ]


def test_a_biased_word_is_thrown_away() -> None:
    """2^31 + 1 divides 2^32 only once: about half of the words would favour small numbers."""
    n = 2**31 + 1
    words, numbers = Stream(SEED), Stream(SEED)
    fair = [word for word in (words.word() for _ in range(40)) if word < n]

    assert [numbers.below(n) for _ in fair] == fair
    assert len(fair) < 40


@st.composite
def elections(draw_: st.DrawFn, most: int = 9) -> tuple[list[Demand], list[int]]:
    people = draw_(st.integers(1, most))
    loads = draw_(st.lists(st.integers(0, 4), min_size=people, max_size=people))
    demands = []
    for _ in range(draw_(st.integers(0, most))):
        pool = sorted(draw_(st.sets(st.integers(0, people - 1))))
        removed = sorted(draw_(st.sets(st.sampled_from(pool)))) if pool else []
        demands.append(Demand(draw_(st.integers(0, 4)), positions(pool), positions(removed)))
    return demands, loads


@given(elections())
def test_everybody_gets_their_number_out_of_those_who_may(election: tuple[list[Demand], list[int]]) -> None:
    demands, loads = election

    chosen = allocate_at_random(SEED, demands, loads=loads)

    for demand, taken in zip(demands, chosen, strict=True):
        able = set(demand.pool.tolist()) - set(demand.removed.tolist())
        assert len(set(taken.tolist())) == len(taken) == min(demand.wanted, len(able))
        assert set(taken.tolist()) <= able
    again = allocate_at_random(SEED, demands, loads=loads)
    assert [one.tolist() for one in again] == [one.tolist() for one in chosen]


@given(elections(most=4))
@settings(max_examples=60)
def test_no_other_choice_is_more_even(election: tuple[list[Demand], list[int]]) -> None:
    demands, loads = election

    def squares(choice: tuple[tuple[int, ...], ...]) -> int:
        counts = list(loads)
        for taken in choice:
            for one in taken:
                counts[one] += 1
        return sum(count * count for count in counts)

    made = tuple(tuple(one.tolist()) for one in allocate_at_random(SEED, demands, loads=loads))

    every = product(*(combinations(one.eligible().tolist(), min(one.wanted, len(one))) for one in demands))
    assert squares(made) == min(squares(choice) for choice in every)


@pytest.mark.parametrize(("people", "wanted"), [(7, 3), (40, 5), (100, 10)])
def test_where_all_evaluate_all_the_numbers_differ_by_one_at_most(people: int, wanted: int) -> None:
    everybody = positions(range(people))
    demands = [Demand(wanted, everybody, positions([own])) for own in range(people)]

    counts = np.bincount(np.concatenate(allocate_at_random(SEED, demands, loads=[0] * people)), minlength=people)

    assert (counts.min(), counts.max()) == (wanted, wanted)


def test_another_seed_is_another_choice() -> None:
    everybody = positions(range(30))
    demands = [Demand(5, everybody) for _ in range(10)]

    choices = {str(allocate_at_random(bytes([n]) * 32, demands, loads=[0] * 30)) for n in range(5)}

    assert len(choices) == 5


def test_papers_that_somebody_has_to_hold_are_made_up_for_elsewhere() -> None:
    """Positions 0 and 1 alone may evaluate three subjects; the open pool then leaves them in peace."""
    demands = [Demand(2, positions([0, 1]))] * 3 + [Demand(2, positions(range(5)))] * 4

    counts = np.bincount(np.concatenate(allocate_at_random(SEED, demands, loads=[0] * 5)), minlength=5)

    assert sorted(counts.tolist()) == [2, 3, 3, 3, 3]


def loads_after(demands: list[Demand], loads: list[int], seed: int) -> list[int]:
    held = np.array(loads)
    for taken in allocate_at_random(seed.to_bytes(32, "big"), demands, loads=loads):
        held[taken] += 1
    return held.tolist()


@pytest.mark.parametrize("length", [2, 3, 6])
def test_papers_are_handed_on_along_a_chain_of_neighbours(length: int) -> None:
    """Each paper may go to two neighbours, and the first person holds one already: only if the whole chain moves up
    has everybody one, whatever the first choice was."""
    demands = [Demand(1, positions([at, at + 1])) for at in range(length)]
    first = [1, *[0] * length]

    assert {tuple(loads_after(demands, first, seed)) for seed in range(60)} == {(1,) * (length + 1)}


def test_a_chain_begins_wherever_somebody_has_too_many() -> None:
    """Two ends that hold one too many, and one place in the middle to which both chains lead."""
    demands = [Demand(1, positions([at, at + 1])) for at in range(6)]

    found = {tuple(sorted(loads_after(demands, [1, 0, 0, 0, 0, 0, 1], seed))) for seed in range(60)}

    assert found == {(1, 1, 1, 1, 1, 1, 2)}


def test_who_cannot_be_relieved_keeps_many_and_the_others_are_even() -> None:
    """The first person alone may take five papers; no chain leads out of there."""
    alone = [Demand(1, positions([0])) for _number in range(5)]
    others = [Demand(1, positions([at, at + 1])) for at in range(1, 4)]

    found = {tuple(loads_after([*alone, *others], [0, 1, 0, 0, 0], seed)) for seed in range(60)}

    assert found == {(5, 1, 1, 1, 1)}
