"""The roll: propose it from the organisation, edit it while the round is a draft, say what is thin about it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from peer_review import audit
from peer_review.conf import conf
from peer_review.domain.keys import return_keys_to_pool
from peer_review.enums import RoundKind
from peer_review.exceptions import (
    AlreadyOnRoll,
    EmptyRoll,
    NoMatchingClass,
    RoundFrozen,
    SelfEvaluation,
    UnknownVoterClass,
)
from peer_review.models import Assignment, Cell, RollMember, Round, Subject
from peer_review.roll import Person

#: Keys a scheme's voter classes need so that the proposal knows who belongs in which. A scheme with a single
#: class, whatever its key, takes everyone into it.
CLASS_KEYS: dict[str, tuple[str, ...]] = {
    RoundKind.TIER: ("superiors", "peers", "subordinates"),
    RoundKind.SECTION: ("leaders", "section_heads", "staff"),
    RoundKind.PERSON: ("leaders", "section_heads", "staff"),
}
BATCH = 2000


@dataclass(frozen=True, slots=True)
class ProposedSubject:
    """Who or what is to be evaluated: `user_id` is None for a section."""

    key: str
    label: str
    section_key: str
    section_name: str
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One proposed ballot paper: positions in the lists of subjects and people, and the capacity in which."""

    subject: int
    evaluator: int
    capacity: str


@dataclass(frozen=True, slots=True)
class RollSummary:
    """What a proposal came to."""

    members: int
    subjects: int
    cells: int
    papers: int


@dataclass(frozen=True, slots=True)
class RollWarning:
    """Something thin about a cell: `code` is `single_voter` (not anonymous) or `below_floor` (shown nowhere alone)."""

    code: str
    subject: str
    voter_class: str
    voters: int
    message: str


def propose_subjects(kind: str, people: list[Person]) -> list[ProposedSubject]:
    """Return who is evaluated: every person, or every section that is not made up of leaders alone."""
    if kind != RoundKind.SECTION:
        return [
            ProposedSubject(f"p{one.user_id}", one.name, one.section_key, one.section_name, one.user_id)
            for one in people
        ]
    tops = _leaders(people)
    sections = {one.section_key: one.section_name for i, one in enumerate(people) if i not in tops}
    return [ProposedSubject(f"s{key}", name or key, key, name) for key, name in sections.items()]


def propose_papers(
    kind: str, people: list[Person], subjects: list[ProposedSubject], *, house_wide: bool
) -> Iterator[Paper]:
    """Yield who evaluates whom, in what capacity; never anyone themselves, nor their own section.

    PERSON: colleagues of the own section; with `house_wide`, leaders and heads of all sections too.
    SECTION: everyone outside the section.
    TIER: superiors are higher tiers of the own section and, with `house_wide`, the top tier (also where the own
    section has none); peers are the own tier in the own section, and everywhere for all but the lowest tier;
    subordinates are lower tiers of the own section, and of the whole house for the top tier.
    """
    tops = _leaders(people)
    by_section: dict[str, list[int]] = defaultdict(list)
    by_tier: dict[int, list[int]] = defaultdict(list)
    position = {one.user_id: i for i, one in enumerate(people)}
    for i, one in enumerate(people):
        by_section[one.section_key].append(i)
        by_tier[one.rank_order].append(i)
    capacity = [
        "leaders" if i in tops else "section_heads" if one.is_section_head else "staff" for i, one in enumerate(people)
    ]
    house = [i for i in range(len(people)) if capacity[i] != "staff"]
    top, bottom = (min(by_tier), max(by_tier)) if by_tier else (0, 0)

    for s, subject in enumerate(subjects):
        if kind == RoundKind.SECTION:
            yield from (
                Paper(s, e, capacity[e]) for e, one in enumerate(people) if one.section_key != subject.section_key
            )
            continue
        me = position[subject.user_id or 0]
        mine = by_section[subject.section_key]
        if kind == RoundKind.PERSON:
            evaluators = dict.fromkeys([*mine, *(house if house_wide else ())])
            yield from (Paper(s, e, capacity[e]) for e in evaluators if e != me)
            continue
        tier = people[me].rank_order
        superiors = [e for e in mine if people[e].rank_order < tier]
        if tier > top and (house_wide or not superiors):
            superiors += by_tier[top]
        peers = [e for e in mine if people[e].rank_order == tier] if tier == bottom != top else by_tier[tier]
        subordinates = (
            [e for e in range(len(people)) if people[e].rank_order > tier]
            if tier == top
            else [e for e in mine if people[e].rank_order > tier]
        )
        for name, group in (("superiors", superiors), ("peers", peers), ("subordinates", subordinates)):
            yield from (Paper(s, e, name) for e in dict.fromkeys(group) if e != me)


