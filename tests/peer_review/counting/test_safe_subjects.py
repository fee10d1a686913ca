"""Of which subjects severity may be taken out: groups of interchangeable sheets are large, or nobody."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.safe_subjects import safe_subjects

K = 3


def groups(answered: np.ndarray, voter_class: np.ndarray, chosen: tuple[int, ...]) -> list[int]:
    """Return how many sheets there are of each kind among those that marked any chosen subject."""
    kinds = [
        (int(one), *answered[list(chosen), at])
        for at, one in enumerate(voter_class)
        if answered[list(chosen), at].any()
    ]
    return list(Counter(kinds).values())


@pytest.mark.parametrize(
    ("answered", "voter_class", "chosen"),
    [
        # Everybody marked everybody.
        ([[1, 1, 1], [1, 1, 1]], [0, 0, 0], (0, 1)),
        # One sheet left the first subject out: it would be known by its gap.
        ([[0, 1, 1, 1], [1, 1, 1, 1]], [0] * 4, (1,)),
        # Three did, the same three: they hide each other.
        ([[0, 0, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1]], [0] * 6, (0, 1)),
        # Three did, but one of them left out the second as well: without the first it is a sheet that marked nobody.
        ([[0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 1, 1]], [0] * 6, (1,)),
        # Other gaps within a subject's criteria are gaps too.
        ([[2, 1, 1, 1], [1, 1, 1, 1]], [0] * 4, (1,)),
        # A class of two is never large enough, whatever it marks.
        ([[1] * 5, [1] * 5, [0, 0, 1, 1, 1]], [1, 1, 0, 0, 0], (2,)),
        # A sheet that marked nobody is in no figure.
        ([[0, 1, 1, 1], [0, 1, 1, 1]], [0] * 4, (0, 1)),
        # Either of two would do, but not both: the order in which they are listed must not decide, so neither.
        ([[1] * 12, [0, 0, 1, 1, *[1] * 8], [1, 1, 0, 0, *[1] * 8]], [0] * 12, (0,)),
        ([[1] * 9, [0, 0, 0, 0, *[1] * 5], [0, 0, 1, 1, 0, 0, *[1] * 3]], [0] * 9, (0,)),
        ([], [0, 0, 0], ()),
        ([[0, 0, 0]], [0, 0, 0], ()),
    ],
)
def test_subjects_are_chosen_so_that_no_sheet_stands_alone(
    answered: list[list[int]], voter_class: list[int], chosen: tuple[int, ...]
) -> None:
    table = [np.array(one) for one in answered]
    assert safe_subjects(table, np.array(voter_class), floor=K) == chosen


@given(
    st.integers(0, 5).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, 14))),
    st.integers(0, 10_000),
    st.sampled_from([0.0, 0.1, 0.3]),
)
@settings(max_examples=150, deadline=None)
def test_every_group_is_a_crowd_no_other_order_chooses_otherwise_and_nothing_more_would_fit(
    size: tuple[int, int], seed: int, silent: float
) -> None:
    subjects, sheets = size
    rng = np.random.default_rng(seed)
    answered = rng.integers(1, 3, (subjects, sheets)) * 0 + 1
    # A few kinds of sheet, so that groups form.
    kinds = (rng.random((3, subjects)) >= silent).astype(np.int64)
    answered = kinds[rng.integers(0, 3, sheets)].T.reshape(subjects, sheets)
    voter_class = rng.integers(0, 2, sheets)

    chosen = safe_subjects(list(answered), voter_class, floor=K)

    assert all(size >= K for size in groups(answered, voter_class, chosen))
    order, people = rng.permutation(subjects), rng.permutation(sheets)
    again = safe_subjects(list(answered[order][:, people]), voter_class[people], floor=K)
    assert tuple(sorted(int(order[at]) for at in again)) == chosen
    # Whatever was left out could not have joined on its own, unless somebody else could have as well.
    left = [at for at in range(subjects) if at not in chosen and answered[at].any()]
    free = [at for at in left if all(size >= K for size in groups(answered, voter_class, tuple(sorted((*chosen, at)))))]
    assert not free or any(
        min(groups(answered, voter_class, tuple(sorted((*chosen, *pair))))) < K for pair in combinations(free, 2)
    )
