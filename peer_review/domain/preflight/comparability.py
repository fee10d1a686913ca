"""Comparable rounds of the same scheme: whose figures, set beside the new ones, would tell of a few voters only.

If the same eight people evaluated somebody last year, and this year a ninth as well, then the difference of the two
figures is the ninth's mark, as near as the eight have kept theirs. So of each subject and group the new round takes the
earlier ones in, the newest first, as long as the search (counting.isolation) finds nobody left alone by all of them
together. Rounds of any age are looked at; whether a round may open at all is another question (preflight.subtraction).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

import numpy as np

from peer_review.counting.isolation import isolates
from peer_review.counting.ledger import Count, Vector
from peer_review.counting.scales import Ints
from peer_review.domain.preflight.roll_arrays import RollPapers, RollReader, RollSubject
from peer_review.domain.preflight.subtraction import VoterTable
from peer_review.models import Round
from peer_review.protocol.frozen_scheme import FrozenScheme

#: Comparisons are allowed with so many of the last published rounds, and checked for them.
MOST_COMPARED = 4


class NoTrend(TypedDict):
    """What must not be compared with an earlier round, by the keys under which results are kept.

    classes: of rounds that were opened when each class was looked at by itself.
    """

    subjects: list[str]
    sections: list[str]
    ranks: list[str]
    unit: bool
    classes: NotRequired[dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class ComparableRound:
    """An earlier round, and what of it is not set beside the new one.

    shared: the places of the subjects that are in both, held_back: those of them that are not compared; sections and
    ranks: keys of groups that are not; unit: whether all together are not.
    """

    public_id: str
    title: str
    shared: tuple[int, ...] = ()
    held_back: tuple[int, ...] = ()
    sections: tuple[str, ...] = ()
    ranks: tuple[str, ...] = ()
    unit: bool = False

    def no_trend(self, papers: RollPapers, *, coarse: Iterable[str] = ()) -> NoTrend:
        """Return what must not be compared, by the keys under which results are kept; `coarse` subjects never are."""
        held_back = dict.fromkeys((*(papers.subjects[at].key for at in self.held_back), *coarse))
        return {
            "subjects": list(held_back),
            "sections": list(self.sections),
            "ranks": list(self.ranks),
            "unit": self.unit,
        }


def comparable_rounds(
    round: Round, scheme: FrozenScheme, papers: RollPapers, rolls: RollReader | None = None
) -> list[ComparableRound]:
    """Return the last published rounds of the same kind and scheme, newest first. One query, and some for each."""
    rounds = Round.objects.with_results().filter(kind=round.kind, form__scheme__name=scheme.name)
    if round.opened_at is not None:
        rounds = rounds.filter(published_at__lt=round.opened_at)
    others = list(rounds.exclude(pk=round.pk).order_by("-published_at", "-pk")[:MOST_COMPARED])
    if not others:
        return []
    rolls = RollReader() if rolls is None else rolls
    table = VoterTable(round, scheme, papers, others, rolls)
    every = [papers, *(rolls.papers(other) for other in others)]
    sections = _Groups(every, lambda subject: subject.section_key, scheme.floor)
    ranks = _Groups(every, lambda subject: subject.rank_key, scheme.floor)
    unit = _Groups(every, lambda subject: "", scheme.floor)
    taken: dict[int, list[int]] = {}
    compared = []
    for place, other in enumerate(others, start=1):
        keys = {subject.key for subject in every[place].subjects}
        shared = tuple(at for at, subject in enumerate(papers.subjects) if subject.key in keys)
        held_back = []
        for at in shared:
            beside = taken.setdefault(at, [])
            if table.exposes(at, asked=place, only=[*beside, place]):
                held_back.append(at)
            else:
                beside.append(place)
        compared.append(
            ComparableRound(
                public_id=other.public_id,
                title=other.title,
                shared=shared,
                held_back=tuple(held_back),
                sections=tuple(sections.held_back(place)),
                ranks=tuple(ranks.held_back(place)),
                unit=bool(unit.held_back(place)),
            )
        )
    return compared


@dataclass
class _Groups:
    """The voters of groups of subjects, in the new round (place 0) and the earlier ones: a voter of each subject is an
    atom, because a group's mean holds a mark of theirs for each."""

    rolls: Sequence[RollPapers]
    group_of: Callable[[RollSubject], str]
    floor: int
    taken: dict[str, list[int]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(init=False)
    present: list[set[str]] = field(init=False)

    def __post_init__(self) -> None:
        subjects: dict[str, str] = {}
        for roll in reversed(self.rolls):
            subjects |= {subject.key: self.group_of(subject) for subject in roll.subjects}
        self.present = [{self.group_of(subject) for subject in roll.subjects} for roll in self.rolls]
        number = {key: at for at, key in enumerate(subjects)}
        groups = {group: at for at, group in enumerate(dict.fromkeys(subjects.values()))}
        group = np.array([groups[of] for of in subjects.values()], dtype=np.int64)
        span = int(max(roll.person.max(initial=0) for roll in self.rolls)) + 1
        pairs = [
            np.unique(
                np.array([number[each.key] for each in roll.subjects], dtype=np.int64)[roll.subject] * span
                + roll.person
            )
            for roll in self.rolls
        ]
        every: Ints = np.unique(np.concatenate(pairs))
        # In which of the rounds each voter votes about each subject, as a binary number.
        pattern = sum(
            (np.isin(every, own).astype(np.int64) << place for place, own in enumerate(pairs)), start=0 * every
        )
        width = 1 << len(self.rolls)
        table = np.bincount(group[every // span] * width + pattern, minlength=len(groups) * width).reshape(-1, width)
        self.counts = {
            key: {int(which): int(table[at, which]) for which in np.flatnonzero(table[at])}
            for key, at in groups.items()
        }

    def held_back(self, place: int) -> list[str]:
        """Return the groups of an earlier round that do not go with the new one and those taken in before it."""
        held = []
        for key in sorted(self.present[0] & self.present[place]):
            counts, beside = self.counts[key], self.taken.setdefault(key, [])
            support = {which: Count(many) for which, many in counts.items()}
            shown = [self._figure(counts, at) for at in (0, *beside)]
            if isolates([self._figure(counts, place)], shown, support, enough=self.floor):
                held.append(key)
            else:
                beside.append(place)
        return held

    @staticmethod
    def _figure(counts: dict[int, int], place: int) -> Vector:
        return {which: 1 for which in counts if which >> place & 1}
