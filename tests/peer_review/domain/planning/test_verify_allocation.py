"""Anybody with the roll can repeat the draw; a roll that was altered is told from one that was not."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from peer_review.domain.planning import roll
from peer_review.domain.planning.plan_setup import draw_again, save_plan
from peer_review.domain.planning.roll_edits import set_class
from peer_review.domain.planning.verify_allocation import redraw
from peer_review.enums import PaperKind
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

    assert redraw(draft).papers == 12
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

    found = redraw(draft)
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
    assert redraw(draft).is_equal

    draft.cells.get().assignments.first().delete()

    assert len(redraw(draft).missing) == 1


def test_the_seed_in_use_decides(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    roll.use_plan(draft, by=draft.organiser)
    for _time in range(4):  # one seed may by chance choose the same
        draw_again(draft, by=draft.organiser)
        draft.refresh_from_db()
        if not redraw(draft).is_equal:
            return
    pytest.fail("four seeds chose the same")
