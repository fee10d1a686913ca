"""The fingerprint changes with everything that opening freezes, and with nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.planning.roll import use_plan
from peer_review.domain.planning.roll_edits import set_on_paper
from peer_review.domain.planning.roll_fingerprint import roll_fingerprint
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.models import Assignment, Cell, Round, Scheme
from tests.factories.peer_review.houses import make_house_draft
from tests.factories.peer_review.rounds import SchemeFactory, make_ready_round, make_sheet, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def draft(settings: Any) -> Round:
    draft = make_house_draft(settings)
    use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    return draft


def move_a_paper(round: Round) -> None:
    """Give one person's paper to another, the size of every list staying as it is."""
    paper = Assignment.objects.filter(cell__round=round)[0]
    paper.evaluator = make_user()
    paper.save()


def exchange_two_papers(round: Round) -> None:
    """Let two people change places, so that every list keeps its size and the round its people."""
    first, second = Cell.objects.filter(round=round, voter_class="peers")[:2]
    one = first.assignments.exclude(evaluator__in=second.assignments.values("evaluator"))[0]
    other = second.assignments.exclude(evaluator__in=first.assignments.values("evaluator"))[0]
    one.evaluator_id, other.evaluator_id = other.evaluator_id, one.evaluator_id
    one.save()
    other.save()


CHANGES: dict[str, Callable[[Round], object]] = {
    "a paper moved": move_a_paper,
    "two papers exchanged": exchange_two_papers,
    "a paper gone": lambda round: Assignment.objects.filter(cell__round=round)[0].delete(),
    "a class": lambda round: Cell.objects.filter(pk=round.cells.filter(voter_class="peers")[0].pk).update(
        voter_class="other"
    ),
    "on paper": lambda round: set_on_paper(round, by=round.organiser, member=round.members.all()[2], on_paper=True),
    "a member": lambda round: round.members.filter(pk=round.members.all()[0].pk).update(section_key="zz"),
    "a subject's name": lambda round: round.subjects.filter(pk=round.subjects.all()[0].pk).update(label="Other"),
    "the floor": lambda round: Scheme.objects.filter(pk=round.scheme_id).update(floor=7),
    "a criterion": lambda round: round.scheme.criteria.filter(key="quality").update(label="Other"),
    "not anonymous": lambda round: declare_not_anonymous(round, by=round.organiser, voter_class="peers"),
    "collection": lambda round: Round.objects.filter(pk=round.pk).update(
        collection="two_stage", casts_at=round.opens_at + (round.closes_at - round.opens_at) / 2
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_with_roll_and_form(draft: Round, change: str) -> None:
    before = roll_fingerprint(draft)

    CHANGES[change](draft)

    assert roll_fingerprint(Round.objects.get(pk=draft.pk)) != before


def test_it_is_the_same_for_every_writing_of_the_same_roll(draft: Round) -> None:
    before = roll_fingerprint(draft)
    rows = set(draft.cells.values_list("pk", flat=True))

    use_plan(draft, by=draft.organiser)

    assert set(draft.cells.values_list("pk", flat=True)).isdisjoint(rows)
    assert roll_fingerprint(Round.objects.get(pk=draft.pk)) == before
    Round.objects.filter(pk=draft.pk).update(title="Other", purpose="Other")
    assert roll_fingerprint(Round.objects.get(pk=draft.pk)) == before


def test_opening_freezes_what_it_names() -> None:
    running = make_ready_round(evaluators=4)
    before = roll_fingerprint(running.round)

    assert roll_fingerprint(open_round(running.round, by=running.round.organiser)) == before
    # From then on the form is the frozen one.
    Scheme.objects.update(floor=9)
    assert roll_fingerprint(Round.objects.get()) == before


def test_whole_sheets_are_told_by_what_they_list() -> None:
    running = make_ready_round(evaluators=5, subjects=2)
    round, before = running.round, roll_fingerprint(running.round)
    subjects = list(round.subjects.all())
    sheet = make_sheet(subjects, [make_user()])
    listed = roll_fingerprint(round)
    assert listed != before

    sheet.sheet.entries.filter(position=1).delete()

    assert roll_fingerprint(round) not in (before, listed)


def test_an_empty_roll_has_one_too(draft: Round) -> None:
    draft.cells.all().delete()

    assert len(roll_fingerprint(draft)) == 64


def test_its_queries_do_not_grow(draft: Round, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(13):
        roll_fingerprint(draft)


def test_opening_shares_papers_and_keeps_the_fingerprint() -> None:
    """What was confirmed is what is frozen, with the papers that classes share; also where somebody holds two."""
    scheme = SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5)
    running = make_ready_round(evaluators=12, subjects=2, classes=("leaders", "staff"), scheme=scheme)
    few = running.round.cells.filter(voter_class="leaders")[0]
    both, *others = few.assignments.order_by("pk")
    for paper in others[2:]:
        paper.delete()
    running.round.cells.get(voter_class="staff", subject=few.subject).assignments.create(evaluator=both.evaluator)
    before = roll_fingerprint(running.round)

    opened = open_round(running.round, by=running.round.organiser)

    assert [cell.shared_by for cell in opened.cells.all() if cell.shared_by] == [["leaders", "staff"]]
    assert roll_fingerprint(Round.objects.get(pk=opened.pk)) == before
