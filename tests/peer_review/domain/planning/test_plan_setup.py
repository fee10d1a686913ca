"""Plans are saved, drawn again in the open, previewed without writing, and used: at once or in the background."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import ModelLogEntry

from peer_review.domain.planning import roll
from peer_review.domain.planning.plan_setup import preview_plan, renew_seed, save_plan, times_seed_renewed
from peer_review.domain.planning.plan_state import is_being_written, lock_roll
from peer_review.domain.planning.roll_edits import set_class, set_on_paper
from peer_review.domain.rounds.lifecycle import update_round
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.enums import CellKind, PaperKind, RoundState
from peer_review.exceptions.base import RollBeingWritten, RoundFrozen
from peer_review.exceptions.planning import (
    NoSeed,
    PlanInvalid,
    SheetsByPlan,
)
from peer_review.models import Assignment, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.houses import DOWN, PEERS, house, make_house_draft, papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_house_draft(settings)


def test_saving_writes_the_plan_and_its_seed_but_no_roll(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    draft.refresh_from_db()

    assert draft.plan["sample"] == {"peers": 2}
    assert len(bytes.fromhex(draft.plan_seed)) == 32
    assert not draft.members.exists()
    seed = draft.plan_seed
    save_plan(draft, by=draft.organiser, plan={**PEERS, "months": 3})
    draft.refresh_from_db()
    assert draft.plan_seed == seed


def test_a_faulty_plan_leaves_the_old_one(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    with pytest.raises(PlanInvalid):
        save_plan(draft, by=draft.organiser, plan={"pattern": "matrix"})
    draft.refresh_from_db()

    assert draft.plan["sample"] == {"peers": 2}


def test_drawing_again_is_counted_in_the_log_and_not_possible_without_chance(draft: Round) -> None:
    with pytest.raises(NoSeed):
        renew_seed(draft, by=draft.organiser)
    save_plan(draft, by=draft.organiser, plan=PEERS)
    draft.refresh_from_db()
    seeds = [draft.plan_seed, renew_seed(draft, by=draft.organiser), renew_seed(draft, by=draft.organiser)]

    assert len(set(seeds)) == 3
    assert times_seed_renewed(draft) == 2
    assert ModelLogEntry.objects.filter(action="peer_review.round.seed").latest("pk").data == {
        "before": seeds[1],
        "seed": seeds[2],
        "times": 2,
    }
    Round.objects.update(state=RoundState.OPEN)
    with pytest.raises(RoundFrozen):
        renew_seed(draft, by=draft.organiser)


def test_the_preview_is_what_using_the_plan_writes(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan={**PEERS, "matrix": [*PEERS["matrix"], DOWN]})
    draft.refresh_from_db()

    preview = preview_plan(draft)
    assert not Assignment.objects.exists()
    made = roll.use_plan(draft, by=draft.organiser)

    assert made.papers == preview.papers == 6 * 2 + 6 * 2
    assert (preview.least, preview.most) == (2, 6)
    assert preview.ranks.rows == (("Rank 0", (0, 0, 12)), ("Section heads", (0, 0, 0)), ("Rank 2", (0, 0, 12)))
    assert preview.without_papers.names == ("Person 2", "Person 3")
    assert preview.without_evaluators.names == ("Person 0", "Person 1", "Person 2", "Person 3")
    assert (preview.below_floor, preview.single_voter) == (12, 0)
    for row in preview.rows:
        cells = draft.cells.with_eligible().filter(subject__key=row.key)
        assert {cell.voter_class: cell.eligible for cell in cells} == {
            voters: n for voters, n in zip(preview.classes, row.counts, strict=True) if n
        }


def test_using_a_plan_twice_gives_the_same_roll_and_another_seed_another(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    rolls = []
    for _time in range(2):
        roll.use_plan(draft, by=draft.organiser)
        rolls.append(papers(draft))
    different = 0
    for _time in range(4):  # one seed may by chance choose the same
        renew_seed(draft, by=draft.organiser)
        roll.use_plan(draft, by=draft.organiser)
        different += papers(draft) != rolls[0]

    assert rolls[0] == rolls[1]
    assert different


def test_a_large_roll_is_written_in_the_background_and_can_be_cut_short_anywhere(
    draft: Round, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stopped worker leaves behind: half a roll that nobody can edit or open, and that is written anew."""
    settings.PEER_REVIEW_ROLL_AT_ONCE = 3
    monkeypatch.setattr(roll, "CHUNK", 4)
    save_plan(draft, by=draft.organiser, plan=PEERS)
    made = roll.use_plan(draft, by=draft.organiser)  # on commit: this transaction never commits
    draft.refresh_from_db()
    token = draft.plan["state"]["writing"]["token"]
    assert (made.written, made.papers) == (False, 12)

    steps = roll._write(draft, roll.plan_roll(draft))
    while not Assignment.objects.exists():
        next(steps)
    progress = roll.roll_progress(draft)
    assert progress is not None
    assert (progress.ready, progress.total, progress.percent) == (4, 12, 33)
    assert "roll_being_written" in [refusal.code for refusal in opening_refusals(draft)]
    with pytest.raises(RollBeingWritten):
        lock_roll(draft)

    assert not roll.write_roll(draft.pk, "somebody else's")
    save_plan(draft, by=draft.organiser, plan={**PEERS, "sample": {"peers": 3}})  # stops the writer, half-written still
    assert not roll.write_roll(draft.pk, token)
    with pytest.raises(RollBeingWritten):
        lock_roll(draft)
    save_plan(draft, by=draft.organiser, plan=PEERS)
    roll.use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    token = draft.plan["state"]["writing"]["token"]
    assert roll.write_roll(draft.pk, token)
    draft.refresh_from_db()
    assert (len(papers(draft)), draft.members.count()) == (12, 10)
    assert roll.roll_progress(draft) is None
    assert draft.plan["state"] == {"used": True}
    assert not roll.write_roll(draft.pk, token)


