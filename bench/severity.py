"""How long it takes to take severity out, beside the bare operation on the same equations.

    python bench/severity.py [--ratings 100000] [--marks 10000] [--sheets 200]

Crossed random effects (2,000 subjects, 500 raters, 5 criteria) are estimated by REML; beside it the same equations
factored and solved once by `scipy.sparse.linalg.splu`, as somebody would who knew the variances beforehand. The
estimates must be those that the ratings were drawn with. Then the many-facet Rasch model, beside one evaluation of the
bare likelihood at 21 nodes. Then a round of whole sheets released with and without them being linked. CPU time of one
process, the best of three; numerical libraries are held to one thread.
"""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

# ruff: noqa: E402 - the libraries read their number of threads when they are loaded

import common  # noqa: F401 - puts the repository on the path
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from peer_review.counting.mixed import reml
from peer_review.counting.rasch import rasch
from peer_review.counting.release import Ballots, Plan, release


def timed(work: Callable[[], Any], *, times: int = 3) -> tuple[float, Any]:
    """Return the least CPU time that the work took, and what it returned."""
    best, made = float("inf"), None
    for _one in range(times):
        start = time.process_time()
        made = work()
        best = min(best, time.process_time() - start)
    return best, made


def say(name: str, seconds: float, bare: str = "", beside: float = 0.0) -> None:
    """Print one line."""
    ratio = f"   {bare} {beside:.3f} s, ratio {seconds / beside:.1f}" if beside else ""
    print(f"{name:<44} {seconds:7.2f} s{ratio}")


def measure_reml(ratings: int) -> None:
    """Time REML, and the equations once at known variances."""
    rng = np.random.default_rng(1)
    pairs = ratings // 5
    sizes = {"subject": max(3, ratings // 50), "rater": max(3, ratings // 200), "criterion": 5}
    labels = {
        "subject": np.repeat(rng.integers(0, sizes["subject"], pairs), 5),
        "rater": np.repeat(rng.integers(0, sizes["rater"], pairs), 5),
        "criterion": np.tile(np.arange(5), pairs),
    }
    spread = {"subject": 6.0, "rater": 4.0, "criterion": 2.0}
    y = 70 + rng.normal(0, 8, pairs * 5)
    for name, code in labels.items():
        y += rng.normal(0, spread[name], sizes[name])[code]

    def bare() -> Any:
        ones, rows = np.ones(len(y)), np.arange(len(y))
        wide = [
            sparse.csr_array((ones, (rows, labels[name])), shape=(len(y), sizes[name])) * (spread[name] / 8)
            for name in labels
        ]
        design = sparse.csr_array(sparse.hstack([*wide, ones[:, None]]))
        ridge = sparse.diags_array(np.append(np.ones(design.shape[1] - 1), 0.0))
        return splu(sparse.csc_matrix(design.T @ design + ridge)).solve(design.T @ y)

    seconds, fit = timed(lambda: reml(y, labels))
    once, _solution = timed(bare)
    found = {name: one.variance**0.5 for name, one in fit.components.items()}
    if ratings >= 10_000:
        assert abs(found["subject"] - 6) < 0.6, found
        assert abs(found["residual"] - 8) < 0.2, found
    say(f"REML, {len(y):,} ratings, 3 crossed factors", seconds, "once with splu", once)
    print(f"    {fit.steps} steps, slope {fit.score:.0e}, deviations {', '.join(f'{v:.2f}' for v in found.values())}")


def measure_rasch(marks: int) -> None:
    """Time the Rasch model, and one evaluation of every mark's chances at 21 nodes."""
    rng = np.random.default_rng(2)
    subjects, raters = max(4, marks // 80), 40
    subject, rater, item = np.repeat(np.arange(subjects), 80), np.tile(np.repeat(np.arange(20), 4), subjects), None
    rater = (rater + np.repeat(rng.integers(0, raters, subjects), 80)) % raters
    item = np.tile(np.arange(4), subjects * 20)
    steps = np.array([-2.0, -1.0, 1.0, 2.0])
    place = rng.normal(0, 1.5, subjects)[subject] - rng.normal(0, 0.7, raters)[rater]

    def chances(measure: Any) -> Any:
        logits = np.cumsum(measure[..., None] - steps, axis=-1)
        odds = np.exp(np.concatenate([np.zeros((*measure.shape, 1)), logits], axis=-1))
        return odds / odds.sum(axis=-1, keepdims=True)

    scores = (rng.random(len(place))[:, None] > chances(place).cumsum(axis=-1)).sum(axis=-1).astype(float)
    seconds, fit = timed(lambda: rasch(scores, subject, rater, item))
    once, _made = timed(lambda: chances(place[:, None] + np.linspace(-6, 6, 21)))
    say(f"Rasch, {len(scores):,} marks, {raters} raters", seconds, "the likelihood once", once)
    print(f"    {fit.iterations} steps, variance of measures {fit.variance:.2f}")


def measure_release(sheets: int) -> None:
    """Time a release of whole sheets about 50 subjects, with and without severity."""
    rng = np.random.default_rng(3)
    sheet, subject = np.indices((sheets, 50)).reshape(2, -1)
    marks = 75 + rng.normal(0, 5, 50)[subject] - rng.normal(0, 6, sheets)[sheet]
    answers = np.clip((marks[:, None] + rng.normal(0, 5, (len(sheet), 5))).round(), 0, 100)
    plan = Plan(
        scale="points",
        floor=5,
        trim=False,
        class_weights=np.ones(1),
        criterion_weights=np.array([20.0, 20.0, 20.0, 30.0, 10.0]),
        sections=np.zeros(50, dtype=np.int64),
    )
    linked = Ballots(subject, np.zeros_like(subject), answers, sheet=sheet)
    apart = Ballots(subject, np.zeros_like(subject), answers, sheet=np.arange(len(sheet)))
    seconds, made = timed(lambda: release(linked, plan), times=1)
    without, _made = timed(lambda: release(apart, plan), times=1)
    assert made.severity is not None
    assert made.severity.adjusted == 50
    say(f"Release, {sheets:,} sheets × 50 subjects × 5", seconds, "papers not linked", without)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ratings", type=int, default=100_000)
    parser.add_argument("--marks", type=int, default=10_000)
    parser.add_argument("--sheets", type=int, default=200)
    options = parser.parse_args()
    measure_reml(options.ratings)
    measure_rasch(options.marks)
    measure_release(options.sheets)


if __name__ == "__main__":
    main()
