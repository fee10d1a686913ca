"""Two-stage rounds, attacked by somebody who holds the box key as well (see evidence.py).

He knows who drew when, but drawing was over when casting began. So what is left to him is what was cast together: where
everybody evaluates everybody else, the paper that is missing in a batch names one of those who cast it.
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
ROUNDS = 60
BROKEN_ROUNDS = 9
STRATEGIES = by.EVERY_STRATEGY + by.WITH_BOX_KEY


@pytest.fixture(scope="module")
def trials(open_box: None) -> list[Trial]:
    return [simulation.run(5000 + seed, two_stage=True, box_key=True) for seed in range(ROUNDS)]


def test_the_box_key_opens_what_was_counted_but_only_after_closing(trials: list[Trial]) -> None:
    """He is as strong as he is said to be: every ballot is his to read, only not beside those it was cast with."""
    for trial in trials:
        evidence = trial.evidence
        assert set(by.by_box_key(evidence)) == {one.token for one in evidence.counted}
        assert set(evidence.unsealed) == set(evidence.backups[-1].rows)


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.__name__)
def test_the_box_key_names_no_more_authors_than_guessing(trials: list[Trial], strategy: Strategy) -> None:
    verdict = judge(strategy, trials)
    log.info("%s: %s", strategy.__name__, verdict)
    assert verdict.sigmas < LIMIT, str(verdict)


def test_all_strategies_together_name_no_more_authors_than_guessing(trials: list[Trial]) -> None:
    """He is told the truth about half of the rounds, and weighs his strategies by it."""
    half = ROUNDS // 2
    verdict = judge(all_together(STRATEGIES, trials[:half]), trials[half:])
    log.info("all together: %s", verdict)
    assert verdict.sigmas < LIMIT, str(verdict)


# Every strategy bites where the box has the fault it lives on

ONE_ENVELOPE = "one envelope"
IN_ONE_VISIT = "one envelope, no batches, who cast when is known"
TIMED = "revisions that tell the time, who cast when is known"
BROKEN: dict[str, tuple[MakeBox, dict[str, Any]]] = {
    ONE_ENVELOPE: (broken.OneEnvelope, {"two_stage": True, "lists": Lists.EVERYBODY}),
    IN_ONE_VISIT: (broken.OneEnvelopeUnbatched, {}),
    TIMED: (simulation.RealBox, {"revisions": Revisions.TIMED}),
}
CASES: list[tuple[Strategy, str]] = [
    (by.gap_of_batch, ONE_ENVELOPE),
    *[(by.through_row(by.by_box_key, trace), IN_ONE_VISIT) for trace in by.TRACES],
    (by.order_of_revision, TIMED),
]


@pytest.fixture(scope="module")
def broken_trials(open_box: None) -> dict[str, list[Trial]]:
    return {
        name: [simulation.run(6000 + seed, make_box, box_key=True, **plan) for seed in range(BROKEN_ROUNDS)]
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
