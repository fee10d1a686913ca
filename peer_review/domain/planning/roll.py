"""The roll of a draft: written from the round's plan, at once or in the background, with its warnings."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Count, OuterRef, Subquery, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django_tasks import task

from peer_review import audit_log
from peer_review.conf import conf
from peer_review.domain.keys.server_keys import return_keys_to_pool
from peer_review.domain.locks import lock_draft
from peer_review.domain.planning.allocation import Allocation
from peer_review.domain.planning.plan_setup import (
    allocate_round,
    group_sheets,
    people_of,
    plan_of,
    preview_plan,
    save_plan,
)
from peer_review.domain.planning.plan_state import is_being_written, set_plan_state
from peer_review.domain.planning.roll_touches import forget_touches, touch_by_plan
from peer_review.enums import CellKind, PaperKind
from peer_review.models import Assignment, Cell, RollMember, Round, Sheet, SheetEntry, Subject
from peer_review.providers.roll import Person
from peer_review.users import User

#: Rows of one statement, and papers between two commits in the background.
BATCH = 2000
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class RollSummary:
    """The size of a roll; `written` is False while a large one is being written in the background."""

    members: int
    subjects: int
    cells: int
    papers: int
    written: bool = True


@dataclass(frozen=True, slots=True)
class RollProgress:
    """Progress of writing a large roll, in papers."""

    ready: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percent, 100 only when all are written."""
        return self.ready * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class RollWarning:
    """A warning about a cell that stands nowhere alone: of a `single_voter`, or otherwise `below_floor`."""

    code: str
    subject: str
    voter_class: str
    voters: int
    message: str


@dataclass(frozen=True, slots=True)
class RollWarnings:
    """The first warnings about a roll, and the number of all."""

    count: int
    first: list[RollWarning]

    @property
    def left(self) -> int:
        """Return the number of warnings that are not among the first."""
        return self.count - len(self.first)


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A cell to be written: the position of its subject or sheet, and the user ids of its evaluators."""

    kind: str
    of: int
    voter_class: str
    evaluators: list[int]


@dataclass(frozen=True, slots=True)
class PlannedRoll:
    """A roll to be written. `order` holds the people as the organisation lists them."""

    order: Sequence[Person]
    allocation: Allocation
    sheets: list[tuple[int, ...]]
    cells: list[PlannedCell]

    @property
    def summary(self) -> RollSummary:
        papers = sum(len(cell.evaluators) for cell in self.cells)
        return RollSummary(len(self.order), len(self.allocation.subjects), len(self.cells), papers)


def plan_roll(round: Round, people: Iterable[Person] | None = None) -> PlannedRoll:
    """Return the roll that the round's plan asks for, over these people or those of conf.ROLL_SOURCE.

    Raises: PlanInvalid, EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    order = people_of(round) if people is None else list(people)
    allocation = allocate_round(round, order)
    users = [person.user_id for person in allocation.people]
    sheets: dict[tuple[int, ...], int] = {}
    cells: list[PlannedCell] = []
    if round.scheme.paper == PaperKind.SHEET:
        for (voters, subjects), evaluators in group_sheets(allocation).items():
            at = sheets.setdefault(subjects, len(sheets))
            cells.append(PlannedCell(CellKind.SHEET, at, voters, [users[evaluator] for evaluator in evaluators]))
    else:
        for subject, voters, chosen in allocation.lines():
            cells.append(
                PlannedCell(CellKind.RATING, subject, voters, [users[evaluator] for evaluator in chosen.tolist()])
            )
    if round.scheme.comments:
        writers: dict[int, set[int]] = {}
        for subject, _voters, chosen in allocation.lines():
            writers.setdefault(subject, set()).update(chosen.tolist())
        for subject, commenters in writers.items():
            cells.append(
                PlannedCell(CellKind.COMMENT, subject, "", [users[evaluator] for evaluator in sorted(commenters)])
            )
    return PlannedRoll(order, allocation, list(sheets), cells)


