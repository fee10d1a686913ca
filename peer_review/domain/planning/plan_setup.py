"""Set-up of a round's plan: save it, renew its seed, and preview its papers before anything is written."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from wagtail.models import ModelLogEntry

from peer_review import audit_log
from peer_review.conf import conf
from peer_review.counting.scales import Ints
from peer_review.domain.locks import lock_draft
from peer_review.domain.planning.allocation import Allocation, allocate
from peer_review.domain.planning.eligibility import Group, group_keys, list_groups, list_sections
from peer_review.domain.planning.plan import Plan, read_plan
from peer_review.domain.planning.plan_state import outdate_plan
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import PaperKind, RollTouchKind, RoundKind
from peer_review.exceptions.planning import NoSeed
from peer_review.models import Round
from peer_review.providers.roll import Person
from peer_review.users import User

#: How many names a warning lists, and how many sections a table of sections takes.
NAMES = 40
SECTIONS = 30
_KEPT = 3600


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One subject and the number of its evaluators in each voter class."""

    key: str
    label: str
    section_name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NameList:
    """A count of people or subjects, with the names of the first."""

    count: int = 0
    names: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """Return the number of those not named."""
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class PaperTable:
    """Papers by groups of evaluators (rows) and groups of subjects (columns)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Whole sheets with the same list: the number of its subjects and of the voters of a class who receive it."""

    voter_class: str
    subjects: int
    voters: int


@dataclass(frozen=True)
class Preview:
    """The figures of a plan."""

    people: int
    subjects: int
    papers: int
    least: int
    most: int
    classes: tuple[str, ...]
    rows: tuple[PreviewRow, ...]
    ranks: PaperTable
    sections: PaperTable | None
    below_floor: int
    single_voter: int
    without_papers: NameList
    without_evaluators: NameList
    too_few_to_draw: NameList
    without_since: int
    unknown_lines: int
    sheets: tuple[SheetLine, ...] = field(default=())

    @property
    def lists_differ(self) -> bool:
        """Return whether people of one class would receive different sheets, which opening refuses."""
        classes = [sheet.voter_class for sheet in self.sheets]
        return len(classes) > len(set(classes))


def people_of(round: Round) -> list[Person]:
    """Return the people that the organisation proposes for this round."""
    return list(import_string(conf.ROLL_SOURCE)(round))


def class_keys(round: Round) -> list[str]:
    """Return the voter classes of the round's scheme, in its order."""
    return list(round.scheme.voter_classes.values_list("key", flat=True))


def plan_of(round: Round) -> Plan:
    """Return the plan of a draft.

    Raises: PlanInvalid if its scheme has changed so that the plan does not fit any more.
    """
    return read_plan(round.plan, kind=round.kind, classes=class_keys(round))


@transaction.atomic
def save_plan(round: Round, *, by: User, plan: Mapping[str, object]) -> Plan:
    """Save a plan for later use; the roll stays as it is. The first plan with a random choice gets its seed.

    Raises: RoundFrozen, PlanInvalid.
    """
    round = lock_draft(round)
    given = {key: value for key, value in plan.items() if key != "state"}
    read = read_plan(given, kind=round.kind, classes=class_keys(round))
    if read.is_random and not round.plan_seed:
        round.plan_seed = secrets.token_hex(32)
        round.save(update_fields=["plan_seed"])
    outdate_plan(round, read.as_json())
    logged = {key: value for key, value in round.plan.items() if key not in ("lines", "state")}
    audit_log.record(round, "peer_review.round.plan", by=by, plan=logged, lines=read.line_count, seed=round.plan_seed)
    return read


@transaction.atomic
def renew_seed(round: Round, *, by: User) -> str:
    """Replace a draft's seed, so that others are selected, and return it. The log counts the renewals.

    Raises: RoundFrozen, NoSeed.
    """
    round = lock_draft(round)
    if not round.plan_seed:
        raise NoSeed
    before, round.plan_seed = round.plan_seed, secrets.token_hex(32)
    round.save(update_fields=["plan_seed"])
    outdate_plan(round)
    times = times_seed_renewed(round) + 1
    touch_roll(round, RollTouchKind.SEED, by=by, number=times)
    audit_log.record(round, "peer_review.round.seed", by=by, before=before, seed=round.plan_seed, times=times)
    return round.plan_seed


def times_seed_renewed(round: Round) -> int:
    """Return the number of renewals of the seed in the log."""
    kind = ContentType.objects.get_for_model(Round)
    entries = ModelLogEntry.objects.filter(content_type=kind, object_id=str(round.pk))
    return entries.filter(action="peer_review.round.seed").count()


def allocate_round(round: Round, people: Sequence[Person]) -> Allocation:
    """Return the allocation of evaluators under the round's plan and exclusions.

    Raises: PlanInvalid, EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    return allocate(
        plan_of(round),
        kind=round.kind,
        people=people,
        classes=class_keys(round),
        seed=round.plan_seed,
        excluded=set(round.exclusions.values_list("evaluator_id", "subject_key")),
        day=timezone.localdate(round.opens_at),
    )


def preview_plan(round: Round, people: Sequence[Person] | None = None) -> Preview:
    """Return the figures of the round's plan: exactly the roll that using it would write.

    Kept in the cache under everything it depends on: turning its pages costs no second computation.
    Raises: PlanInvalid, EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    people = people_of(round) if people is None else list(people)
    floor = round.scheme.floor
    exclusions = sorted(round.exclusions.values_list("evaluator_id", "subject_key"))
    depends = (round.kind, round.plan, round.plan_seed, round.opens_at, round.scheme.paper, floor, class_keys(round))
    digest = hashlib.sha256(repr((depends, exclusions, people)).encode()).hexdigest()
    key = f"peer_review:preview:{round.pk}:{get_language()}:{digest}"  # names of ranks are translated
    preview: Preview | None = cache.get(key)
    if preview is None:
        preview = make_preview(
            allocate_round(round, people),
            kind=round.kind,
            classes=class_keys(round),
            floor=floor,
            order=people,
            whole_sheets=round.scheme.paper == PaperKind.SHEET,
        )
        cache.set(key, preview, _KEPT)
    return preview


