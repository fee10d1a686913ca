"""One-visit rounds, attacked by somebody who has everything but the box key (see evidence.py).

Alone: `pytest tests/peer_review/privacy/attack --log-cli-level=INFO`, which prints what each strategy came to.
"""

import logging
from typing import Any

import pytest

from tests.peer_review.privacy.attack import broken, simulation
from tests.peer_review.privacy.attack import strategies as by
from tests.peer_review.privacy.attack.evidence import Trial
from tests.peer_review.privacy.attack.judging import BITES, LIMIT, Strategy, all_together, judge
from tests.peer_review.privacy.attack.simulation import Lists, MakeBox, Revisions

log = logging.getLogger(__name__)
ROUNDS = 140
BROKEN_ROUNDS = 9


@pytest.fixture(scope="module")
def trials(open_box: None) -> list[Trial]:
    return [simulation.run(seed) for seed in range(ROUNDS)]


@pytest.mark.parametrize("strategy", by.EVERY_STRATEGY, ids=lambda strategy: strategy.__name__)
def test_no_strategy_names_more_authors_than_guessing(trials: list[Trial], strategy: Strategy) -> None:
    verdict = judge(strategy, trials)
    log.info("%s: %s", strategy.__name__, verdict)
    assert verdict.sigmas < LIMIT, str(verdict)


def test_all_strategies_together_name_no_more_authors_than_guessing(trials: list[Trial]) -> None:
    """He is told the truth about half of the rounds, and weighs his strategies by it."""
    half = ROUNDS // 2
    verdict = judge(all_together(by.EVERY_STRATEGY, trials[:half]), trials[half:])
    log.info("all together: %s", verdict)
    assert verdict.sigmas < LIMIT, str(verdict)


# Every strategy bites where the box has the fault it lives on

BROKEN: dict[str, tuple[MakeBox, dict[str, Any]]] = {
    "naive": (broken.Naive, {}),
    "naive with counting keys": (broken.naive_with_counting_keys, {}),
    "leaves as they came": (broken.ArrivalBlocks, {}),
    "kept revisions that count": (broken.KeptRevisions, {"revisions": Revisions.COUNTED, "lists": Lists.EVERYBODY}),
    "kept revisions that tell the time": (broken.KeptRevisions, {"revisions": Revisions.TIMED}),
    "kept revisions of a kiosk": (broken.KeptRevisions, {"revisions": Revisions.KIOSK}),
    "kept names, no batches": (broken.KeptNamesUnbatched, {}),
    "kept names": (broken.KeptNames, {}),
    "no padding, no batches": (broken.Unpadded, {}),
}
CASES: list[tuple[Strategy, str]] = [
    (by.place_of_ballot, "naive"),
    (by.transaction_of_ballot, "naive"),
    (by.log_of_ballot, "naive"),
    (by.key_of_ballot, "naive with counting keys"),
    (by.time_of_ballot, "naive"),
    (by.place_of_leaf, "leaves as they came"),
    (by.revision_of_ballot, "kept revisions that count"),
    (by.gap_of_revision, "kept revisions that count"),
    (by.order_of_revision, "kept revisions that tell the time"),
    (by.revision_of_kiosk, "kept revisions of a kiosk"),
    *[(by.through_row(by.by_name, trace), "kept names, no batches") for trace in by.TRACES],
    (by.through_row(by.by_name, by.transaction), "kept names"),
    (by.through_row(by.by_length, by.transaction), "no padding, no batches"),
    (by.through_row(by.by_length, by.log), "no padding, no batches"),
    (by.gap_of_batch, "kept names, no batches"),
]


@pytest.fixture(scope="module")
def broken_trials(open_box: None) -> dict[str, list[Trial]]:
    return {
        name: [simulation.run(1000 + seed, make_box, **plan) for seed in range(BROKEN_ROUNDS)]
        for name, (make_box, plan) in BROKEN.items()
    }


@pytest.mark.parametrize(
    ("strategy", "fault"), CASES, ids=[f"{strategy.__name__}: {fault}" for strategy, fault in CASES]
)
def test_each_strategy_bites_where_the_box_has_its_fault(
    broken_trials: dict[str, list[Trial]], strategy: Strategy, fault: str
) -> None:
    verdict = judge(strategy, broken_trials[fault])
    log.info("%s, %s: %s", strategy.__name__, fault, verdict)
    assert verdict.sigmas > BITES, str(verdict)


@pytest.mark.parametrize(
    ("strategy", "fault"),
    [
        (by.time_of_ballot, "naive"),
        (by.place_of_ballot, "naive"),
        (by.through_row(by.by_name, by.transaction), "kept names, no batches"),
    ],
    ids=["times", "order", "batching off"],
)
def test_with_times_kept_order_or_no_batches_nearly_every_author_is_named(
    broken_trials: dict[str, list[Trial]], strategy: Strategy, fault: str
) -> None:
    assert judge(strategy, broken_trials[fault]).success > 0.9