@transaction.atomic
def use_plan(
    round: Round, *, by: User, people: Iterable[Person] | None = None, at_once: bool | None = None
) -> RollSummary:
    """Replace a draft's roll by the one that its plan asks for. Edits are lost; votes on paper stay.
    Lines of an imported list are put down as the work of `by`.

    Up to conf.ROLL_AT_ONCE papers it is written at once, a larger one by a background job (see roll_progress);
    `at_once` decides otherwise. Until it is complete nothing can be edited and the round cannot be opened.
    Keys already prepared for the old cells go back to the pool.
    Raises: RoundFrozen, PlanInvalid, EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    round = lock_draft(round)
    if at_once is None and people is None:
        # The preview has just been looked at, so it is in the cache: a large plan is drawn up once, by the job.
        seen = preview_plan(round)
        if seen.papers > conf.ROLL_AT_ONCE:
            touch_by_plan(round, by=by, plan=plan_of(round))
            cells = sum(n > 0 for row in seen.rows for n in row.counts)
            return _write_later(round, by, RollSummary(seen.people, seen.subjects, cells, seen.papers, written=False))
    planned_roll = plan_roll(round, people)
    summary = planned_roll.summary
    touch_by_plan(round, by=by, plan=plan_of(round))
    if at_once is False:
        return _write_later(round, by, replace(summary, written=False))
    _record(round, by, summary)
    for _step in _write(round, planned_roll):
        pass
    set_plan_state(round, used=True)
    return summary


def _write_later(round: Round, by: User, summary: RollSummary) -> RollSummary:
    _record(round, by, summary)
    token = secrets.token_hex(8)
    set_plan_state(round, writing={"token": token, "papers": summary.papers})
    transaction.on_commit(lambda: write_roll_task.enqueue(round.pk, token))
    return summary


def _record(round: Round, by: User, summary: RollSummary) -> None:
    audit_log.record(
        round,
        "peer_review.round.roll",
        by=by,
        members=summary.members,
        subjects=summary.subjects,
        cells=summary.cells,
        papers=summary.papers,
        seed=round.plan_seed,
    )


def propose_roll(
    round: Round, *, by: User, house_wide: bool | None = None, people: Iterable[Person] | None = None
) -> RollSummary:
    """Replace a draft's roll by the usual pattern of its kind, at once. See use_plan.

    `house_wide` None decides by size: up to conf.HOUSE_WIDE_LIMIT people, leaders and heads evaluate everyone.
    Raises: RoundFrozen, EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    with transaction.atomic():
        save_plan(round, by=by, plan={"house_wide": house_wide})
        return use_plan(round, by=by, people=people, at_once=True)


@task()
def write_roll_task(round_pk: int, token: str) -> bool:
    """Background job of use_plan; see write_roll."""
    return write_roll(round_pk, token)


def write_roll(round_pk: int, token: str) -> bool:
    """Write a large roll in chunks, a commit each, and return whether it was completed.

    It begins by clearing whatever an earlier writing left behind, so it can be stopped anywhere and started again; the
    plan's state says "being written" until the last commit. Each commit first looks whether `token` is still the
    one to write: of two writers the one started last goes on, the other stops.
    """
    round = Round.objects.drafts().select_related("scheme").filter(pk=round_pk).first()
    if round is None or not _may_write(round, token):
        return False
    planned_roll = plan_roll(round)
    steps, papers = _write(round, planned_roll), planned_roll.summary.papers
    while True:
        with transaction.atomic():
            locked = Round.objects.select_for_update().drafts().filter(pk=round_pk).first()
            if locked is None or not _may_write(locked, token):
                return False
            if next(steps, None) is None:
                set_plan_state(locked, used=True)
                return True
            set_plan_state(locked, writing={"token": token, "papers": papers})  # comments and sheets counted


def roll_progress(round: Round) -> RollProgress | None:
    """Return the progress of writing, counted in papers; None while nothing is being written."""
    if not is_being_written(round):
        return None
    total = int(round.plan["state"]["writing"]["papers"])
    # Complete only once the last commit has said so.
    return RollProgress(min(total - 1, Assignment.objects.filter(cell__round=round).count()), total)


def _may_write(round: Round, token: str) -> bool:
    return is_being_written(round) and round.plan["state"]["writing"]["token"] == token


def _write(round: Round, planned_roll: PlannedRoll) -> Iterator[int]:
    """Write a roll in place of the old one; yield after each chunk, where a commit may be made."""
    on_paper = set(round.members.filter(on_paper=True).values_list("user_id", flat=True))
    _delete_roll(round)
    yield 0
    members = [new_member(round, planned) for planned in planned_roll.order]
    for member in members:
        member.on_paper = member.on_paper or member.user_id in on_paper
    RollMember.objects.bulk_create(members, batch_size=BATCH)
    by_user = {member.user_id: member for member in members}
    yield 0
    subjects = Subject.objects.bulk_create(
        [
            Subject(
                round=round,
                member=by_user[subject.user_id] if subject.user_id is not None else None,
                key=subject.key,
                label=subject.label,
                section_key=subject.section_key,
                section_name=subject.section_name,
                sort_order=order,
            )
            for order, subject in enumerate(planned_roll.allocation.subjects)
        ],
        batch_size=BATCH,
    )
    sheets = _write_sheets(round, planned_roll, subjects)
    yield 0
    cells: list[Cell] = []
    for begin in range(0, len(planned_roll.cells), BATCH):
        planned = planned_roll.cells[begin : begin + BATCH]
        rows = [
            Cell(round=round, kind=cell.kind, sheet=sheets[cell.of], voter_class=cell.voter_class)
            if cell.kind == CellKind.SHEET
            else Cell(round=round, kind=cell.kind, subject=subjects[cell.of], voter_class=cell.voter_class)
            for cell in planned
        ]
        cells += Cell.objects.bulk_create(rows)
        yield 0
    waiting: list[Assignment] = []
    for planned_cell, cell in zip(planned_roll.cells, cells, strict=True):
        waiting += [Assignment(evaluator_id=user, cell=cell) for user in planned_cell.evaluators]
        if len(waiting) >= CHUNK:
            Assignment.objects.bulk_create(waiting, batch_size=BATCH)
            yield len(waiting)
            waiting = []
    Assignment.objects.bulk_create(waiting, batch_size=BATCH)