def _leaders(people: list[Person]) -> frozenset[int]:
    """Return the positions of the top tier; nobody where all are of one tier."""
    tiers = {one.rank_order for one in people}
    if len(tiers) < 2:
        return frozenset()
    top = min(tiers)
    return frozenset(i for i, one in enumerate(people) if one.rank_order == top)


def class_for(capacity: str, class_keys: list[str]) -> str | None:
    """Return the scheme's voter class for a capacity, or None if the scheme does not ask such people."""
    if capacity in class_keys:
        return capacity
    return class_keys[0] if len(class_keys) == 1 else None


@transaction.atomic
def propose_roll(
    round: Round, *, by: Any, house_wide: bool | None = None, people: Iterable[Person] | None = None
) -> RollSummary:
    """Replace a draft's roll by a fresh proposal, over these people or those whom conf.ROLL_SOURCE names.

    `house_wide` None decides by size: up to conf.HOUSE_WIDE_LIMIT people, leaders and heads evaluate everyone.
    Keys already prepared for the old cells go back to the pool.
    Raises: RoundFrozen, EmptyRoll, NoMatchingClass.
    """
    round = lock_draft(round)
    people = list(import_string(conf.ROLL_SOURCE)(round) if people is None else people)
    class_keys = list(round.scheme.voter_classes.values_list("key", flat=True))
    if not people:
        raise EmptyRoll
    if house_wide is None:
        house_wide = len(people) <= conf.HOUSE_WIDE_LIMIT
    clear_roll(round)

    members = RollMember.objects.bulk_create([_member(round, one) for one in people], batch_size=BATCH)
    proposed = propose_subjects(round.kind, people)
    by_user = {member.user_id: member for member in members}
    subjects = Subject.objects.bulk_create(
        [
            Subject(
                round=round,
                member=by_user[one.user_id] if one.user_id is not None else None,
                key=one.key,
                label=one.label,
                section_key=one.section_key,
                section_name=one.section_name,
                sort_order=order,
            )
            for order, one in enumerate(proposed)
        ],
        batch_size=BATCH,
    )
    papers = [
        (paper.subject, voters, people[paper.evaluator].user_id)
        for paper in propose_papers(round.kind, people, proposed, house_wide=house_wide)
        if (voters := class_for(paper.capacity, class_keys)) is not None
    ]
    if not papers:
        raise NoMatchingClass(expected=", ".join(CLASS_KEYS[round.kind]))
    wanted = dict.fromkeys((subject, voters) for subject, voters, _user in papers)
    cells = Cell.objects.bulk_create(
        [Cell(round=round, subject=subjects[subject], voter_class=voters) for subject, voters in wanted],
        batch_size=BATCH,
    )
    cell_of = dict(zip(wanted, cells, strict=True))
    rows = (Assignment(evaluator_id=user, cell=cell_of[subject, voters]) for subject, voters, user in papers)
    while batch := list(islice(rows, BATCH)):
        Assignment.objects.bulk_create(batch)
    summary = RollSummary(len(members), len(subjects), len(cells), len(papers))
    audit.record(
        round,
        "peer_review.round.roll",
        by=by,
        members=summary.members,
        subjects=summary.subjects,
        cells=summary.cells,
        papers=summary.papers,
    )
    return summary


def clear_roll(round: Round) -> None:
    """Empty a draft's roll; prepared keys go back to the pool. The caller holds the draft's lock."""
    return_keys_to_pool(round.cells.all())
    Assignment.objects.filter(cell__round=round).delete()
    round.cells.all().delete()
    round.subjects.all().delete()
    round.members.all().delete()


@transaction.atomic
def add_member(round: Round, *, by: Any, person: Person) -> RollMember:
    """Put one more person on a draft's roll, as an evaluator of nobody yet. See add_subject and set_class.

    Raises: RoundFrozen, AlreadyOnRoll.
    """
    round = lock_draft(round)
    if round.members.filter(user_id=person.user_id).exists():
        raise AlreadyOnRoll(name=person.name)
    member = _member(round, person)
    member.save()
    audit.record(round, "peer_review.round.roll_edit", by=by, added=member.name)
    return member


@transaction.atomic
def remove_member(round: Round, *, by: Any, member: RollMember) -> None:
    """Take a person off a draft's roll, as evaluator and as subject.

    Raises: RoundFrozen.
    """
    round = lock_draft(round)
    Assignment.objects.filter(cell__round=round, evaluator_id=member.user_id).delete()
    return_keys_to_pool(round.cells.filter(subject__member=member))
    name = member.name
    round.members.filter(pk=member.pk).delete()
    _drop_empty_cells(round)
    audit.record(round, "peer_review.round.roll_edit", by=by, removed=name)


