"""ComparableRound rounds of the same scheme: whose figures, set beside the new ones, would tell of a few voters only.

If the same eight people evaluated somebody last year, and this year a ninth as well, then the difference of the two
figures is the ninth's mark, as near as the eight have kept theirs. So a comparison is shown only where either the same
people could vote, or so many others that no group under the floor stands out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np

from peer_review.counting.exposure import rolls_differ
from peer_review.counting.scales import Ints
from peer_review.domain.preflight.roll_arrays import RollPapers, RollSubject, read_papers
from peer_review.models import Round
from peer_review.protocol.frozen_scheme import FrozenScheme

#: Comparisons are allowed with so many of the last published rounds, and checked for them.
MOST_COMPARED = 4


class NoTrend(TypedDict):
    """What must not be compared with an earlier round, by the keys under which results are kept."""

    subjects: list[str]
    classes: dict[str, list[str]]
    sections: list[str]
    ranks: list[str]
    unit: bool


@dataclass(frozen=True, slots=True)
class ComparableRound:
    """An earlier round, and the number of voters by which its roll differs from this round's.

    subjects: by the position of each subject that is in both; classes: by (subject, class); sections and ranks: by key;
    unit: for all subjects together.
    """

    public_id: str
    title: str
    subjects: dict[int, int]
    classes: dict[tuple[int, int], int]
    sections: dict[str, int]
    unit: int
    ranks: dict[str, int] = field(default_factory=dict)

    def held_back(self, floor: int) -> list[int]:
        """Return the subjects whose comparison with that round is not shown."""
        return [at for at, n in self.subjects.items() if 0 < n < floor]

    def no_trend(self, papers: RollPapers, floor: int) -> NoTrend:
        """Return what must not be compared, by the keys under which results are kept."""
        classes: dict[str, list[str]] = {}
        for (at, voters), n in self.classes.items():
            if 0 < n < floor:
                classes.setdefault(papers.classes[voters], []).append(papers.subjects[at].key)
        return {
            "subjects": [papers.subjects[at].key for at in self.held_back(floor)],
            "classes": classes,
            "sections": [key for key, n in self.sections.items() if 0 < n < floor],
            "ranks": [key for key, n in self.ranks.items() if 0 < n < floor],
            "unit": 0 < self.unit < floor,
        }


def comparable_rounds(round: Round, scheme: FrozenScheme, papers: RollPapers) -> list[ComparableRound]:
    """Return the last published rounds of the same kind and scheme, newest first. One query, and four for each."""
    rounds = Round.objects.with_results().filter(kind=round.kind, form__scheme__name=scheme.name)
    if round.opened_at is not None:
        rounds = rounds.filter(published_at__lt=round.opened_at)
    rounds = rounds.exclude(pk=round.pk).order_by("-published_at", "-pk")[:MOST_COMPARED]
    return [_compare(earlier, papers) for earlier in rounds]


def _compare(other: Round, papers: RollPapers) -> ComparableRound:
    theirs = read_papers(other, other.frozen_scheme)
    mine = {subject.key: at for at, subject in enumerate(papers.subjects)}
    number = dict(mine)
    for subject in theirs.subjects:
        number.setdefault(subject.key, len(number))
    classes = {key: at for at, key in enumerate(dict.fromkeys((*papers.classes, *theirs.classes)))}
    span = int(max(papers.person.max(initial=0), theirs.person.max(initial=0))) + 1

    def codes(roll: RollPapers) -> tuple[Ints, Ints]:
        """Return each paper as (subject, person), then as (subject, class, person)."""
        subject = np.array([number[each.key] for each in roll.subjects], dtype=np.int64)[roll.subject]
        voters = np.array([classes[key] for key in roll.classes], dtype=np.int64)[roll.voter_class]
        return subject * span + roll.person, (subject * len(classes) + voters) * span + roll.person

    (first, first_by_class), (second, second_by_class) = codes(papers), codes(theirs)
    differ = rolls_differ(first, second, groups=len(number), span=span)
    by_class = rolls_differ(first_by_class, second_by_class, groups=len(number) * len(classes), span=span)
    both = [mine[subject.key] for subject in theirs.subjects if subject.key in mine]
    filled = np.bincount(first_by_class // span, minlength=len(by_class)) > 0
    filled &= np.bincount(second_by_class // span, minlength=len(by_class)) > 0
    sections = _summed(differ, number, theirs, papers, lambda subject: subject.section_key)
    ranks = _summed(differ, number, theirs, papers, lambda subject: subject.rank_key)
    width = len(classes)
    return ComparableRound(
        public_id=other.public_id,
        title=other.title,
        subjects={at: int(differ[at]) for at in both},
        classes={
            (at, voters): int(by_class[at * width + voters])
            for at in both
            for voters in range(len(papers.classes))
            if filled[at * width + voters]
        },
        sections=sections,
        unit=int(differ.sum()),
        ranks=ranks,
    )


def _summed(
    differ: Ints,
    number: Mapping[str, int],
    theirs: RollPapers,
    papers: RollPapers,
    group_of: Callable[[RollSubject], str],
) -> dict[str, int]:
    """Return of how many voters the rolls differ for each group of subjects that is in both rounds."""
    where = {subject.key: group_of(subject) for subject in (*theirs.subjects, *papers.subjects)}
    shared = {group_of(subject) for subject in papers.subjects} & {group_of(subject) for subject in theirs.subjects}
    sums: dict[str, int] = {}
    for key, at in number.items():
        if where[key] in shared:
            sums[where[key]] = sums.get(where[key], 0) + int(differ[at])
    return sums
