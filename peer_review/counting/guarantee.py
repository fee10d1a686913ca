"""The guarantee, checked by machine before a round opens: whoever takes part, no figure and no difference of figures
lays bare fewer ballots than the floor.

The argument has two halves, and each is tried out on the code that will do the counting, not on a copy of it.

1. *Bases.* Whatever the turnout, disclosure.part puts the answers to a criterion into disjoint groups, and none holds
   fewer than the floor. Which group a subject's answers go to depends on whether each class has 0, 1, floor - 1, floor
   or more ballots, and as many answers; so those are tried: every combination for every different subject, then
   whole rounds of them, where nothing may be put together across subjects.
2. *Figures.* Every figure that release() makes treats a group as one: whatever figures are added and subtracted, what
   is left of a group is all of it or nothing. Seen by changing one answer after another and watching which figures
   move and by how much: answers that always move the figures in one proportion cannot be told apart by any sum.
"""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from .disclosure import Bases, part
from .exposure import Setting
from .release import Ballots, Figure, Plan, Release, release
from .scales import Flags, Floats, Ints

#: disclosure.part, or a faulty stand-in where a test wants to see it caught.
Rules = Callable[..., Bases]
Releases = Callable[[Ballots, Plan], Release]
#: At most so many turnouts of single subjects, and cells of whole rounds, are tried: a second's work.
ROWS, CELLS = 300_000, 600_000
FEWEST, MOST = 24, 60
#: Certificates kept in each process.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Breach:
    """A counter-example: at this turnout `group` ballots, fewer than the floor, could be told from the rest.

    where: class, subject (too small a group is shown), or figures (a sum of published figures takes a group apart).
    counted and answered hold one number a voter class of the subject that shows it.
    """

    where: str
    group: int
    subject: int
    counted: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was tried. `smallest` is the smallest group that any of it would have shown, 0 if nothing was.

    subjects: turnouts of single subjects; rounds: of the whole round; answers: changed one by one; complete: every
    combination of boundary values of every subject was tried, not a sample of them; inputs: Setting.fingerprint.
    """

    floor: int
    subjects: int
    rounds: int
    answers: int
    complete: bool
    smallest: int
    inputs: str
    breach: Breach | None = None


_known: OrderedDict[str, Certificate] = OrderedDict()
_known_lock = threading.Lock()


def certificate(setting: Setting) -> Certificate:
    """Return certify(setting), worked out once for the same inputs in this process."""
    with _known_lock:
        if cached := _known.get(setting.fingerprint):
            _known.move_to_end(setting.fingerprint)
            return cached
    certified = certify(setting)
    with _known_lock:
        _known[setting.fingerprint] = certified
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return certified


def certify(
    setting: Setting, *, floor: int | None = None, rules: Rules = part, releases: Releases = release
) -> Certificate:
    """Search for a turnout at which fewer ballots than `floor` (the setting's) could be told from the rest."""
    floor = setting.floor if floor is None else floor
    seen = _Search(floor, setting.floor, rules)
    complete = True
    for question in setting.questions:
        complete &= seen.single_subjects(setting, question)
        seen.whole_rounds(setting, question)
    answers, lump = _probe_figures(
        setting.floor, tuple(setting.class_weights.tolist()), tuple(map(tuple, setting.questions.tolist())), releases
    )
    breach = seen.breach
    if breach is None and 0 < lump < floor:
        breach = Breach("figures", lump, 0)
    return Certificate(floor, seen.subjects, seen.rounds, answers, complete, seen.smallest, setting.fingerprint, breach)


class _Search:
    """Turnouts tried so far, and the first that breaks the promise."""

    def __init__(self, floor: int, shown_from: int, rules: Rules) -> None:
        self.floor, self.shown_from, self.rules = floor, shown_from, rules
        self.subjects = self.rounds = self.smallest = 0
        self.breach: Breach | None = None

    def single_subjects(self, setting: Setting, question: Flags) -> bool:
        """Try every different subject by itself; return whether with every combination of boundary values."""
        # Above the floor one ballot more or less decides nothing; that whole rounds are right when full is tried below.
        capped = np.minimum(np.where(question & setting.covering, setting.most, 0), self.shown_from + 1)
        different, example = np.unique(capped, axis=0, return_index=True)
        each = max(1, ROWS // max(1, len(different)))
        complete = True
        blocks = []
        for row in different:
            pairs = [_boundaries(int(most), self.shown_from) for most in row]
            total = int(np.prod([float(len(boundary)) for boundary in pairs]))
            complete &= total <= each
            numbers = np.arange(total) if total <= each else _sample(total, each)
            blocks.append(_combine(pairs, numbers))
        table = np.concatenate(blocks) if blocks else np.zeros((0, len(question), 2), dtype=np.int64)
        self.subjects += len(table)
        names = np.repeat(example, [len(block) for block in blocks])
        self._try(table[:, :, 0], table[:, :, 1], names)
        return complete

    def whole_rounds(self, setting: Setting, question: Flags) -> None:
        """Try turnouts of the whole round: no subject may help another over the floor."""
        most = np.where(question & setting.covering, setting.most, 0)
        for counted, answered in _rounds(most, self.shown_from):
            self.rounds += 1
            self._try(counted, answered, np.arange(len(most)))

    def _try(self, counted: Ints, answered: Ints, names: Ints) -> None:
        bases = self.rules(counted, answered, floor=self.shown_from)
        for where, at, group in _groups(bases, answered):
            self._note(where, at, group, counted, answered, names)

    def _note(self, where: str, at: Ints, group: Ints, counted: Ints, answered: Ints, names: Ints) -> None:
        """Keep the smallest group, and the first that is too small. `at` are the rows that show them, `names` tells
        for each row which subject it stands for."""
        inside = group > 0
        if not inside.any():
            return
        at, group = at[inside], group[inside]
        first = int(group.argmin())
        least, subject = int(group[first]), int(at[first])
        self.smallest = min(self.smallest, least) if self.smallest else least
        if least < self.floor and self.breach is None:
            self.breach = Breach(
                where, least, int(names[subject]), tuple(counted[subject].tolist()), tuple(answered[subject].tolist())
            )


def _groups(bases: Bases, answered: Ints) -> Iterator[tuple[str, Ints, Ints]]:
    """Yield every group that is shown: of what kind, a subject in it, how large."""
    every = np.arange(len(answered))
    for voters in range(answered.shape[1]):
        yield "class", every, np.where(bases.classes_shown, answered[:, voters], 0)
    yield "subject", every, np.where(bases.subject_shown, answered.sum(axis=1), 0)


def _boundaries(most: int, floor: int) -> Ints:
    """Return the turnouts of one cell that matter: pairs (ballots, answers)."""
    values = sorted({n for n in (0, 1, floor - 1, floor, most) if 0 <= n <= most})
    return np.array([(ballots, answers) for ballots in values for answers in values if answers <= ballots])


def _combine(pairs: list[Ints], numbers: Ints) -> Ints:
    """Return the combinations with these numbers, (combinations, classes, 2): mixed radix, one digit a class."""
    turnouts = np.zeros((len(numbers), len(pairs), 2), dtype=np.int64)
    left = numbers
    for at, of_class in enumerate(pairs):
        turnouts[:, at] = of_class[left % len(of_class)]
        left = left // len(of_class)
    return turnouts


def _sample(total: int, many: int) -> Ints:
    """Return `many` numbers below `total`, always the same ones."""
    return np.random.default_rng(total).integers(0, total, size=many)


def _rounds(most: Ints, floor: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield turnouts of a whole round as (ballots, answers): named ones, then mixtures, always the same ones."""
    subjects, classes = most.shape
    if not subjects:
        return
    for level in (floor - 1, floor, 1, 0):
        level_all = np.minimum(most, level)
        yield level_all, level_all
        yield most, level_all
        for number in range(classes):
            dipped = most.copy()
            dipped[:, number] = level_all[:, number]
            yield dipped, dipped
    boundaries = {int(n): _boundaries(int(n), floor) for n in np.unique(most)}
    widest = max(len(pairs) for pairs in boundaries.values())
    order = {n: at for at, n in enumerate(boundaries)}
    table = np.zeros((len(boundaries), widest, 2), dtype=np.int64)
    lengths = np.zeros(len(boundaries), dtype=np.int64)
    for n, at in order.items():
        table[at, : len(boundaries[n])], lengths[at] = boundaries[n], len(boundaries[n])
    kind = np.searchsorted(np.array(sorted(boundaries)), most)
    chance = np.random.default_rng(subjects)
    for _one in range(int(np.clip(CELLS // most.size, FEWEST, MOST))):
        chosen = table[kind, chance.integers(0, lengths[kind])]
        yield chosen[..., 0], chosen[..., 1]


@lru_cache(maxsize=64)
def _probe_figures(
    floor: int, weights: tuple[float, ...], questions: tuple[tuple[bool, ...], ...], releases: Releases
) -> tuple[int, int]:
    """Return how many answers were changed, and the smallest lump of answers that figures cannot take apart.

    Small rounds of four subjects in two sections, each with both ranks, answers to two criteria a question so that
    scores mix them. Depends on the scheme alone, so it is worked out once.
    """
    classes = len(weights)
    asked = np.array([question for question in questions[:2] for _twice in range(2)], dtype=bool)
    changed, smallest = 0, 0
    shapes = itertools.islice(_probe_turnouts(floor, classes), 4)
    for counts in shapes:
        subject, voter_class = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
        answers = np.random.default_rng(floor).integers(30, 70, size=(len(subject), len(asked))).astype(np.float64)
        answers[~asked[:, voter_class].T] = np.nan
        answers[::7, 0] = np.nan
        plan = Plan(
            scale="points",
            floor=floor,
            trim=False,
            class_weights=np.array(weights),
            criterion_weights=np.linspace(1.0, 2.0, len(asked)),
            sections=np.array([0, 0, 1, 1]),
            decimals=None,
            asked=asked,
            ranks=np.array([0, 1, 0, 1]),
        )
        columns = _columns(Ballots(subject, voter_class, answers), plan, releases)
        changed += len(columns)
        if lumps := _lumps(columns):
            smallest = min(smallest, *lumps) if smallest else min(lumps)
    return changed, smallest


def _probe_turnouts(floor: int, classes: int) -> Iterator[Ints]:
    """Yield ballots (4 subjects, classes): all shown, one class thin, subjects thin alone, mixtures."""
    many = min(classes, 3)
    wide = np.zeros((4, classes), dtype=np.int64)
    levels = (floor, floor - 1, 1, 0)
    for shift in range(6):
        counts = wide.copy()
        for subject in range(4):
            for number in range(many):
                # Two subjects stay thin as a whole in every other turnout: they must be in no mean.
                few = subject % 2 == 1 and shift % 2 == 1
                level = levels[(subject + number * (shift + 1) + shift) % 4]
                counts[subject, (number + shift) % classes] = min(level, max(1, (floor - 1) // many)) if few else level
        yield counts


def _columns(ballots: Ballots, plan: Plan, releases: Releases) -> Floats:
    """Return how every published figure moves when one answer does, (answers, figures)."""
    before = _values(releases(ballots, plan))
    rows = []
    for ballot, criterion in np.argwhere(~np.isnan(ballots.answers)):
        answers = ballots.answers.copy()
        answers[ballot, criterion] += 1.0
        after = _values(releases(replace(ballots, answers=answers), plan))
        rows.append([after.get(name, 0.0) - value for name, value in before.items()])
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(before))


#: What a figure is called: a kind, then numbers and kinds of its parts.
_Name = tuple[str | int, ...]


def _values(published: Release) -> dict[_Name, float]:
    """Return every published figure by a name of its own."""
    values: dict[_Name, float] = {}

    def note(figure: Figure | None, *name: str | int) -> None:
        if figure is not None:
            values[name] = figure.value

    sheets = [("subject", at, sheet) for at, sheet in enumerate(published.subjects)]
    sheets += [("section", at, sheet) for at, sheet in enumerate(published.sections)]
    sheets += [("rank", at, sheet) for at, sheet in enumerate(published.ranks)]
    for kind, at, sheet in [*sheets, ("unit", 0, published.unit)]:
        note(sheet.score, kind, at)
        if sheet.adjusted is not None:
            values[kind, at, "adjusted"] = sheet.adjusted.value
        for criterion, figure in enumerate(sheet.criteria):
            note(figure, kind, at, criterion)
        for voters, (figures, score) in sheet.classes.items():
            note(score, kind, at, "class", voters)
            for criterion, figure in enumerate(figures):
                note(figure, kind, at, "class", voters, criterion)
    return values


def _lumps(columns: Floats) -> list[int]:
    """Return the sizes of the groups of answers that move all figures in one proportion.

    Any sum of figures holds the answers of such a group in that same proportion: all of them, or none. So nothing
    smaller than the smallest group can be isolated.
    """
    moving = columns[np.abs(columns).max(axis=1, initial=0.0) > 1e-9]
    if not len(moving):
        return []
    unit = moving / np.linalg.norm(moving, axis=1, keepdims=True)
    sizes: list[int] = []
    while len(unit):
        alike = np.abs(unit - unit[0]).max(axis=1) < 1e-6
        sizes.append(int(alike.sum()))
        unit = unit[~alike]
    return sizes
