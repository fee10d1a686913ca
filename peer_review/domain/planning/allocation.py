"""Allocation of evaluators: for every subject and voter class of a plan, who evaluates. Nothing is written."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from peer_review.conf import conf
from peer_review.domain.planning import random_allocation
from peer_review.domain.planning.eligibility import CLASS_KEYS, ProposedSubject, pools_for, propose_subjects
from peer_review.domain.planning.plan import Pattern, Plan
from peer_review.domain.planning.random_allocation import Demand, Positions, positions
from peer_review.exceptions.base import EmptyRoll
from peer_review.exceptions.planning import NoMatchingClass, TooManyPapers
from peer_review.providers.roll import Person


@dataclass(frozen=True, slots=True)
class Slot:
    """One subject in one voter class: the evaluators whom a list names (`fixed`), and the demand for others."""

    subject: int
    voter_class: str
    demand: Demand
    fixed: Positions

    @property
    def eligible(self) -> int:
        """Return the number of people who may evaluate here, chosen or not."""
        return len(self.fixed) + len(self.demand)


@dataclass
class Allocation:
    """The papers of a plan. `people` are sorted by user id; `chosen` holds, for each slot, positions in `people`."""

    people: list[Person]
    subjects: list[ProposedSubject]
    slots: list[Slot]
    chosen: list[Positions]
    without_since: int = 0
    unknown_lines: int = 0

    @property
    def papers(self) -> int:
        """Return the number of papers, each about one subject."""
        return sum(len(choice) for choice in self.chosen)

    @cached_property
    def loads(self) -> NDArray[np.int64]:
        """Return the number of subjects that each person evaluates."""
        if not self.chosen:
            return np.zeros(len(self.people), dtype=np.int64)
        return np.bincount(np.concatenate(self.chosen), minlength=len(self.people)).astype(np.int64)

    def lines(self) -> Iterator[tuple[int, str, Positions]]:
        """Yield (subject, voter class, positions of evaluators) where there are any."""
        for slot, chosen in zip(self.slots, self.chosen, strict=True):
            if len(chosen):
                yield slot.subject, slot.voter_class, chosen

    def too_few_to_draw(self) -> Iterator[Slot]:
        """Yield the slots that have fewer people than the random choice was to select."""
        for slot in self.slots:
            if slot.demand.wanted > len(slot.demand) and len(slot.demand):
                yield slot


def allocate(
    plan: Plan,
    *,
    kind: str,
    people: Sequence[Person],
    classes: Sequence[str],
    seed: str = "",
    excluded: Collection[tuple[int, str]] = (),
    day: date,
) -> Allocation:
    """Return the allocation of evaluators under a plan.

    classes: keys of the scheme's voter classes, in its order. excluded: (user id, subject's key), who may not, whatever
    the plan says. seed: hexadecimal, needed where chance has a say. day: until when months together are counted.
    The order of `people` decides the order of subjects and nothing else.
    Raises: EmptyRoll, NoMatchingClass, TooManyPapers.
    """
    if not people:
        raise EmptyRoll
    if plan.is_random and not seed:
        raise ValueError("a plan in which chance has a say needs a seed")
    subjects = _subjects(plan, kind, people)
    people = sorted(people, key=lambda person: person.user_id)
    slots, unknown = _slots(plan, kind, people, subjects, classes, excluded, day)
    total = sum(len(slot.fixed) + min(slot.demand.wanted, len(slot.demand)) for slot in slots)
    if not total:
        if plan.pattern == Pattern.USUAL and not set(classes) & set(CLASS_KEYS[kind]) and len(classes) > 1:
            raise NoMatchingClass(expected=", ".join(CLASS_KEYS[kind]))
        raise EmptyRoll
    if total > conf.MAX_PAPERS:
        raise TooManyPapers(papers=total, most=conf.MAX_PAPERS)
    return Allocation(
        people=people,
        subjects=subjects,
        slots=slots,
        chosen=_choose(plan, slots, subjects, len(people), seed),
        without_since=sum(person.since is None for person in people) if plan.months else 0,
        unknown_lines=unknown,
    )


def months_before(day: date, months: int) -> date:
    """Return the day so many calendar months earlier; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _subjects(plan: Plan, kind: str, people: Sequence[Person]) -> list[ProposedSubject]:
    if plan.pattern != Pattern.LIST:
        return propose_subjects(kind, people, groups=plan.groups, sections=plan.sections)
    named = {key for subjects in plan.lines.values() for key in subjects}
    return [subject for subject in propose_subjects(kind, people) if subject.key in named]


