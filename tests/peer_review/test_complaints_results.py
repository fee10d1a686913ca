"""What users of such systems complain of (RULES.md, last section), as far as it concerns results: one test each.

Each first makes what is complained of and finds it, then looks at what this round's rules make of it.
"""

import numpy as np
import pytest

from peer_review.counting.anomalies import returns
from peer_review.enums import ResultScope
from peer_review.models import Anomaly, Result
from tests.peer_review.counted import make_published_round, papers

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def subject_of(ballots: list[dict[str, int]], *, trim: bool) -> Result:
    round = make_published_round({("甲", "all"): ballots}, trim=trim)
    return Result.objects.get(round=round, scope=ResultScope.SUBJECT)


def test_complaint_single_hostile_ballots_that_decide() -> None:
    """ "One colleague who hates me cost me the grade." Dropped if the scheme trims; if not, it is said."""
    friendly, hostile = papers(9, 92, 92), papers(1, 0, 0)

    untrimmed = subject_of([*friendly, *hostile], trim=False)
    trimmed = subject_of([*friendly, *hostile], trim=True)
    without = subject_of(friendly, trim=False)

    # The ballot bites: alone it takes nine points and the grade.
    assert (untrimmed.score, untrimmed.grade, untrimmed.one_ballot) == (82.8, "competent", True)
    assert (trimmed.score, trimmed.grade, trimmed.one_ballot) == (92.0, "excellent", False)
    assert (without.score, without.grade, without.one_ballot) == (92.0, "excellent", False)


def test_complaint_votes_traded_among_friends() -> None:
    """ "They gave each other full marks." Two sections that favour each other stand out, as sections; favour on one
    side only, generosity to all and being good at one's work do not. No voter is named, and there is none to name."""
    chance = np.random.default_rng(2)
    honest = 80 + chance.normal(0, 4, 8)[:, None] + chance.normal(0, 4, 8) + chance.normal(0, 0.8, (8, 8))
    np.fill_diagonal(honest, np.nan)
    one_sided, traded, generous = honest.copy(), honest.copy(), honest.copy()
    one_sided[2, 5] += 15
    traded[2, 5] += 15
    traded[5, 2] += 14
    generous[2, :] += 15

    found = {name: returns(matrix, seed=[1]).patterns for name, matrix in
             {"honest": honest, "one-sided": one_sided, "traded": traded, "generous": generous}.items()}  # fmt: skip

    assert [(one.at, one.other, one.high) for one in found.pop("traded")] == [(2, 5, True)]
    assert found == {"honest": (), "one-sided": (), "generous": ()}
    assert not {field.name for field in Anomaly._meta.get_fields()} & {"evaluator", "voter", "user", "member", "cell"}
