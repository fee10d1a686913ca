"""What a round would lay open, told from its roll before anybody votes. Asks the rules of ladder and release, copies
none.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

import numpy as np

from .disclosure import part
from .ladder import Rung, climb
from .scales import Flags, Floats, Ints


class Fate(IntEnum):
    """What becomes of ballots, the most open first.

    ALONE: counted and shown as they are. JOINED: with those of another class. WITHHELD: counted, but in no figure.
    DESTROYED: unread. ABSENT: there are none.
    """

    ALONE = 0
    JOINED = 1
    WITHHELD = 2
    DESTROYED = 3
    ABSENT = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """A round as far as its exposure depends on it.

    Shape: eligible (subjects, classes), possible ballots; sections (subjects,), numbered from 0; asked (criteria,
        classes), whether the class is asked the criterion; subject, voter_class and person (papers,), who may cast
        what: one row for each subject of a person's papers, numbered as in `eligible`; anonymous (classes,), False for
        a class declared not anonymous, which is nobody's cover; ladders (subjects, classes), which ladder the papers
        stand on: that of the subject or of a whole sheet; None: each subject has its own; shares (subjects, classes),
        the class whose paper the voters of each class have about a subject; None: all have their own.
    two_stage: cells under the floor take no ballots, but those of a class declared not anonymous do.
    """

    eligible: Ints
    sections: Ints
    asked: Flags
    floor: int
    class_weights: Floats
    subject: Ints
    voter_class: Ints
    person: Ints
    two_stage: bool = False
    anonymous: Flags | None = None
    ladders: Ints | None = None
    shares: Ints | None = None

    @property
    def most(self) -> Ints:
        """Return how many ballots each class can give."""
        if not self.two_stage:
            return self.eligible
        closing = (self.with_sharers(self.eligible) < self.floor) & self.covering
        kept: Ints = np.where(closing, 0, self.eligible)
        return kept

    def with_sharers(self, ballots: Ints) -> Ints:
        """Return the ballots on the paper of each class: those of all classes that share it, (subjects, classes)."""
        return with_sharers(ballots, self.shares)

    @property
    def covering(self) -> Flags:
        """Return which classes give each other cover, (classes,)."""
        return np.ones(self.eligible.shape[1], dtype=bool) if self.anonymous is None else self.anonymous

    @property
    def questions(self) -> Flags:
        """Return the different sets of classes that are asked the same criteria, (sets, classes)."""
        if not len(self.asked):
            return np.ones((1, self.asked.shape[1]), dtype=bool)
        different: Flags = np.unique(self.asked, axis=0)
        return different

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of everything the exposure depends on; who the people are does not matter."""
        _people, number = np.unique(self.person, return_inverse=True)
        order = np.lexsort((number, self.voter_class, self.subject))
        arrays = (self.eligible, self.sections, self.asked, self.subject[order], self.voter_class[order], number[order])
        terms = [self.floor, self.two_stage, self.class_weights.tolist(), *(array.shape for array in arrays)]
        # Only where one is declared: the fingerprints of all other rounds stay what their openings froze.
        terms += [] if self.covering.all() else [self.covering.tolist()]
        digest = hashlib.sha256(repr(terms).encode())
        for array in arrays:
            digest.update(np.ascontiguousarray(array, dtype=np.int64).tobytes())
        return digest.hexdigest()

    def at(self, share: float) -> Ints:
        """Return the ballots of each cell if this share of its voters takes part, rounded half up."""
        ballots: Ints = np.floor(self.most * share + 0.5).astype(np.int64)
        return ballots

    @property
    def just_under(self) -> Ints:
        """Return the ballots if every paper stays one below the floor."""
        if self.shares is None:
            return np.minimum(self.most, self.floor - 1)
        most = self.most
        ballots = np.zeros_like(most)
        for voters in range(most.shape[1]):
            left = self.floor - 1 - self.with_sharers(ballots)[:, voters]
            ballots[:, voters] = np.minimum(most[:, voters], left)
        return ballots


