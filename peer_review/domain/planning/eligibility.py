"""Eligibility by rank and section: the usual pattern of each kind of round, and the organiser's matrix.

People are known by their position in a list; a pool is an ascending array of positions, shared between all subjects to
whom it applies, so that ten thousand people who all may evaluate each other stay one array.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from peer_review.domain.planning.plan import ANY, Pattern, Plan, Reach
from peer_review.domain.planning.random_allocation import Positions, positions
from peer_review.enums import RoundKind
from peer_review.providers.roll import Person

#: Keys a scheme's voter classes need so that the usual pattern knows who belongs in which. A scheme with a single
#: class, whatever its key, takes everyone into it.
CLASS_KEYS: dict[str, tuple[str, ...]] = {
    RoundKind.TIER: ("superiors", "peers", "subordinates"),
    RoundKind.SECTION: ("leaders", "section_heads", "staff"),
    RoundKind.PERSON: ("leaders", "section_heads", "staff"),
}
HEADS = "heads"
#: Voter class → who may vote in it.
Pools = Mapping[str, Positions]


@dataclass(frozen=True, slots=True)
class ProposedSubject:
    """A person or section to be evaluated. For a section `user_id` is None and `group` is ANY."""

    key: str
    label: str
    section_key: str
    section_name: str
    user_id: int | None = None
    group: str = ANY


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the matrix: a rank tier or the section heads. Groups are listed from the top down."""

    key: str
    label: str
    people: int


def leaders_of(people: Sequence[Person]) -> frozenset[int]:
    """Return the positions of the top tier; nobody where all are of one tier."""
    tiers = {person.rank_order for person in people}
    if len(tiers) < 2:
        return frozenset()
    top = min(tiers)
    return frozenset(i for i, person in enumerate(people) if person.rank_order == top)


def group_keys(people: Sequence[Person]) -> list[str]:
    """Return each person's group: section heads are one whatever their tier, unless they belong to the top."""
    tops = leaders_of(people)
    return [
        HEADS if person.is_section_head and i not in tops else f"t{person.rank_order}"
        for i, person in enumerate(people)
    ]


def list_groups(people: Sequence[Person]) -> list[Group]:
    """Return the groups that these people make up, from the top down."""
    members: dict[str, list[Person]] = defaultdict(list)
    for person, key in zip(people, group_keys(people), strict=True):
        members[key].append(person)
    groups = []
    for key, group in sorted(members.items(), key=lambda item: (min(p.rank_order for p in item[1]), item[0])):
        names = list(dict.fromkeys(p.rank_name for p in group if p.rank_name))
        label = " / ".join(names[:2]) + (" …" if len(names) > 2 else "")
        if key == HEADS:
            label = pgettext("rank", "Section heads")
        groups.append(Group(key, label or _("Tier %(n)s") % {"n": group[0].rank_order}, len(group)))
    return groups


def list_sections(people: Sequence[Person]) -> list[tuple[str, str]]:
    """Return the sections as (key, name), in the order in which the organisation lists its people."""
    return list({person.section_key: person.section_name or person.section_key for person in people}.items())


def propose_subjects(
    kind: str,
    people: Sequence[Person],
    *,
    groups: Collection[str] | None = None,
    sections: Collection[str] | None = None,
) -> list[ProposedSubject]:
    """Return the subjects: every person, or every section that is not made up of leaders alone.

    `groups` and `sections` narrow it down.
    """
    if kind != RoundKind.SECTION:
        return [
            ProposedSubject(
                f"p{person.user_id}", person.name, person.section_key, person.section_name, person.user_id, group
            )
            for person, group in zip(people, group_keys(people), strict=True)
            if (groups is None or group in groups) and (sections is None or person.section_key in sections)
        ]
    tops = leaders_of(people)
    section_names = {person.section_key: person.section_name for i, person in enumerate(people) if i not in tops}
    return [
        ProposedSubject(f"s{key}", name or key, key, name)
        for key, name in section_names.items()
        if sections is None or key in sections
    ]


def class_for(capacity: str, classes: Sequence[str]) -> str | None:
    """Return the scheme's voter class for a capacity, or None if the scheme does not ask such people."""
    if capacity in classes:
        return capacity
    return classes[0] if len(classes) == 1 else None


