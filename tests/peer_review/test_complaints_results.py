"""What users of such systems complain of (RULES.md, last section), as far as it concerns results: one test each.

Each first makes what is complained of and finds it, then looks at what this round's rules make of it.
"""

import pytest

from peer_review.enums import ResultScope
from peer_review.models import Result
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