def with_sharers(ballots: Ints, shares: Ints | None) -> Ints:
    """Return the sums over the classes that share a paper, for each of them; shape as Setting.shares."""
    if shares is None:
        return ballots
    sums = np.zeros_like(ballots)
    np.add.at(sums, (np.arange(len(ballots))[:, None].repeat(ballots.shape[1], axis=1), shares), ballots)
    of_each: Ints = np.take_along_axis(sums, shares, axis=1)
    return of_each


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the system does at one turnout.

    Shape: subjects (subjects,), the least open Fate over all criteria, and classes (subjects, classes) are Fates;
        ballots (subjects, classes); stands (subjects, classes), the class under which the ballots are counted, -1 for
        none; papers (papers, 2), a subject and a class for each paper, of a sheet its first subject; smallest
        (subjects,) is the smallest group that subtracting published figures can leave of this subject's ballots, 0
        where nothing of it is published. joined: of how many subjects or sheets these classes are counted together.
    """

    ballots: Ints
    subjects: Ints
    classes: Ints
    stands: Ints
    papers: Ints
    smallest: Ints
    joined: Mapping[tuple[int, ...], int] = field(default_factory=dict)

    def count(self, *fates: Fate) -> int:
        """Return how many subjects end so."""
        return int(np.isin(self.subjects, fates).sum())

    def papers_that(self, *fates: Fate) -> Ints:
        """Return the papers, (papers, 2), that end so."""
        ends = self.classes[self.papers[:, 0], self.papers[:, 1]]
        papers: Ints = self.papers[np.isin(ends, fates)]
        return papers

    def company(self, place: int, voters: int) -> list[int]:
        """Return the other classes with which this one is counted about a subject."""
        stands = self.stands[place]
        if stands[voters] < 0:
            return []
        others: list[int] = np.flatnonzero(stands == stands[voters]).tolist()
        return [other for other in others if other != voters]

    @property
    def with_classes(self) -> int:
        """How many subjects are shown with figures of more than one class, or of several joined ones."""
        kept = (self.stands == np.arange(self.stands.shape[1])) & (self.classes < Fate.WITHHELD)
        return int((kept.sum(axis=1) > 1).sum())


def outcome(setting: Setting, ballots: Ints) -> Outcome:
    """Return what would be shown if these ballots were counted and every criterion answered."""
    subjects, classes = setting.eligible.shape
    stands, papers, joined = _climbed(setting, ballots)
    every = np.arange(subjects)[:, None].repeat(classes, axis=1)
    kept = np.zeros((subjects, classes), dtype=np.int64)
    np.add.at(kept, (every[stands >= 0], stands[stands >= 0]), ballots[stands >= 0])
    kept = np.where(setting.covering, kept, 0)
    group = np.zeros((subjects, classes), dtype=np.int64)
    np.add.at(group, (every[stands >= 0], stands[stands >= 0]), 1)
    present = setting.most > 0
    fate_of = np.full(subjects, -1, dtype=np.int64)
    smallest = np.zeros(subjects, dtype=np.int64)
    shown_at_all = np.zeros((subjects, classes), dtype=bool)
    for question in setting.questions:
        n = np.where(question, kept, 0)
        bases = part(n, n, floor=setting.floor)
        concerned = (present & question).any(axis=1)
        whole = np.where(bases.subject_shown, Fate.ALONE, Fate.WITHHELD)
        fate_of = np.maximum(fate_of, np.where(concerned, whole, -1))
        shown_at_all |= bases.subject_shown[:, None] & question

        least = np.where(n > 0, n, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
        lumps = np.where(bases.classes_shown, least, np.where(bases.subject_shown, n.sum(axis=1), 0))
        known = (smallest > 0) & (lumps > 0)
        smallest = np.where(known, np.minimum(smallest, lumps), np.maximum(smallest, lumps))
    several = np.take_along_axis(group, np.maximum(stands, 0), axis=1) > 1
    class_fates = np.where(several, Fate.JOINED, Fate.ALONE)
    class_fates = np.where(shown_at_all, class_fates, Fate.WITHHELD)
    class_fates = np.where(stands >= 0, class_fates, np.where(present, Fate.DESTROYED, Fate.ABSENT))
    fate_of[fate_of < 0] = Fate.ABSENT
    return Outcome(ballots, fate_of, class_fates.astype(np.int64), stands, papers, smallest, joined)


def _climbed(setting: Setting, ballots: Ints) -> tuple[Ints, Ints, dict[tuple[int, ...], int]]:
    """Return the class under which the ballots of each subject and class are counted, -1 for none; the papers; and of
    how many subjects or sheets which classes are counted together."""
    subjects, classes = setting.eligible.shape
    ladders = np.arange(subjects)[:, None].repeat(classes, axis=1) if setting.ladders is None else setting.ladders
    place = np.argwhere((setting.most > 0) & (ladders >= 0))
    cell = ladders[place[:, 0], place[:, 1]] * classes + place[:, 1]
    known, first, where = np.unique(cell, return_index=True, return_inverse=True)
    papers = place[first]
    # The class whose paper each is: classes that share one climb as one.
    share = papers[:, 1] if setting.shares is None else setting.shares[papers[:, 0], papers[:, 1]]
    many = int(ladders.max(initial=-1)) + 1
    sizes = np.full((many, classes), -1, dtype=np.int64)
    sizes[known // classes, share] = 0
    np.add.at(sizes, (known // classes, share), ballots[papers[:, 0], papers[:, 1]])
    # At the floor or above it no number decides anything.
    different, row = np.unique(np.minimum(sizes, setting.floor), axis=0, return_inverse=True)
    asked = tuple(tuple(column) for column in setting.asked.T.tolist()) or ((),) * classes
    anonymous = tuple(setting.covering.tolist())
    steps = np.array(
        [_places(tuple(sizes), asked, anonymous, setting.floor) for sizes in different.tolist()], dtype=np.int64
    ).reshape(-1, classes)
    stands = np.full((subjects, classes), -1, dtype=np.int64)
    of_paper = steps[row.reshape(-1)[known // classes], share]
    stands[place[:, 0], place[:, 1]] = of_paper[where.reshape(-1)]
    groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for paper, stand in zip(known.tolist(), of_paper.tolist(), strict=True):
        if stand >= 0:
            groups[paper // classes, stand].append(paper % classes)
    return stands, papers, dict(Counter(tuple(group) for group in groups.values() if len(group) > 1))


@lru_cache(maxsize=4096)
def _places(
    sizes: tuple[int, ...], asked: tuple[Hashable, ...], anonymous: tuple[bool, ...], floor: int
) -> tuple[int, ...]:
    """Return the place of the class under which each class of one ladder is counted, -1 for none. sizes: secure
    ballots of each class, -1 for one that has no paper."""
    rungs = [Rung(str(at), size, size, asked[at], anonymous[at]) for at, size in enumerate(sizes) if size >= 0]
    steps = climb(rungs, floor=floor)
    places = [-1] * len(sizes)
    for group in (*((cell,) for cell in steps.alone), *steps.joined):
        for cell in group:
            places[int(cell)] = min(map(int, group))
    return tuple(places)


@dataclass(frozen=True, slots=True)
class Merge:
    """Moving the papers of one voter class into another helps these subjects: positions in the setting's lists.

    `opens`: subjects whose classes are shown afterwards and were not. `shields`: subjects whose one possible voter
    of the source class is then one of several. A subject may be in both.
    """

    source: int
    target: int
    opens: tuple[int, ...]
    shields: tuple[int, ...]

    @property
    def subjects(self) -> tuple[int, ...]:
        return tuple(sorted({*self.opens, *self.shields}))


def merges(setting: Setting) -> list[Merge]:
    """Return the mergers of voter classes that truly help at full turnout, the ones that help most subjects first.

    For each subject with a thin class, its thinnest class goes to the next class that has voters: the one above in
    the scheme's order, else the one below, whichever leaves more classes at or above the floor. It helps if, with
    as many more such steps as it takes, at least two classes are shown; or if the class has one possible voter.
    Only classes that are asked the same criteria are merged, and none that is declared not anonymous.
    """
    steps: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
    answers: dict[tuple[int, ...], tuple[tuple[int, int], bool, bool] | None] = {}
    alike = [
        [bool((setting.asked[:, a] == setting.asked[:, b]).all()) for b in _range(setting)] for a in _range(setting)
    ]
    for at, row in enumerate(np.where(setting.covering, setting.eligible, 0).tolist()):
        key = tuple(row)
        if key not in answers:
            answers[key] = _first_step(key, setting.floor, alike)
        if (answer := answers[key]) is None:
            continue
        step, opens, shields = answer
        lists = steps.setdefault(step, ([], []))
        if opens:
            lists[0].append(at)
        if shields:
            lists[1].append(at)
    mergers = [Merge(*step, tuple(opens), tuple(shields)) for step, (opens, shields) in steps.items()]
    return sorted(mergers, key=lambda merge: (-len(merge.subjects), merge.source, merge.target))


def _range(setting: Setting) -> range:
    return range(setting.eligible.shape[1])


def _first_step(
    row: tuple[int, ...], floor: int, alike: Sequence[Sequence[bool]]
) -> tuple[tuple[int, int], bool, bool] | None:
    """Return the first merger for a subject with these voters, and whether it opens classes and shields a person."""
    steps = _steps(row, floor, alike)
    if not steps:
        return None
    reached = [_classes_in_the_end(moved, floor, alike) for _step, moved in steps]
    best = reached.index(max(reached))
    (source, target), _moved = steps[best]
    opens, shields = reached[best] > 1, row[source] == 1
    return ((source, target), opens, shields) if opens or shields else None


def _steps(
    row: tuple[int, ...], floor: int, alike: Sequence[Sequence[bool]]
) -> list[tuple[tuple[int, int], tuple[int, ...]]]:
    """Return where the thinnest class may go, the class above first, and the voters after each."""
    thin = [at for at, n in enumerate(row) if 0 < n < floor]
    if not thin:
        return []
    source = min(thin, key=lambda at: (row[at], at))
    above = next((at for at in range(source - 1, -1, -1) if row[at] and alike[source][at]), None)
    below = next((at for at in range(source + 1, len(row)) if row[at] and alike[source][at]), None)
    return [
        ((source, target), tuple(0 if at == source else n + row[source] * (at == target) for at, n in enumerate(row)))
        for target in (above, below)
        if target is not None
    ]


def _classes_in_the_end(row: tuple[int, ...], floor: int, alike: Sequence[Sequence[bool]]) -> int:
    """Return how many classes are shown when no thin one is left; 0 if that cannot be had."""
    if all(n == 0 or n >= floor for n in row):
        return sum(n > 0 for n in row)
    return max((_classes_in_the_end(moved, floor, alike) for _step, moved in _steps(row, floor, alike)), default=0)


def missing_voters(setting: Setting) -> Ints:
    """Return how many evaluators each subject lacks to be shown if all take part, (subjects,)."""
    totals = np.array(
        [np.where(question & setting.covering, setting.most, 0).sum(axis=1) for question in setting.questions]
    )
    least = np.where(totals > 0, totals, np.iinfo(np.int64).max).min(axis=0)
    return np.where(totals.max(axis=0) > 0, np.maximum(0, setting.floor - least), setting.floor)


def rolls_differ(first: Ints, second: Ints, *, groups: int, span: int) -> Ints:
    """Return for each group how many people are on one of two rolls only.

    Shape: first and second are (papers,), each group x span + person; returns (groups,).
    """
    return np.bincount(np.setxor1d(first, second) // span, minlength=groups)
