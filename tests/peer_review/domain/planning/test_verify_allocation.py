"""Anybody with the roll can repeat the draw; a roll that was altered is told from one that was not."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from peer_review.domain.planning import roll
from peer_review.domain.planning.plan_setup import renew_seed, save_plan
from peer_review.domain.planning.roll_edits import set_class
from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.planning.verify_allocation import verify_allocation
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import PaperKind, RoundState
from peer_review.models import Assignment, Round
from tests.factories.peer_review.houses import DOWN, PEERS, make_house_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_house_draft(settings)


def test_an_untouched_roll_is_what_plan_and_seed_give(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan={**PEERS, "months": 6})
    roll.use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    said = StringIO()

    call_command("peer_review_redraw", draft.public_id, stdout=said)

    assert verify_allocation(draft).papers == 12
    assert draft.plan_seed in said.getvalue()
    assert "The roll is what plan and seed give." in said.getvalue()


def test_a_swapped_paper_and_another_seed_show(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    roll.use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    paper = Assignment.objects.filter(cell__round=draft).first()
    assert paper is not None
    held = Assignment.objects.filter(cell=paper.cell).values("evaluator")
    other = draft.members.exclude(user__in=held).exclude(subject=paper.cell.subject).first()

    set_class(
        draft,
        by=draft.organiser,
        member=draft.members.get(user=paper.evaluator),
        subject=paper.cell.subject,
        voter_class=None,
    )
    set_class(draft, by=draft.organiser, member=other, subject=paper.cell.subject, voter_class="peers")

    found = verify_allocation(draft)
    assert {line[2] for line in found.missing} == {paper.evaluator_id}
    assert {line[2] for line in found.extra} == {other.user_id}
    with pytest.raises(CommandError, match="1 papers the plan does not give, 1 it gives are missing"):
        call_command("peer_review_redraw", draft.public_id, stdout=StringIO())
    with pytest.raises(CommandError, match="no such round"):
        call_command("peer_review_redraw", "0" * 32)


def test_whole_sheets_are_compared_list_by_list(draft: Round) -> None:
    draft.scheme.paper = PaperKind.SHEET
    draft.scheme.save()
    save_plan(draft, by=draft.organiser, plan={"pattern": "matrix", "matrix": [DOWN]})
    roll.use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    assert verify_allocation(draft).is_equal

    draft.cells.get().assignments.first().delete()

    assert len(verify_allocation(draft).missing) == 1


def test_the_seed_in_use_decides(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    roll.use_plan(draft, by=draft.organiser)
    for _time in range(4):  # one seed may by chance choose the same
        renew_seed(draft, by=draft.organiser)
        draft.refresh_from_db()
        if not verify_allocation(draft).is_equal:
            return
    pytest.fail("four seeds chose the same")


@pytest.mark.parametrize("paper", [PaperKind.SUBJECT, PaperKind.SHEET])
def test_papers_that_classes_share_since_opening_are_those_of_the_plan(draft: Round, paper: str) -> None:
    draft.scheme.paper = paper
    draft.scheme.save()
    sheets = {"pattern": "matrix", "matrix": [DOWN, {"from": "heads", "to": "t2", "class": "peers", "reach": "house"}]}
    plan = {} if paper == PaperKind.SUBJECT else sheets
    save_plan(draft, by=draft.organiser, plan=plan)
    roll.use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    before = verify_allocation(draft)
    draft.form = freeze_for(draft).as_json()
    shared = share_papers(draft)
    draft.state = RoundState.OPEN
    draft.save()

    assert shared > 0
    assert verify_allocation(draft) == before
    assert before.is_equal
    moved = Assignment.objects.filter(cell__in=draft.cells.exclude(shared_by=[]))[0]
    moved.delete()
    assert {line[2] for line in verify_allocation(draft).missing} == {moved.evaluator_id}
