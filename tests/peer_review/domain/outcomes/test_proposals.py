"""What published figures propose: grades by the bands, places by the quota, and ties left open."""

import pytest

from peer_review.domain.outcomes.proposals import RoundProposal, needs_reason, place_of, proposal_of
from peer_review.models import Round
from tests.factories.peer_review.decided_rounds import make_scored_round, subject

DATABASES = pytest.mark.django_db(databases=["default", "box"])

#: Ten people, two places: Ada is above the line, Ben and Cho are tied at it, Fay has no figures.
TEN = {"Ada": 96, "Ben": 93, "Cho": 93, "Dan": 91, "Eve": 85, "Fay": None, "Gil": 75, "Hal": 65, "Ivy": 50, "Joy": 80}


@pytest.fixture
def round() -> Round:
    return make_scored_round(TEN)


@DATABASES
def test_the_proposal_follows_the_published_figures_and_leaves_the_tie_open(round: Round) -> None:
    made = proposal_of(round)
    named = {one.label: made.grades[one.pk] for one in round.subjects.all()}

    assert named == {
        "Ada": "excellent",
        "Ben": "",
        "Cho": "",
        "Dan": "competent",
        "Eve": "competent",
        "Fay": "",
        "Gil": "competent",
        "Hal": "basic",
        "Ivy": "incompetent",
        "Joy": "competent",
    }
    assert (made.places, made.left, made.quota) == (2, 1, 20)
    assert made.tied == {subject(round, "Ben").pk, subject(round, "Cho").pk}
    assert subject(round, "Fay").pk not in made.scored


@DATABASES
def test_a_form_from_before_there_were_quotas_has_none(round: Round) -> None:
    quotas = ("excellent_quota", "quota_approval")
    round.form = {key: value for key, value in round.form.items() if key not in quotas}

    made = proposal_of(round)

    assert (made.quota, made.places, made.tied) == (0, None, frozenset())
    assert made.grades[subject(round, "Dan").pk] == "excellent"


def make_proposal() -> RoundProposal:
    """Return what is proposed for 1 (above the line), 2 and 3 (tied), 4 (below) and 5 (no figures)."""
    return RoundProposal(
        grades={1: "excellent", 2: "", 3: "", 4: "competent", 5: ""},
        scored=frozenset({1, 2, 3, 4}),
        quota=20,
        approval="",
        places=2,
        line=(92.0, 91.0, 93.0),
        tied=frozenset({2, 3}),
        indistinct=frozenset(),
        left=1,
    )


@pytest.mark.parametrize(
    ("key", "place"), [(1, "above"), (2, "tied"), (3, "tied"), (4, "below"), (5, "none"), (99, "none")]
)
def test_a_subject_lies_above_at_or_below_the_line_or_nowhere(key: int, place: str) -> None:
    assert place_of(make_proposal(), key) == place


@pytest.mark.parametrize(
    ("key", "grade", "needed"),
    [
        (1, "excellent", False),
        (1, "competent", True),
        (4, "competent", False),
        (4, "excellent", True),
        # A tie is proposed nothing: whatever is decided is explained.
        (2, "excellent", True),
        (2, "competent", True),
        (5, "", True),
        (4, "", True),
        (99, "competent", True),
    ],
)
def test_a_reason_is_needed_unless_the_proposal_is_followed(key: int, grade: str, needed: bool) -> None:
    assert needs_reason(make_proposal(), key, grade) is needed