def _write_sheets(round: Round, planned_roll: PlannedRoll, subjects: Sequence[Subject]) -> list[Sheet]:
    """Write one whole sheet for each list of subjects that differs, named after what it lists."""
    sheets = Sheet.objects.bulk_create(
        [
            Sheet(round=round, label=_sheet_label([subjects[at] for at in listed]), sort_order=order)
            for order, listed in enumerate(planned_roll.sheets)
        ],
        batch_size=BATCH,
    )
    SheetEntry.objects.bulk_create(
        [
            SheetEntry(sheet=sheet, subject=subjects[at], position=position)
            for sheet, listed in zip(sheets, planned_roll.sheets, strict=True)
            for position, at in enumerate(listed, start=1)
        ],
        batch_size=BATCH,
    )
    return sheets


def _sheet_label(subjects: Sequence[Subject]) -> str:
    sections = {subject.section_name for subject in subjects}
    only = sections.pop() if len(sections) == 1 else ""
    name = only or _("All together")
    return f"{name[:70]} ({len(subjects)})"


def clear_roll(round: Round) -> None:
    """Empty a draft's roll and forget its plan; prepared keys go back to the pool. The caller holds the lock."""
    _delete_roll(round)
    forget_touches(round)
    round.plan = {}
    round.save(update_fields=["plan"])


def _delete_roll(round: Round) -> None:
    return_keys_to_pool(round.cells.all())
    Assignment.objects.filter(cell__round=round).delete()
    round.cells.all().delete()
    round.sheets.all().delete()
    round.subjects.all().delete()
    round.members.all().delete()


def roll_warnings(round: Round, *, most: int | None = None) -> RollWarnings:
    """Return the papers with fewer possible voters than the floor, the first `most` by name. Two queries.

    Nothing here forbids opening. Not of classes declared not anonymous: their ballots count in full.
    """
    floor = round.floor
    labels = dict(round.scheme.voter_classes.values_list("key", "label"))
    voters = Assignment.objects.filter(cell=OuterRef("pk")).order_by().values("cell").annotate(n=Count("pk"))
    papers = (
        round.cells.exclude(kind=CellKind.COMMENT)
        .exclude(voter_class__in=round.not_anonymous)
        .annotate(eligible=Coalesce(Subquery(voters.values("n")), 0))
        .filter(eligible__lt=floor)
        .annotate(count=Window(Count("pk")))
        .order_by("subject__sort_order", "sheet__sort_order", "voter_class")
        .values_list("subject__label", "sheet__label", "voter_class", "eligible", "count")[:most]
    )
    warnings, count = [], 0
    for subject, sheet, voter_class, eligible, count in papers:  # noqa: B007 - the count is the same on every row
        about = sheet if subject is None else subject
        single = eligible == 1
        text = (
            _(
                "%(subject)s has one possible voter in the class “%(voters)s”: the answers count together with another "
                "class's, or not at all."
            )
            if single
            else _(
                "%(subject)s has %(n)s possible voters in the class “%(voters)s”, fewer than the floor of %(floor)s."
            )
        )
        values = {"subject": about, "voters": labels.get(voter_class, voter_class), "n": eligible, "floor": floor}
        code = "single_voter" if single else "below_floor"
        warnings.append(RollWarning(code, about, voter_class, eligible, text % values))
    return RollWarnings(count, warnings)


def new_member(round: Round, person: Person) -> RollMember:
    """Return an unsaved member of the roll, a copy of the person as they are now."""
    return RollMember(
        round=round,
        user_id=person.user_id,
        name=person.name[:80],
        section_key=person.section_key,
        section_name=person.section_name[:80],
        rank_key=person.rank_key,
        rank_name=person.rank_name[:80],
        rank_order=person.rank_order,
        is_section_head=person.is_section_head,
        since=person.since,
        on_paper=person.on_paper,
    )
