"""Joiners and leavers: whether two rolls about a subject differ only because people joined, left or moved.

A roll is generated if it is what its plan makes of the people: for a draft, of those whom the organisation names today;
for an earlier round, of the people as its roll keeps them. Nothing that an organiser can do by hand passes: whoever was
left out must be new to the section since, by the staff records, and whoever is gone must be gone from them or moved.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review.domain.planning.allocation import months_before
from peer_review.domain.planning.plan import Pattern
from peer_review.domain.planning.plan_setup import people_of
from peer_review.domain.planning.roll import plan_roll
from peer_review.domain.planning.verify_allocation import (
    AllocationComparison,
    compare_allocation,
    first_classes,
    papers_of_roll,
    verify_allocation,
)
from peer_review.exceptions.base import Refusal
from peer_review.models import RollMember, Round
from peer_review.providers.roll import Person

#: What a plan says besides its state and a list that somebody made.
_RULE = ("pattern", "house_wide", "groups", "sections", "matrix", "sample", "months")


class Joiners:
    """Who joined, left or moved between other rounds and a draft. Everything is read when first asked for."""

    def __init__(self, round: Round, others: Sequence[Round]) -> None:
        self.round, self.others = round, others
        self._members: dict[int, dict[int, RollMember]] = {}
        self._touched: dict[int, frozenset[str] | None] = {}
        self._shared: dict[int, defaultdict[str, dict[str, str]]] = {}
        self._rolls: dict[int, Mapping[str, frozenset[tuple[str, int]]]] = {}

    def explain(self, other: Round, key: str) -> bool:
        """Return whether the rolls of the draft and of the other round about this subject (its key) were made by the
        same rule, and whoever is on one of them only joined, left or moved in between; also if nobody is."""
        first_of = self._sharing(other).get(key, {})
        mine, theirs = (
            frozenset((first_of.get(voters, voters), user) for voters, user in self._voters(round)[key])
            for round in (self.round, other)
        )
        # Of a paper that classes share nobody can tell who was in which: that nobody changed between them is no more
        # than an assumption.
        if mine == theirs and not first_of:
            return True
        opened = other.opened_at or other.opens_at
        # In this order: working a plan out again takes seconds for ten thousand people.
        return (
            self._same_rule(other, key)
            and (
                self._has_moved(other, key, opened)
                or all(self._person_moved(other, user, opened) for user in {user for _class, user in mine ^ theirs})
            )
            and not self._is_touched(self.round, key)
            and not self._is_touched(other, key)
        )

    # Rules

    def _same_rule(self, other: Round, key: str) -> bool:
        rules = [{name: kept.plan.get(name) for name in _RULE} for kept in (self.round, other)]
        if rules[0] != rules[1] or self.round.kind != other.kind:
            return False
        if any(
            not kept.plan or kept.plan.get("lines") or kept.plan.get("pattern") == Pattern.LIST
            for kept in (self.round, other)
        ):
            return False
        excluded = [
            set(kept.exclusions.filter(subject_key=key).values_list("evaluator_id", flat=True))
            for kept in (self.round, other)
        ]
        return excluded[0] == excluded[1]

    def _is_touched(self, round: Round, key: str) -> bool:
        """Return whether the roll about this subject is anything else than its plan makes of the people."""
        if round.pk not in self._touched:
            self._touched[round.pk] = self._read_touched(round)
        touched = self._touched[round.pk]
        return touched is None or key in touched

    def _read_touched(self, round: Round) -> frozenset[str] | None:
        """Return the subjects (keys) about whom the roll differs from its plan; None where it cannot be told."""
        if _removed_by_hand(round):
            return None
        try:
            if round.pk == self.round.pk:
                comparison = compare_allocation(round, plan_roll(round, list(self._people.values())))
            else:
                comparison = verify_allocation(round)
        except Refusal:
            return None
        return _subjects_of(comparison)

    # People

    @cached_property
    def _people(self) -> Mapping[int, Person]:
        """The people of today, in the organisation's order."""
        return {person.user_id: person for person in people_of(self.round)}

    def _member(self, round: Round, user: int) -> RollMember | None:
        if round.pk not in self._members:
            self._members[round.pk] = {member.user_id: member for member in round.members.all()}
        return self._members[round.pk].get(user)

    def _has_moved(self, other: Round, key: str, opened: datetime) -> bool:
        """Return whether the subject is a person who has another place in the house than then."""
        user = self._user_of(other, key)
        return user is not None and self._person_moved(other, user, opened)

    def _user_of(self, other: Round, key: str) -> int | None:
        return next(iter(other.subjects.filter(key=key).values_list("member__user_id", flat=True)), None)

    def _person_moved(self, other: Round, user: int, opened: datetime) -> bool:
        """Return whether somebody joined, left or moved since the other round was opened, by the staff records."""
        then, now = self._member(other, user), self._people.get(user)
        if now is None:
            return then is not None
        months = self.round.plan.get("months", 0)
        if now.since is not None and now.since > months_before(timezone.localdate(opened), months):
            return True
        return then is not None and _place(then) != _place(now)

    def _sharing(self, round: Round) -> Mapping[str, Mapping[str, str]]:
        """Return the first of the classes that share a paper, by the subject's key and by each of the classes."""
        if round.pk not in self._shared:
            shared = self._shared[round.pk] = defaultdict(dict)
            for (keys, voters), first in first_classes(round).items():
                for key in keys:
                    shared[key][voters] = first
        return self._shared[round.pk]

    def _voters(self, round: Round) -> Mapping[str, frozenset[tuple[str, int]]]:
        """Return who may vote in which class, by the subject's key."""
        if (known := self._rolls.get(round.pk)) is None:
            voters: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
            for keys, voter_class, user in papers_of_roll(round):
                for key in keys:
                    voters[key].add((voter_class, user))
            known = self._rolls[round.pk] = defaultdict(frozenset, {key: frozenset(own) for key, own in voters.items()})
        return known


def _removed_by_hand(round: Round) -> bool:
    """Return whether somebody was taken off the roll by hand after it was last written: by the log, because the roll's
    own people no longer tell."""
    entries = ModelLogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Round), object_id=str(round.pk)
    )
    written = entries.filter(action="peer_review.round.roll").order_by("-timestamp", "-pk").first()
    edits = entries.filter(action="peer_review.round.roll_edit")
    if written is not None:
        edits = edits.filter(timestamp__gte=written.timestamp)
    return any("removed" in entry.data for entry in edits)


def _place(person: RollMember | Person) -> tuple[str, str, int, bool]:
    return person.section_key, person.rank_key, person.rank_order, person.is_section_head


def _subjects_of(comparison: AllocationComparison) -> frozenset[str]:
    return frozenset(key for keys, _class, _user in (*comparison.missing, *comparison.extra) for key in keys)
