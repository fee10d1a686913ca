"""Changes of a draft's roll by hand: one person, one subject, one paper at a time."""

from typing import Any

import pytest

from peer_review.domain.planning import roll
from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.plan_state import set_plan_state
from peer_review.domain.planning.roll import propose_roll
from peer_review.domain.planning.roll_edits import (
    add_member,
    add_subject,
    drop_empty_cells,
    remove_member,
    remove_subject,
    set_class,
    set_on_paper,
)
from peer_review.enums import PaperKind, RoundState
from peer_review.exceptions.base import OwnAssignment, RollBeingWritten, RoundFrozen, UnknownVoterClass
from peer_review.exceptions.planning import AlreadyOnRoll, SheetsByPlan
from peer_review.models import Assignment, Cell, PooledKey, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.houses import DOWN, make_house_draft, make_staff_draft
from tests.factories.peer_review.rounds import make_user


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_staff_draft(settings)


@pytest.mark.django_db
class TestEditRoll:
    def test_add_member_then_let_them_evaluate(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        newcomer = make_user("Newcomer")
        person = Person(user_id=newcomer.pk, name="Newcomer", section_key="a", section_name="A")
        subject = draft.subjects.first()

        member = add_member(draft, by=draft.organiser, person=person)
        set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class="all")

        assert Assignment.objects.of(evaluator=newcomer, round=draft).get().cell.subject == subject
        with pytest.raises(AlreadyOnRoll):
            add_member(draft, by=draft.organiser, person=person)

    def test_add_subject_with_evaluators(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        person = Person(user_id=make_user("Newcomer").pk, name="Newcomer", section_key="a", section_name="A")
        member = add_member(draft, by=draft.organiser, person=person)
        others = {one.pk: "all" for one in draft.members.exclude(pk=member.pk)}

        subject = add_subject(draft, by=draft.organiser, member=member, evaluators=others)

        assert subject.cells.get().assignments.count() == 4
        with pytest.raises(OwnAssignment):
            set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class="all")
        with pytest.raises(UnknownVoterClass):
            set_class(
                draft,
                by=draft.organiser,
                member=draft.members.exclude(pk=member.pk).first(),
                subject=subject,
                voter_class="x",
            )

    def test_remove_member_takes_their_papers_and_the_paper_about_them(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        member = draft.members.first()

        remove_member(draft, by=draft.organiser, member=member)

        assert draft.members.count() == draft.subjects.count() == draft.cells.count() == 3
        assert Assignment.objects.filter(cell__round=draft).count() == 6
        assert not Assignment.objects.filter(evaluator=member.user).exists()

    def test_remove_subject_keeps_the_evaluator(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        subject = draft.subjects.first()

        remove_subject(draft, by=draft.organiser, subject=subject)

        assert draft.members.count() == 4
        assert Assignment.objects.filter(cell__round=draft).count() == 9

    def test_the_last_evaluator_leaving_takes_the_empty_cell_along(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        subject = draft.subjects.first()
        for member in draft.members.exclude(pk=subject.member_id):
            set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class=None)

        assert not Cell.objects.filter(subject=subject).exists()

    @pytest.mark.parametrize("refusal", [RoundFrozen, RollBeingWritten])
    def test_no_edit_of_an_opened_round_or_a_roll_being_written(self, draft: Round, refusal: type[Exception]) -> None:
        propose_roll(draft, by=draft.organiser)
        draft.refresh_from_db()
        member, subject, other = draft.members.first(), draft.subjects.first(), draft.members.last()
        person = Person(user_id=make_user("Newcomer").pk, name="Newcomer", section_key="a", section_name="A")
        if refusal is RoundFrozen:
            Round.objects.update(state=RoundState.OPEN)
        else:
            set_plan_state(draft, writing={"token": "t", "papers": 12})
        edits: list[Any] = [
            lambda: add_member(draft, by=draft.organiser, person=person),
            lambda: remove_member(draft, by=draft.organiser, member=member),
            lambda: set_on_paper(draft, by=draft.organiser, member=member, on_paper=True),
            lambda: add_subject(draft, by=draft.organiser, member=member, evaluators={}),
            lambda: remove_subject(draft, by=draft.organiser, subject=subject),
            lambda: set_class(draft, by=draft.organiser, member=other, subject=subject, voter_class=None),
        ]

        for edit in edits:
            with pytest.raises(refusal):
                edit()
        assert (draft.members.count(), Assignment.objects.filter(cell__round=draft).count()) == (4, 12)

    def test_add_subject_refuses_a_subject_twice_and_a_round_of_sheets(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        member = draft.members.first()
        with pytest.raises(AlreadyOnRoll):
            add_subject(draft, by=draft.organiser, member=member, evaluators={})
        draft.scheme.paper = PaperKind.SHEET
        draft.scheme.save()
        with pytest.raises(SheetsByPlan):
            add_subject(draft, by=draft.organiser, member=member, evaluators={})

    def test_set_on_paper_marks_one_member(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        member = draft.members.first()

        set_on_paper(draft, by=draft.organiser, member=member, on_paper=True)
        assert list(draft.members.filter(on_paper=True)) == [member]
        set_on_paper(draft, by=draft.organiser, member=member, on_paper=False)
        assert not draft.members.filter(on_paper=True).exists()

    def test_drop_empty_cells_gives_their_keys_back(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        cell = draft.cells.first()
        Cell.objects.filter(pk=cell.pk).update(spki="spare", private_key=b"sealed")
        cell.assignments.all().delete()

        drop_empty_cells(draft)

        assert (draft.cells.count(), PooledKey.objects.get().spki) == (3, "spare")


@pytest.mark.django_db
@pytest.mark.usefixtures("in_english")
def test_a_subject_leaving_a_sheet_leaves_no_gap(settings: Any) -> None:
    draft = make_house_draft(settings)
    draft.scheme.paper = PaperKind.SHEET
    draft.scheme.save()
    save_plan(draft, by=draft.organiser, plan={"pattern": "matrix", "matrix": [DOWN]})
    roll.use_plan(draft, by=draft.organiser)

    remove_subject(draft, by=draft.organiser, subject=draft.subjects.get(label="Person 5"))
    sheet = draft.sheets.get()
    assert list(sheet.entries.values_list("position", "subject__label")) == [
        (1, "Person 4"),
        (2, "Person 6"),
        (3, "Person 7"),
        (4, "Person 8"),
        (5, "Person 9"),
    ]
    for label in ("Person 4", "Person 6", "Person 7", "Person 8", "Person 9"):
        remove_subject(draft, by=draft.organiser, subject=draft.subjects.get(label=label))
    assert not draft.sheets.exists()
    assert not draft.cells.exists()