def make_preview(
    allocation: Allocation,
    *,
    kind: str,
    classes: Sequence[str],
    floor: int,
    order: Sequence[Person],
    whole_sheets: bool = False,
) -> Preview:
    """Return the figures of an allocation. `order` lists ranks and sections as the organisation does."""
    subjects, column = allocation.subjects, {voters: at for at, voters in enumerate(classes)}
    counts = np.zeros((len(subjects), len(classes)), dtype=np.int64)
    for at, voters, evaluators in allocation.lines():
        counts[at, column[voters]] = len(evaluators)
    present = counts[counts > 0]
    total = counts.sum(axis=1) if len(subjects) else np.zeros(0)
    loads = allocation.loads
    busy = loads[loads > 0]
    too_few = [subjects[slot.subject].label for slot in allocation.too_few_to_draw()]
    return Preview(
        people=len(allocation.people),
        subjects=len(subjects),
        papers=allocation.papers,
        least=int(busy.min()) if len(busy) else 0,
        most=int(loads.max()) if len(loads) else 0,
        classes=tuple(classes),
        rows=tuple(
            PreviewRow(subject.key, subject.label, subject.section_name, tuple(int(n) for n in row))
            for subject, row in zip(subjects, counts, strict=True)
        ),
        ranks=_rank_table(allocation, kind, list_groups(order)),
        sections=_section_table(allocation, order),
        below_floor=int((present < floor).sum()),
        single_voter=int((present == 1).sum()),
        without_papers=_name_list(
            person.name for person, load in zip(allocation.people, loads, strict=True) if not load
        ),
        without_evaluators=_name_list(subject.label for subject, n in zip(subjects, total, strict=True) if not n),
        too_few_to_draw=_name_list(dict.fromkeys(too_few)),
        without_since=allocation.without_since,
        unknown_lines=allocation.unknown_lines,
        sheets=_sheet_lines(allocation, classes) if whole_sheets else (),
    )


def _rank_table(allocation: Allocation, kind: str, groups: Sequence[Group]) -> PaperTable:
    at = {group.key: n for n, group in enumerate(groups)}
    rows = np.array([at[key] for key in group_keys(allocation.people)], dtype=np.int64)
    if kind == RoundKind.SECTION:
        columns = np.zeros(len(allocation.subjects), dtype=np.int64)
        labels: tuple[str, ...] = ("",)
    else:
        columns = np.array([at[subject.group] for subject in allocation.subjects], dtype=np.int64)
        labels = tuple(group.label for group in groups)
    return _table(allocation, rows, columns, [group.label for group in groups], labels)


def _section_table(allocation: Allocation, order: Sequence[Person]) -> PaperTable | None:
    sections = list_sections(order)
    if not 1 < len(sections) <= SECTIONS:
        return None
    at = {key: n for n, (key, _name) in enumerate(sections)}
    rows = np.array([at[person.section_key] for person in allocation.people], dtype=np.int64)
    columns = np.array([at[subject.section_key] for subject in allocation.subjects], dtype=np.int64)
    names = [name for _key, name in sections]
    return _table(allocation, rows, columns, names, tuple(names))


def _table(
    allocation: Allocation, rows: Ints, columns: Ints, names: Sequence[str], labels: tuple[str, ...]
) -> PaperTable:
    papers = np.zeros((len(names), len(labels)), dtype=np.int64)
    for at, _voters, evaluators in allocation.lines():
        papers[:, columns[at]] += np.bincount(rows[evaluators], minlength=len(names))
    return PaperTable(
        labels, tuple((name, tuple(int(n) for n in row)) for name, row in zip(names, papers, strict=True))
    )


def _sheet_lines(allocation: Allocation, classes: Sequence[str]) -> tuple[SheetLine, ...]:
    lines = [
        SheetLine(voters, len(subjects), len(evaluators))
        for (voters, subjects), evaluators in group_sheets(allocation).items()
    ]
    return tuple(sorted(lines, key=lambda line: (classes.index(line.voter_class), -line.voters, line.subjects)))


def group_sheets(allocation: Allocation) -> dict[tuple[str, tuple[int, ...]], list[int]]:
    """Return, for every voter class and exact list of subjects in it, the positions of those who would receive it."""
    lists: dict[tuple[int, str], list[int]] = defaultdict(list)
    for subject, voters, evaluators in allocation.lines():
        for evaluator in evaluators.tolist():
            lists[evaluator, voters].append(subject)
    sheets: dict[tuple[str, tuple[int, ...]], list[int]] = defaultdict(list)
    for (evaluator, voters), subjects in lists.items():
        sheets[voters, tuple(sorted(subjects))].append(evaluator)
    return sheets


def _name_list(names: Iterable[str]) -> NameList:
    every = list(names)
    return NameList(len(every), tuple(every[:NAMES]))