def _slots(
    plan: Plan,
    kind: str,
    people: Sequence[Person],
    subjects: Sequence[ProposedSubject],
    classes: Sequence[str],
    excluded: Collection[tuple[int, str]],
    day: date,
) -> tuple[list[Slot], int]:
    house_wide = plan.house_wide if plan.house_wide is not None else len(people) <= conf.HOUSE_WIDE_LIMIT
    pools = pools_for(plan, kind=kind, people=people, classes=classes, house_wide=house_wide)
    barred = _Barred(plan, people, excluded, day)
    named, unknown = _named(plan, people)
    slots = []
    for at, subject in enumerate(subjects):
        out = barred.from_subject(subject)
        fixed = {voters: _minus(group, out) for voters, group in named.get(subject.key, {}).items()}
        # Whom a list names has that class and no other.
        taken = np.unique(np.concatenate([out, *fixed.values()])) if fixed else out
        able = pools(subject)
        for voters in classes:
            pool = able.get(voters, positions())
            certain = fixed.get(voters, positions())
            removed = taken[_is_in(taken, pool)]
            count = len(pool) - len(removed)
            if not count and not len(certain):
                continue
            limit = plan.sample.get(voters) if plan.is_random else None
            wanted = count if limit is None else max(0, limit - len(certain))
            slots.append(Slot(at, voters, Demand(wanted, pool, removed), certain))
    return slots, unknown


class _Barred:
    """People who may not evaluate a subject: the subject, the excluded, and colleagues of too short a time."""

    def __init__(self, plan: Plan, people: Sequence[Person], excluded: Collection[tuple[int, str]], day: date) -> None:
        self.at = {person.user_id: i for i, person in enumerate(people)}
        self.excluded: dict[str, list[int]] = defaultdict(list)
        for user, key in excluded:
            if user in self.at:
                self.excluded[key].append(self.at[user])
        self.new: frozenset[int] = frozenset()
        self.mates: dict[str, list[int]] = defaultdict(list)
        if plan.months:
            limit = months_before(day, plan.months)
            self.new = frozenset(
                i for i, person in enumerate(people) if person.since is not None and person.since > limit
            )
            for i, person in enumerate(people):
                self.mates[person.section_key].append(i)
        self.new_mates = {key: [i for i in mates if i in self.new] for key, mates in self.mates.items()}

    def from_subject(self, subject: ProposedSubject) -> Positions:
        out = list(self.excluded.get(subject.key, ()))
        if subject.user_id is not None:
            me = self.at[subject.user_id]
            out.append(me)
            section = self.mates if me in self.new else self.new_mates
            out += section.get(subject.section_key, ())
        return positions(sorted(set(out)))


def _named(plan: Plan, people: Sequence[Person]) -> tuple[Mapping[str, Mapping[str, Positions]], int]:
    """Return the imported list by subject and class, and the number of its lines that name an unknown person."""
    at = {person.user_id: i for i, person in enumerate(people)}
    named: dict[str, dict[str, Positions]] = defaultdict(dict)
    unknown = 0
    for voters, subjects in plan.lines.items():
        for key, users in subjects.items():
            places = sorted(at[user] for user in users if user in at)
            unknown += len(users) - len(places)
            named[key][voters] = positions(places)
    return named, unknown


def _choose(
    plan: Plan, slots: Sequence[Slot], subjects: Sequence[ProposedSubject], people: int, seed: str
) -> list[Positions]:
    """Return everybody eligible and, where a class has a limit, the people selected at random.

    What people hold already, named or in classes without a limit, counts when papers are spread evenly.
    """
    chosen: list[Positions] = []
    drawn: list[int] = []
    loads = np.zeros(people, dtype=np.int64)
    for at, slot in enumerate(slots):
        if slot.demand.wanted < len(slot.demand):
            drawn.append(at)
            sure = slot.fixed
        else:
            able = slot.demand.eligible()
            sure = np.union1d(slot.fixed, able).astype(np.int32) if len(slot.fixed) else able
        loads[sure] += 1
        chosen.append(sure)
    drawn.sort(key=lambda at: (subjects[slots[at].subject].key, slots[at].voter_class))
    groups = random_allocation.allocate_at_random(bytes.fromhex(seed), [slots[at].demand for at in drawn], loads=loads)
    for at, group in zip(drawn, groups, strict=True):
        fixed = slots[at].fixed
        chosen[at] = np.union1d(fixed, group).astype(np.int32) if len(fixed) else group
    return chosen


def _is_in(some: Positions, pool: Positions) -> NDArray[np.bool_]:
    """Return which of `some` are in `pool`; both ascending."""
    if not len(pool):
        return np.zeros(len(some), dtype=bool)
    at = np.searchsorted(pool, some)
    at[at == len(pool)] = 0
    return np.asarray(pool[at] == some)


def _minus(some: Positions, out: Positions) -> Positions:
    return some[~_is_in(some, out)]