def test_ticks_for_voting_on_paper_stay_when_the_roll_is_written_anew(draft: Round) -> None:
    roll.propose_roll(draft, by=draft.organiser)
    member = draft.members.get(name="Person 4")
    set_on_paper(draft, by=draft.organiser, member=member, on_paper=True)

    roll.propose_roll(draft, by=draft.organiser)

    assert [one.name for one in draft.members.filter(on_paper=True)] == ["Person 4"]


def test_another_kind_forgets_roll_and_plan(draft: Round) -> None:
    save_plan(draft, by=draft.organiser, plan=PEERS)
    roll.use_plan(draft, by=draft.organiser)

    update_round(draft, by=draft.organiser, kind="person")
    draft.refresh_from_db()

    assert (draft.plan, draft.members.count()) == ({}, 0)


class TestSheetsAndComments:
    def test_whole_sheets_hold_exactly_what_each_voter_evaluates(self, draft: Round) -> None:
        draft.scheme.paper = PaperKind.SHEET
        draft.scheme.save()
        plan = {"pattern": "matrix", "matrix": [DOWN, {**DOWN, "from": "heads", "class": "peers", "reach": "own"}]}
        save_plan(draft, by=draft.organiser, plan=plan)
        draft.refresh_from_db()

        preview = preview_plan(draft)
        with override("en"):
            roll.use_plan(draft, by=draft.organiser)

        found = {
            (cell.voter_class, cell.sheet.label, tuple(cell.sheet.entries.values_list("position", flat=True))): {
                one.evaluator.get_full_name() for one in cell.assignments.all()
            }
            for cell in draft.cells.all()
        }
        assert found == {
            ("superiors", "All together (6)", (1, 2, 3, 4, 5, 6)): {"Person 0", "Person 1"},
            ("peers", "A (3)", (1, 2, 3)): {"Person 2"},
            ("peers", "B (3)", (1, 2, 3)): {"Person 3"},
        }
        assert preview.lists_differ
        assert [(one.voter_class, one.subjects, one.voters) for one in preview.sheets] == [
            ("superiors", 6, 2),
            ("peers", 3, 1),
            ("peers", 3, 1),
        ]
        with pytest.raises(SheetsByPlan):
            set_class(
                draft,
                by=draft.organiser,
                member=draft.members.get(name="Person 0"),
                subject=draft.subjects.get(label="Person 1"),
                voter_class="peers",
            )

    def test_every_evaluator_of_a_subject_gets_its_comment_paper(self, draft: Round) -> None:
        draft.scheme.comments = True
        draft.scheme.save()
        save_plan(draft, by=draft.organiser, plan={"pattern": "matrix", "matrix": [*PEERS["matrix"], DOWN]})
        roll.use_plan(draft, by=draft.organiser)
        subject = draft.subjects.get(label="Person 4")
        comment = draft.cells.get(subject=subject, kind=CellKind.COMMENT)
        assert (comment.voter_class, comment.assignments.count()) == ("", 7)

        member = draft.members.get(name="Person 0")
        set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class="peers")
        assert comment.assignments.count() == 7
        set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class=None)
        assert (comment.assignments.count(), is_being_written(draft)) == (6, False)


def test_months_are_counted_up_to_the_day_the_round_opens(draft: Round, settings: Any) -> None:
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.newcomers"
    save_plan(draft, by=draft.organiser, plan={"house_wide": False, "months": 1})
    draft.refresh_from_db()
    assert preview_plan(draft).without_evaluators.names == tuple(f"Person {number}" for number in range(4, 10))

    draft.opens_at += timedelta(days=40)
    assert preview_plan(draft).without_evaluators.count == 0


def newcomers(round: object) -> list[Person]:
    """Everybody has come to their section today."""
    return [replace(one, since=timezone.localdate()) for one in house(round)]