def pools_for(
    plan: Plan, *, kind: str, people: Sequence[Person], classes: Sequence[str], house_wide: bool
) -> Callable[[ProposedSubject], Pools]:
    """Return a function from a subject to its eligible evaluators by class; the subject is among them.

    In the usual pattern, PERSON: colleagues of the own section; with `house_wide`, leaders and heads of all too.
    SECTION: everyone outside the section.
    TIER: superiors are higher tiers of the own section and, with `house_wide`, the top tier (also where the own
    section has none); peers are the own tier in the own section, and everywhere for all but the lowest tier;
    subordinates are lower tiers of the own section, and of the whole house for the top tier.
    """
    if plan.pattern == Pattern.LIST:
        return lambda subject: {}
    if plan.pattern == Pattern.MATRIX:
        return _matrix_pools(plan, people)
    usual = _Usual(people, house_wide=house_wide)
    ask = {RoundKind.PERSON: usual.of_person, RoundKind.SECTION: usual.of_section, RoundKind.TIER: usual.of_tier}
    tier = {person.user_id: person.rank_order for person in people}

    @cache
    def pools(section: str, tier: int) -> Pools:
        merged: dict[str, list[Positions]] = defaultdict(list)
        for capacity, group in ask[RoundKind(kind)](section, tier).items():
            if (voters := class_for(capacity, classes)) is not None:
                merged[voters].append(group)
        return {voters: _together(groups) for voters, groups in merged.items()}

    return lambda subject: pools(
        subject.section_key,
        tier[subject.user_id] if kind == RoundKind.TIER and subject.user_id is not None else 0,
    )


class _Usual:
    """The usual patterns, asked by section and tier."""

    def __init__(self, people: Sequence[Person], *, house_wide: bool) -> None:
        self.house_wide = house_wide
        self.section = np.array([person.section_key for person in people], dtype=object)
        self.tier = np.array([person.rank_order for person in people], dtype=np.int64)
        tops = leaders_of(people)
        self.capacity = np.array(
            [
                "leaders" if i in tops else "section_heads" if person.is_section_head else "staff"
                for i, person in enumerate(people)
            ],
            dtype=object,
        )
        self.top, self.bottom = (int(self.tier.min()), int(self.tier.max())) if len(people) else (0, 0)

    def of_person(self, section: str, _tier: int) -> Pools:
        able = self.section == section
        if self.house_wide:
            able = able | (self.capacity != "staff")
        return self._by_capacity(able)

    def of_section(self, section: str, _tier: int) -> Pools:
        return self._by_capacity(self.section != section)

    def of_tier(self, section: str, tier: int) -> Pools:
        own = self.section == section
        superiors = own & (self.tier < tier)
        if tier > self.top and (self.house_wide or not superiors.any()):
            superiors = superiors | (self.tier == self.top)
        peers = self.tier == tier
        if tier == self.bottom != self.top:
            peers = peers & own
        subordinates = self.tier > tier
        if tier != self.top:
            subordinates = subordinates & own
        directions = {"superiors": superiors, "peers": peers, "subordinates": subordinates}
        return {name: positions(np.flatnonzero(able)) for name, able in directions.items() if able.any()}

    def _by_capacity(self, able: np.ndarray) -> Pools:
        return {
            name: positions(np.flatnonzero(able & (self.capacity == name)))
            for name in ("leaders", "section_heads", "staff")
        }


def _matrix_pools(plan: Plan, people: Sequence[Person]) -> Callable[[ProposedSubject], Pools]:
    section = np.array([person.section_key for person in people], dtype=object)
    group = np.array(group_keys(people), dtype=object)
    columns: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for (evaluators, subjects), (voters, reach) in sorted(plan.matrix.items()):
        columns[subjects].append((evaluators, voters, reach))

    @cache
    def block(evaluators: str, reach: str, section_key: str) -> Positions:
        able = group == evaluators
        if reach != Reach.HOUSE:
            able = able & ((section == section_key) == (reach == Reach.OWN))
        return positions(np.flatnonzero(able))

    @cache
    def pools(column: str, section_key: str) -> Pools:
        merged: dict[str, list[Positions]] = defaultdict(list)
        for evaluators, voters, reach in columns[column]:
            merged[voters].append(block(evaluators, reach, "" if reach == Reach.HOUSE else section_key))
        return {voters: _together(groups) for voters, groups in merged.items()}

    # Where nothing asks for the section, one array serves all of them.
    wide = {column: all(reach == Reach.HOUSE for *_who, reach in cells) for column, cells in columns.items()}
    return lambda subject: (
        pools(subject.group, "" if wide[subject.group] else subject.section_key) if subject.group in wide else {}
    )


def _together(groups: Sequence[Positions]) -> Positions:
    return groups[0] if len(groups) == 1 else np.unique(np.concatenate(groups))
