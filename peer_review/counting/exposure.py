"""What a round would lay open, told from its roll before anybody votes. Asks the release's own rules, copies none."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from .disclosure import Crowd, part
from .scales import Flags, Floats, Ints


class Fate(IntEnum):
    """What becomes of ballots, the most open first. ABSENT: there are none."""

    ALONE = 0
    MERGED = 1
    SECTION = 2
    UNIT = 3
    WITHHELD = 4
    ABSENT = 5


@dataclass(frozen=True, slots=True)
class Setting:
    """A round as far as its exposure depends on it.

    Shape: eligible (subjects, classes), possible ballots; sections (subjects,), numbered from 0; asked (criteria,
        classes), whether the class is asked the criterion; subject, voter_class and person (papers,), who may cast
        what: one row for each subject of a person's papers, numbered as in `eligible`.
    two_stage: cells under the floor take no ballots.
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

    @property
    def most(self) -> Ints:
        """Return how many ballots each cell can hold."""
        if not self.two_stage:
            return self.eligible
        kept: Ints = np.where(self.eligible < self.floor, 0, self.eligible)
        return kept

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
        """Return the ballots if every cell stays one below the floor."""
        return np.minimum(self.most, self.floor - 1)

    def crowds(self, question: Flags) -> tuple[Crowd, ...]:
        """Return the people who may answer such a criterion, as the release asks for them."""
        may = question[self.voter_class]
        return (Crowd(self.subject[may], self.person[may]),)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the system does at one turnout, over all criteria: of each subject and class the least open of them.

    Shape: subjects (subjects,) and classes (subjects, classes) are Fates; ballots (subjects, classes); smallest
        (subjects,) is the smallest group that subtracting published figures can leave of this subject's ballots,
        0 where nothing of it is published.
    """

    ballots: Ints
    subjects: Ints
    classes: Ints
    smallest: Ints

    def count(self, *fates: Fate) -> int:
        """Return how many subjects end so."""
        return int(np.isin(self.subjects, fates).sum())

    @property
    def with_classes(self) -> int:
        """How many subjects are shown with figures of more than one voter class."""
        return int(((self.classes == Fate.ALONE).sum(axis=1) > 1).sum())


def outcome(setting: Setting, ballots: Ints) -> Outcome:
    """Return what would be shown if these ballots were counted and every criterion answered."""
    subjects, classes = setting.eligible.shape
    fate_of = np.full(subjects, -1, dtype=np.int64)
    class_fates = np.full((subjects, classes), -1, dtype=np.int64)
    smallest = np.zeros(subjects, dtype=np.int64)
    for question in setting.questions:
        n = np.where(question, ballots, 0)
        bases = part(n, n, setting.sections, floor=setting.floor, crowds=setting.crowds(question))
        total = n.sum(axis=1)
        place = np.full(subjects, Fate.WITHHELD, dtype=np.int64)
        place[bases.subject_shown] = Fate.MERGED
        place[bases.section_rest] = Fate.SECTION
        place[bases.unit_rest] = Fate.UNIT
        place[bases.classes_shown] = Fate.ALONE
        own = np.where(n > 0, place[:, None], -1)
        class_fates = np.maximum(class_fates, own)
        whole = np.where(bases.subject_shown, Fate.ALONE, place)
        fate_of = np.maximum(fate_of, np.where(total > 0, whole, -1))

        least = np.where(n > 0, n, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
        group = np.where(bases.classes_shown, least, np.where(bases.subject_shown, total, 0))
        rest = np.bincount(setting.sections, weights=np.where(bases.section_rest, total, 0), minlength=1)
        group = np.where(bases.section_rest, rest[setting.sections].astype(np.int64), group)
        group = np.where(bases.unit_rest, total[bases.unit_rest].sum(), group)
        known = (smallest > 0) & (group > 0)
        smallest = np.where(known, np.minimum(smallest, group), np.maximum(smallest, group))
    class_fates[class_fates < 0] = Fate.ABSENT
    fate_of[fate_of < 0] = Fate.ABSENT
    return Outcome(ballots, fate_of, class_fates, smallest)


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
    Only classes that are asked the same criteria are merged.
    """
    steps: dict[tuple[int, int], tuple[list[int], list[int]]] = {}
    answers: dict[tuple[int, ...], tuple[tuple[int, int], bool, bool] | None] = {}
    alike = [
        [bool((setting.asked[:, a] == setting.asked[:, b]).all()) for b in _range(setting)] for a in _range(setting)
    ]
    for at, row in enumerate(setting.eligible.tolist()):
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
    """Return how many evaluators each subject lacks to be shown alone if all take part, (subjects,)."""
    totals = np.array([np.where(question, setting.most, 0).sum(axis=1) for question in setting.questions])
    least = np.where(totals > 0, totals, np.iinfo(np.int64).max).min(axis=0)
    return np.where(totals.max(axis=0) > 0, np.maximum(0, setting.floor - least), setting.floor)


def rolls_differ(first: Ints, second: Ints, *, groups: int, span: int) -> Ints:
    """Return for each group how many people are on one of two rolls only.

    Shape: first and second are (papers,), each group x span + person; returns (groups,).
    """
    return np.bincount(np.setxor1d(first, second) // span, minlength=groups)
