"""Do the figures of several rounds about one subject, added and subtracted, leave fewer voters than the floor?

*Atoms* are voters. A voter who keeps their mark about a subject brings the same value into every round, so the figures
of all rounds are statements about the same atoms, and the ledger's search (counting.ledger) decides about their sums:
any fractions as weights, modulo 2^61 - 1. Marks do change between rounds; that makes the answer cautious, not wrong.

What one round may show of a subject is a *display*: groups of voters, each with a figure of its own.

- every voter class, where each has the floor (the whole, and whatever classes are joined, are sums of these);
- else the classes as the count joins them if all vote (counting.ladder);
- or, because a low turnout may join others, the thinnest class joined with its neighbour, the one above before the one
  below or the other way round, and so on until each group has the floor;
- or, as rounds were shown before classes were joined, all voters together with the weights of their classes.

All rounds are taken to follow the same of these; each is tried. A turnout that joins more shows sums of these. Of a
criterion that some classes only are asked, a display holds these
classes only: rounds that ask the same criteria of the same classes are set side by side criterion by criterion, others
in every combination.

What is covered: for each of these choices, every sum of figures, with any fractions as weights, in which a figure of
the round asked about has a weight. (a) If a figure of that round, beside the earlier ones, is not a sum of the others,
then the ledger's search runs through exactly the sums that hold it once and the others as one likes; sums are taken by
the last figure of the round that they hold, so none is left out. (b) If it is such a sum, as where the same people vote
again, then the earlier figures can be had without it, so these are searched among themselves as well. Differences of
two rounds, of three, of classes split in another way, are all among these sums.

A group counts as small by its voters whose marks nobody else could know. Voters of a class that was declared not
anonymous, or whose ballot came by an envelope beside others that did not, count as nobody; but a sum that shows such a
person's anonymous mark alone is found all the same. A group that a round shows by its own terms is no difference, so a
round with a lower floor than another's is not refused for its own figures.

Not covered: sums that nearly cancel a large group, and turnouts that somebody knows by other means.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import product

from .ladder import Rung, climb
from .ledger import Count, ShownStatements, Vector, Verdict, vector

#: Lumps that one question may look at, and choices of displays that are tried for one subject; more counts as exposed.
BUDGET, CHOICES = 100_000, 680

#: Where somebody votes about the subject: (round, class) pairs, numbered as in the list of occasions.
Places = tuple[tuple[int, int], ...]


class Join(Enum):
    """How a round shows classes under the floor."""

    LADDER = "ladder"
    UP = "up"
    DOWN = "down"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One round, as far as its figures of a subject depend on it.

    weights: of each voter class, in the scheme's order. questions: sets of classes that are asked the same criteria.
    form: the same for rounds that ask the same criteria of the same classes.
    """

    floor: int
    weights: tuple[Fraction, ...]
    questions: tuple[tuple[int, ...], ...]
    form: Hashable = None


@dataclass(frozen=True, slots=True)
class Lump:
    """Voters who vote in the same places: so many, of whom `size` count towards a floor."""

    places: Places
    voters: int
    size: int


@dataclass(frozen=True, slots=True)
class Display:
    """What one round may show of a subject: the figures, and the least voters that stand behind one of them."""

    figures: tuple[tuple[tuple[int, Fraction], ...], ...]
    least: int

    @property
    def vectors(self) -> list[Vector]:
        return [vector(dict(figure)) for figure in self.figures]


def lumps_of(voters: Iterable[tuple[Places, bool]]) -> tuple[Lump, ...]:
    """Return the voters of a subject as lumps. Shape: each voter's places, and whether they count towards a floor."""
    many: dict[Places, list[int]] = {}
    for places, counts in voters:
        tally = many.setdefault(places, [0, 0])
        tally[0] += 1
        tally[1] += counts
    return tuple(Lump(places, *tally) for places, tally in sorted(many.items()))


def exposes(asked: int, occasions: Sequence[Occasion], lumps: Sequence[Lump]) -> bool:
    """Return whether the figures of the round `asked` (its place), with those of the others, leave too few voters.

    Too few: under the highest floor of these rounds, and under each group that one of them shows by its own terms.
    """
    support = {at: Count(lump.size) for at, lump in enumerate(lumps)}
    highest = max(occasion.floor for occasion in occasions)
    seen: set[tuple[Display | None, ...]] = set()
    for tried, shown in enumerate(_choices(occasions, lumps)):
        if tried == CHOICES:
            return True
        if shown in seen:
            continue
        seen.add(shown)
        mine, others = shown[asked], [other for at, other in enumerate(shown) if at != asked and other is not None]
        if mine is None or not others or _is_new(asked, mine, lumps, highest):
            continue
        enough = min(highest, mine.least, *(other.least for other in others))
        earlier = [figure for other in others for figure in other.vectors]
        if isolates(mine.vectors, earlier, support, enough=enough):
            return True
    return False


def isolates(asked: Sequence[Vector], others: Sequence[Vector], support: Mapping[int, Count], *, enough: int) -> bool:
    """Return whether some sum with a figure of `asked` in it is not zero, and zero outside a group smaller than
    `enough`; also if that takes too long to tell. No figure of `asked` may be a sum of the rest of `asked`."""
    known = _ledger(others, support, enough)
    follows = False
    for figure in asked:
        verdict = known.judge(figure, budget=BUDGET)
        if not verdict.allows:
            return True
        follows |= verdict is Verdict.NOTHING_NEW
        known.add(figure)
    return follows and _isolate_each_other(others, support, enough)


