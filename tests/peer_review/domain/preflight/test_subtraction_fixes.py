"""The two remedies of a subject of whom other rounds leave too few voters: each one step, and enough."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.domain.preflight.opening_proof import exposure_refusals
from peer_review.domain.preflight.subtraction_fixes import leave_out, withdraw_newcomers
from peer_review.exceptions.base import RollBeingWritten, RoundFrozen
from peer_review.exceptions.preflight import NoNewcomers
from peer_review.models import Assignment, Round
from tests.factories.peer_review.beside_rounds import freeze, make_draft_about
from tests.factories.peer_review.rounds import make_comment_cell, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def users() -> list[Any]:
    return [make_user() for _voter in range(8)]


@pytest.fixture
def draft(users: list[Any]) -> Round:
    """About Li one newcomer in a class of two; about Wang the same voters, and the newcomer's words about both."""
    li, wang = make_user("Li"), make_user("Wang")
    voters = {li: {"peers": users[:6]}, wang: {"peers": users[:7]}}
    freeze(make_draft_about(voters))
    made = make_draft_about({li: {"peers": users[:6], "staff": users[6:7]}, wang: {"peers": users[:7]}})
    for subject in made.subjects.all():
        make_comment_cell(subject, users[:7])
    return made


def pk_of(draft: Round, name: str) -> int:
    pk: int = draft.subjects.get(label=name).pk
    return pk


def papers(draft: Round) -> set[tuple[str, str, int]]:
    rows = Assignment.objects.filter(cell__round=draft)
    return set(rows.values_list("cell__subject__label", "cell__kind", "evaluator_id"))


def test_newcomers_lose_exactly_their_papers_about_the_subject(draft: Round, users: list[Any]) -> None:
    before = papers(draft)
    assert [refusal.code for refusal in exposure_refusals(draft)] == ["subjects_subtractable"]

    assert withdraw_newcomers(draft, by=draft.organiser, subject=pk_of(draft, "Li")) == 2

    new = users[6].pk
    assert before - papers(draft) == {("Li", "rating", new), ("Li", "comment", new)}
    # Nobody is left in the class, so it is absent.
    assert not draft.cells.filter(voter_class="staff").exists()
    assert list(exposure_refusals(draft)) == []
    (entry,) = ModelLogEntry.objects.filter(action="peer_review.round.newcomers")
    assert entry.data == {"subject": "Li", "papers": 2}


def test_a_subject_left_out_is_not_evaluated_and_the_others_are(draft: Round) -> None:
    assert leave_out(draft, by=draft.organiser, subject=pk_of(draft, "Li")) == "Li"

    assert list(draft.subjects.values_list("label", flat=True)) == ["Wang"]
    assert list(exposure_refusals(draft)) == []


def test_what_stands_in_nobodys_way_stays(draft: Round) -> None:
    before = papers(draft)
    for step in (withdraw_newcomers, leave_out):
        for subject in (pk_of(draft, "Wang"), 0, 2**63):
            with pytest.raises(NoNewcomers):
                step(draft, by=draft.organiser, subject=subject)
    assert papers(draft) == before


def test_where_taking_papers_away_does_not_help_nothing_is_taken(users: list[Any]) -> None:
    li = make_user("Li")
    freeze(make_draft_about({li: {"all": users[:7]}}))
    draft = make_draft_about({li: {"all": users[:6]}})
    with pytest.raises(NoNewcomers):
        withdraw_newcomers(draft, by=draft.organiser, subject=pk_of(draft, "Li"))
    assert len(papers(draft)) == 6


def test_the_subject_takes_no_papers_away_in_their_own_case(users: list[Any]) -> None:
    """How many are taken would tell them whether anybody is new."""
    li = make_user("Li", "organiser")
    freeze(make_draft_about({li: {"all": users[:6]}}))
    draft = make_draft_about({li: {"all": users[:7]}}, organiser=li)
    with pytest.raises(NoNewcomers):
        withdraw_newcomers(draft, by=li, subject=pk_of(draft, "Li"))
    assert leave_out(draft, by=li, subject=pk_of(draft, "Li")) == "Li"


def test_only_a_complete_draft_is_changed(draft: Round) -> None:
    subject = pk_of(draft, "Li")
    draft.plan = {"state": {"writing": {"token": "x", "papers": 1}}}
    draft.save()
    with pytest.raises(RollBeingWritten):
        leave_out(draft, by=draft.organiser, subject=subject)
    draft.plan, draft.state = {}, "open"
    draft.save()
    with pytest.raises(RoundFrozen):
        withdraw_newcomers(draft, by=draft.organiser, subject=subject)
