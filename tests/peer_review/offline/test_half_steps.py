"""Half-steps computed by other code than the counting's, and yet every figure to the last digit."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting.half_steps import half_step, in_half_steps
from peer_review.counting.release import release
from peer_review.offline.verifier.figures import leaves_of
from peer_review.offline.verifier.half_steps import stretch
from tests.peer_review.offline.drawn import draw_round, models_told, told


def recount_anew(seed: int) -> None:
    """Draw a round of which some subjects stand in half-steps, and hold the recount to the release."""
    chance = random.Random(seed)
    drawn = draw_round(chance)
    subjects = range(len(drawn.plan.sections))
    coarse = {at for at in subjects if chance.random() < 0.3}
    exact = release(drawn.ballots, drawn.plan)
    published = told(in_half_steps(exact, coarse, drawn.plan), drawn.scheme)
    for at in coarse:
        drawn.roll["subjects"][at]["coarse"] = 1

    # The parameters of adjusted scores are those of the exact release: half-steps change none of them.
    recount = drawn.recount(told(exact, drawn.scheme))

    models_told(published)
    assert dict(leaves_of(recount.figures())) == dict(leaves_of(published))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_recount_puts_subjects_into_half_steps_as_the_release_does(seed: int) -> None:
    recount_anew(seed)


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(st.integers(0, 2**32))
def test_recount_puts_subjects_of_many_rounds_into_half_steps(seed: int) -> None:
    recount_anew(seed)


@given(st.integers(0, 1000), st.sampled_from([(90, 70, 60), (88, 75, 62), (95, 70, 60), (85, 80, 0)]))
def test_stretches_are_those_of_the_release(tenths: int, bands: tuple[int, ...]) -> None:
    points = Decimal(tenths) / 10
    assert stretch(points, bands) == half_step(float(points), bands)


@pytest.mark.parametrize("points", [0, 100])
def test_the_ends_of_the_scale_lie_in_a_stretch(points: int) -> None:
    begin, end = stretch(Decimal(points), (90, 70, 60))
    assert begin <= points <= end