@transaction.atomic
def add_subject(round: Round, *, by: Any, member: RollMember, evaluators: dict[int, str]) -> Subject:
    """Let a member be evaluated by others: `evaluators` maps members' ids to voter class keys.

    Raises: RoundFrozen, AlreadyOnRoll, SelfEvaluation, UnknownVoterClass.
    """
    round = lock_draft(round)
    if round.subjects.filter(member=member).exists():
        raise AlreadyOnRoll(name=member.name)
    subject = Subject.objects.create(
        round=round,
        member=member,
        key=f"p{member.user_id}",
        label=member.name,
        section_key=member.section_key,
        section_name=member.section_name,
        sort_order=round.subjects.count(),
    )
    for evaluator in round.members.filter(pk__in=evaluators):
        _assign(round, evaluator, subject, evaluators[evaluator.pk])
    audit.record(round, "peer_review.round.roll_edit", by=by, subject_added=subject.label)
    return subject


@transaction.atomic
def remove_subject(round: Round, *, by: Any, subject: Subject) -> None:
    """Let nobody evaluate this subject; the person stays on the roll as an evaluator.

    Raises: RoundFrozen.
    """
    round = lock_draft(round)
    return_keys_to_pool(round.cells.filter(subject=subject))
    label = subject.label
    round.subjects.filter(pk=subject.pk).delete()
    audit.record(round, "peer_review.round.roll_edit", by=by, subject_removed=label)


@transaction.atomic
def set_class(round: Round, *, by: Any, member: RollMember, subject: Subject, voter_class: str | None) -> None:
    """Let a member evaluate a subject in this class, or, with None, not at all.

    Raises: RoundFrozen, SelfEvaluation, UnknownVoterClass.
    """
    round = lock_draft(round)
    _assign(round, member, subject, voter_class)
    _drop_empty_cells(round)
    audit.record(
        round,
        "peer_review.round.roll_edit",
        by=by,
        member=member.name,
        subject=subject.label,
        voter_class=voter_class or "",
    )


def roll_warnings(round: Round) -> list[RollWarning]:
    """Return what evaluators must be told, or results cannot show: thin cells. Nothing here forbids opening."""
    floor = round.form.get("floor") or round.scheme.floor
    labels = {one.key: one.label for one in round.scheme.voter_classes.all()}
    warnings = []
    cells = round.cells.with_turnout().select_related("subject").order_by("subject__sort_order", "voter_class")
    for cell in cells.filter(eligible__lt=floor):
        values = {
            "subject": cell.subject.label,
            "voters": labels.get(cell.voter_class, cell.voter_class),
            "n": cell.eligible,
            "floor": floor,
        }
        single = cell.eligible == 1
        text = (
            _("%(subject)s has one possible voter in the class “%(voters)s”: not anonymous, and labelled so.")
            if single
            else _(
                "%(subject)s has %(n)s possible voters in the class “%(voters)s”, fewer than the floor of %(floor)s."
            )
        )
        warnings.append(
            RollWarning(
                "single_voter" if single else "below_floor",
                cell.subject.label,
                cell.voter_class,
                cell.eligible,
                text % values,
            )
        )
    return warnings


def lock_draft(round: Round) -> Round:
    """Return the round locked for the transaction's rest.

    Raises: RoundFrozen unless it is a draft.
    """
    locked: Round = Round.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=round.pk)
    if locked.is_frozen:
        raise RoundFrozen
    return locked


def _member(round: Round, person: Person) -> RollMember:
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
    )


def _assign(round: Round, member: RollMember, subject: Subject, voter_class: str | None) -> None:
    if subject.member_id is not None and subject.member_id == member.pk:
        raise SelfEvaluation
    if voter_class is not None and not round.scheme.voter_classes.filter(key=voter_class).exists():
        raise UnknownVoterClass
    papers = Assignment.objects.filter(cell__subject=subject, evaluator_id=member.user_id)
    if voter_class is None:
        papers.delete()
        return
    papers.exclude(cell__voter_class=voter_class).delete()
    cell, _created = Cell.objects.get_or_create(round=round, subject=subject, voter_class=voter_class)
    Assignment.objects.get_or_create(evaluator_id=member.user_id, cell=cell)


def _drop_empty_cells(round: Round) -> None:
    """Remove papers that nobody may cast: the class is simply absent for that subject, its weight renormalised."""
    empty = round.cells.filter(assignments__isnull=True)
    return_keys_to_pool(empty)
    round.cells.filter(pk__in=list(empty.values_list("pk", flat=True))).delete()
