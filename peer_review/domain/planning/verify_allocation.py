"""Verification of an allocation: the roll against plan, exclusions and published seed."""

from dataclasses import dataclass

from peer_review.domain.planning.roll import PlannedRoll, plan_roll
from peer_review.enums import CellKind
from peer_review.models import Assignment, RollMember, Round, SheetEntry
from peer_review.providers.roll import Person

#: What a paper is about (subjects' keys), in which class, and who received it. Of a paper that classes share the first.
Line = tuple[tuple[str, ...], str, int]


@dataclass(frozen=True, slots=True)
class AllocationComparison:
    """Papers by plan and seed compared with papers on the roll. Edits, which the log names, show as differences."""

    papers: int
    missing: frozenset[Line]
    extra: frozenset[Line]

    @property
    def is_equal(self) -> bool:
        return not self.missing and not self.extra


def verify_allocation(round: Round) -> AllocationComparison:
    """Return the comparison of the roll with one computed from its own snapshot of people. Comments are left out.

    Raises: PlanInvalid, EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    return compare_allocation(round, plan_roll(round, [_person(member) for member in round.members.order_by("pk")]))


def compare_allocation(round: Round, planned_roll: PlannedRoll) -> AllocationComparison:
    """Return the comparison of the roll with what a plan asks for. Comments are left out.

    Whoever shares a paper with another class since opening may have been planned for either.
    """
    keys = [subject.key for subject in planned_roll.allocation.subjects]
    first_of = first_classes(round)
    wanted: set[Line] = set()
    for cell in planned_roll.cells:
        if cell.kind != CellKind.COMMENT:
            about = planned_roll.sheets[cell.of] if cell.kind == CellKind.SHEET else (cell.of,)
            names = tuple(sorted(keys[at] for at in about))
            voters = first_of.get((names, cell.voter_class), cell.voter_class)
            wanted |= {(names, voters, user) for user in cell.evaluators}
    lines = papers_of_roll(round)
    return AllocationComparison(len(lines), frozenset(wanted - lines), frozenset(lines - wanted))


def first_classes(round: Round) -> dict[tuple[tuple[str, ...], str], str]:
    """Return for each class that shares the paper about some subjects (keys) the first that does. Two queries."""
    shared = round.cells.exclude(shared_by=[]).values_list("sheet_id", "subject__key", "shared_by")
    names = _names_of_sheets(round)
    return {
        (names[sheet] if sheet else (key,), voters): classes[0] for sheet, key, classes in shared for voters in classes
    }


def papers_of_roll(round: Round) -> set[Line]:
    """Return every paper of the roll but comments. Two queries."""
    rows = Assignment.objects.filter(cell__round=round).exclude(cell__kind=CellKind.COMMENT)
    names = _names_of_sheets(round)
    return {
        (names[sheet] if sheet else (key,), voters, user)
        for sheet, key, voters, user in rows.values_list(
            "cell__sheet_id", "cell__subject__key", "cell__voter_class", "evaluator_id"
        ).iterator()
    }


def _names_of_sheets(round: Round) -> dict[int, tuple[str, ...]]:
    """Return the subjects (keys) of each whole sheet."""
    listed: dict[int, list[str]] = {}
    for sheet, key in SheetEntry.objects.filter(sheet__round=round).values_list("sheet_id", "subject__key"):
        listed.setdefault(sheet, []).append(key)
    return {sheet: tuple(sorted(keys)) for sheet, keys in listed.items()}


def _person(member: RollMember) -> Person:
    return Person(
        user_id=member.user_id,
        name=member.name,
        section_key=member.section_key,
        section_name=member.section_name,
        rank_key=member.rank_key,
        rank_name=member.rank_name,
        rank_order=member.rank_order,
        is_section_head=member.is_section_head,
        since=member.since,
        on_paper=member.on_paper,
    )