def display_of(
    at: int, occasion: Occasion, question: Sequence[int], join: Join, lumps: Sequence[Lump]
) -> Display | None:
    """Return what the round at this place shows of the subject in such a criterion; None where too few answer it."""
    inside: dict[int, list[int]] = {}
    for number, lump in enumerate(lumps):
        for where, voters in lump.places:
            if where == at and voters in question:
                inside.setdefault(voters, []).append(number)
    sizes = {voters: sum(lumps[number].size for number in inside[voters]) for voters in sorted(inside)}
    if sum(sizes.values()) < occasion.floor:
        return None
    if join is Join.WEIGHTED and any(size < occasion.floor for size in sizes.values()):
        shares = {
            voters: occasion.weights[voters] / sum(lumps[number].voters for number in inside[voters])
            for voters in sizes
        }
        whole = _figure((number, shares[voters]) for voters in sizes for number in inside[voters])
        # Where every voter weighs the same, this is the plain sum.
        return Display((tuple((number, share / whole[0][1]) for number, share in whole),), sum(sizes.values()))
    classes = list(sizes)
    if join is Join.LADDER:
        groups = _climbed(sizes, occasion)
    else:
        places = joined(list(sizes.values()), occasion.floor, upwards=join is Join.UP)
        groups = [[classes[place] for place in group] for group in places]
    if not groups:
        return None
    figures = tuple(_figure((number, Fraction(1)) for voters in group for number in inside[voters]) for group in groups)
    return Display(figures, min(sum(sizes[voters] for voters in group) for group in groups))


def _climbed(sizes: Mapping[int, int], occasion: Occasion) -> list[list[int]]:
    """Return the classes in groups as the count joins them; without those that it destroys."""
    rungs = [
        Rung(str(voters), size, size, tuple(voters in question for question in occasion.questions))
        for voters, size in sizes.items()
    ]
    steps = climb(rungs, floor=occasion.floor)
    groups = [(cell,) for cell in steps.alone] + list(steps.joined)
    return sorted(sorted(map(int, group)) for group in groups)


def joined(sizes: Sequence[int], floor: int, *, upwards: bool) -> list[list[int]]:
    """Return the classes (places) in groups: the thinnest under the floor joins a neighbour, until none is under it."""
    groups = [[place] for place in range(len(sizes))]
    many = list(sizes)
    while len(groups) > 1 and min(many) < floor:
        thin = many.index(min(many))
        other = thin - 1 if (upwards and thin) or thin == len(groups) - 1 else thin + 1
        first, second = sorted((thin, other))
        groups[first : second + 1] = [groups[first] + groups[second]]
        many[first : second + 1] = [many[first] + many[second]]
    return groups


def _choices(occasions: Sequence[Occasion], lumps: Sequence[Lump]) -> Iterator[tuple[Display | None, ...]]:
    """Yield what all rounds may show, a display each."""
    questions = {(occasion.form, occasion.questions): occasion.questions for occasion in occasions}
    for chosen in product(*questions.values()):
        question = dict(zip(questions, chosen, strict=True))
        for join in Join:
            yield tuple(
                display_of(at, occasion, question[occasion.form, occasion.questions], join, lumps)
                for at, occasion in enumerate(occasions)
            )


def _figure(weights: Iterable[tuple[int, Fraction]]) -> tuple[tuple[int, Fraction], ...]:
    """Return the weights by lump; whoever votes in two of the classes is in the sum twice."""
    total: dict[int, Fraction] = {}
    for number, weight in weights:
        total[number] = total.get(number, Fraction(0)) + weight
    return tuple(sorted((number, weight) for number, weight in total.items() if weight))


def _is_new(asked: int, display: Display, lumps: Sequence[Lump], enough: int) -> bool:
    """Return whether enough people who vote about the subject in no other round stand behind every figure: no other
    figure takes them out of a sum."""
    fresh = {
        number: lump.size for number, lump in enumerate(lumps) if len(lump.places) == 1 and lump.places[0][0] == asked
    }
    return all(sum(fresh.get(number, 0) for number, _weight in figure) >= enough for figure in display.figures)


def _ledger(figures: Iterable[Vector], support: Mapping[int, Count], enough: int) -> ShownStatements[Count]:
    known = ShownStatements([], supports=[support], enough=enough)
    for figure in figures:
        known.add(figure)
    return known


def _isolate_each_other(figures: Sequence[Vector], support: Mapping[int, Count], enough: int) -> bool:
    known = _ledger([], support, enough)
    for figure in figures:
        if not known.judge(figure, budget=BUDGET).allows:
            return True
        known.add(figure)
    return False


class Search:
    """exposes(), worked out once for subjects whose rolls are alike."""

    def __init__(self) -> None:
        self._known: dict[Hashable, bool] = {}

    def exposes(self, asked: int, occasions: Sequence[Occasion], lumps: Sequence[Lump]) -> bool:
        """Return what exposes() returns."""
        key = (asked, tuple(occasions), tuple(lumps))
        if (known := self._known.get(key)) is None:
            known = self._known[key] = exposes(asked, occasions, lumps)
        return known
