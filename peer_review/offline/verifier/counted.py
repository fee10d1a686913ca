"""The means of one criterion, and the weights of classes in them."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache

from peer_review.offline.verifier.constants import (
    ANSWERS_FROM,
    APART_FROM,
    BAR_FLOOR,
    BARS_FROM,
    SPREAD_FLOOR,
    SPREAD_USUAL,
    SUBJECTS_FROM,
    TRIM_ABOVE,
    Z95,
)
from peer_review.offline.verifier.figures import rounded
from peer_review.offline.verifier.ranges import Mean, Shown, answers_of, exactly, ranges_of, together
from peer_review.offline.verifier.rules import RollFile, Row, Rules, Votes


class ClassWeights:
    """What each class weighs in a figure, by how many of each answered."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.cuts: dict[tuple[tuple[int, ...], tuple[Fraction, ...]], list[Fraction]] = {}

    def shares(self, sizes: tuple[int, ...], merged: list[Fraction] | None = None) -> list[Fraction]:
        """Return each class's share of a figure: no ballot carries more than 1/floor of it.

        merged: the weights of a subject of whom classes were merged.
        """
        weights = tuple(merged or self.rules.class_weights)
        if (sizes, weights) not in self.cuts:
            self.cuts[sizes, weights] = class_shares(sizes, weights, self.rules.floor, self.rules.anonymous)
        return self.cuts[sizes, weights]

    def weigh(self, piles: Sequence[list[int]], merged: list[Fraction] | None = None) -> tuple[Fraction, float]:
        """Return the weighted mean of several classes' points, and half its interval."""
        shares = self.shares(tuple(len(pile) for pile in piles), merged)
        return weigh(piles, shares, trim=self.rules.trim, least=SPREAD_FLOOR[self.rules.scale])


class Counted:
    """One criterion: what may be shown, alone or, by versions 1 and 2 of the rules, within a rest."""

    def __init__(
        self, rules: Rules, roll: RollFile, votes: Votes, weights: ClassWeights, at: int, *, version: int
    ) -> None:
        self.rules, self.roll, self.weights, self.number = rules, roll, weights, at
        self.points, self.abstentions = votes.points[at], votes.abstentions[at]
        self.sheets, self.asked = votes.sheets[at], rules.asked[at]
        self.joined_weights, self.apart = votes.weights, votes.apart
        self.sections = roll.many_sections
        subjects, classes, floor = len(self.roll.sections), range(len(self.rules.classes)), self.rules.floor
        self.piles = [[self.points.get((at, voter_class), []) for voter_class in classes] for at in range(subjects)]
        self.unsure = [[self.abstentions[at, voter_class] for voter_class in classes] for at in range(subjects)]
        anonymous = rules.anonymous
        # Answers that others may know, from envelopes, count towards no floor.
        self.own = [
            [max(0, len(pile) - votes.known[at, number]) for number, pile in enumerate(piles)]
            for at, piles in enumerate(self.piles)
        ]
        # Those of classes declared not anonymous hide nobody else's; by versions 1 and 2 they did, but for the floor.
        hides = [counts or version < APART_FROM for counts in anonymous]
        self.declared = [number for number in classes if not hides[number]]
        self.unknown = [[many if counts else 0 for many, counts in zip(left, hides, strict=True)] for left in self.own]
        n = [sum(many for many, counts in zip(left, anonymous, strict=True) if counts) for left in self.unknown]
        self.alone = [at for at in range(subjects) if n[at] >= floor and self.hides_each(at)]
        self.with_classes = {
            at
            for at in self.alone
            if all(
                left >= floor or not (pile or unsure) or not counts
                for left, pile, unsure, counts in zip(
                    self.own[at], self.piles[at], self.unsure[at], anonymous, strict=True
                )
            )
        }
        self.rests: dict[int, list[int]] = {}  # section (after the last: all together) → subjects
        if version < APART_FROM:
            hidden = [
                sum(unsure for unsure, counts in zip(self.unsure[at], anonymous, strict=True) if counts)
                for at in range(subjects)
            ]
            self.put_together([at for at in range(subjects) if n[at] < floor and (n[at] or hidden[at])])
        self.reach: float | None = None
        self.means: list[Mean | None] = []
        self.fewer: dict[tuple[int, int, int], Fraction] = {}  # figures without a ballot of these points
        self.others: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}

    def hides_each(self, at: int) -> bool:
        """Whether no answer about a subject carries more than 1/floor of all that nobody but their authors knows."""
        sizes, left = [len(pile) for pile in self.piles[at]], self.unknown[at]
        if sizes == left:
            return True
        shares = self.weights.shares(tuple(sizes), self.joined_weights.get(at))
        each = [(share / size, many) for size, many, share in zip(sizes, left, shares, strict=True) if size and many]
        rest = sum((part * many for part, many in each), Fraction())
        return self.rules.floor * max((part for part, _many in each), default=Fraction()) <= rest

    def count(self, reach: float | None) -> None:
        """Make the figures. reach: how far an interval reaches if a mean's standard error is one point; None by
        version 1 of the rules, where each interval is made of its own answers."""
        self.reach = reach
        self.means = [self.subject_mean(at) for at in range(len(self.piles))]

    def put_together(self, small: list[int]) -> None:
        """Put subjects too few alone together: with others of their section, else with those of all sections."""
        left = []
        for section in range(self.sections):
            members = [at for at in small if self.roll.sections[at] == section]
            if self.is_crowd(members):
                self.rests[section] = members
            else:
                left += members
        if self.is_crowd(left):
            self.rests[self.sections] = sorted(left)

    def is_crowd(self, members: list[int]) -> bool:
        """Whether answers, sheets and people behind several subjects are all as many as the floor."""
        floor = self.rules.floor
        if sum(len(pile) for at in members for pile in self.piles[at]) < floor:
            return False
        single = sum(len(pile) for at in members for pile in self.piles[at]) - sum(
            len(self.sheets[at]) for at in members
        )
        if single + len(set().union(*(self.sheets[at] for at in members))) < floor:
            return False
        papers = {cell for at in members for voter_class, cell in self.roll.papers[at] if voter_class in self.asked}
        return len(set().union(*(self.roll.holders.get(cell, set()) for cell in papers))) >= floor

    def subject(self, at: int) -> Mean | None:
        return self.means[at]

    def shares(self, at: int) -> list[Fraction]:
        """Return what each class weighs in a subject's figure."""
        return self.weights.shares(tuple(map(len, self.piles[at])), self.joined_weights.get(at))

    def subject_mean(self, at: int) -> Mean | None:
        piles = self.piles[at]
        if at not in set(self.alone):
            return None
        n = sum(map(len, piles))
        if self.reach is None:
            return Mean(*self.weights.weigh(piles, self.joined_weights.get(at)), n, sum(self.unsure[at]))
        shares = self.shares(at)
        value, half = self.plain(piles, shares)
        classes = [self.voter_class(at, number) for number in range(len(piles))]
        parts = [(share, mean.shown) for share, mean in zip(shares, classes, strict=True) if mean and mean.shown]
        if not parts and any(piles[number] for number in self.declared):
            parts = self.beside_declared(at, shares)
        if parts and not self.rules.exact:
            shown = together(parts, self.rules.scale)
        else:
            shown = self.show(value, piles, shares, self.unknown[at])
        return Mean(value, half, n, sum(self.unsure[at]), shown, unknown=sum(self.unknown[at]))

    def beside_declared(self, at: int, shares: Sequence[Fraction]) -> list[tuple[Fraction, Shown]]:
        """Return of what a figure without those of its classes is put together: that of the anonymous classes, as if
        it were shown by itself, and that of each class declared not anonymous, whose answers can be taken away."""
        piles = self.piles[at]
        parts = [(shares[number], self.class_shown(at, number)) for number in self.declared if piles[number]]
        rest = [share if number not in self.declared else Fraction() for number, share in enumerate(shares)]
        if not (whole := sum(rest, Fraction())):
            return parts
        kept = [[] if number in self.declared else pile for number, pile in enumerate(piles)]
        rest = [share / whole for share in rest]
        value, _half = self.plain(kept, rest)
        return [(whole, self.show(value, kept, rest, self.unknown[at])), *parts]

    def class_shown(self, at: int, number: int) -> Shown:
        """Return the mean of a class as it is shown, or would be if it were."""
        pile, left = self.piles[at][number], self.own[at][number]
        return self.show(location(pile, trim=self.rules.trim), [pile], [Fraction(1)], [left])

    def plain(self, piles: Sequence[list[int]], shares: Sequence[Fraction]) -> tuple[Fraction, float]:
        """Return a weighted mean, and half its interval by the round's spread and the number of answers."""
        used = [(pile, share) for pile, share in zip(piles, shares, strict=True) if pile]
        value = sum((share * location(pile, trim=self.rules.trim) for pile, share in used), Fraction())
        cuts = [2 if self.rules.trim and len(pile) > TRIM_ABOVE else 0 for pile, _share in used]
        error = math.sqrt(
            math.fsum(float(share) ** 2 / (len(pile) - cut) for (pile, share), cut in zip(used, cuts, strict=True))
        )
        return value, (self.reach or 0.0) * error

    def show(
        self,
        value: Fraction,
        piles: Sequence[list[int]],
        shares: Sequence[Fraction],
        unknown: Sequence[int] | None = None,
        each: int = 1,
    ) -> Shown:
        """Return a group's mean as it is shown. unknown: how many answers of each class nobody else knows."""
        if self.rules.exact:
            return exactly(value)
        sizes = tuple(len(pile) for pile in piles)
        left = sizes if unknown is None else tuple(unknown)
        return ranges_of(self.rules.scale, sizes, tuple(shares), trim=self.rules.trim, each=each, unknown=left).show(
            value
        )

    def spread(self) -> tuple[Fraction, int, int, set[int]]:
        """Return of the classes of shown subjects with two answers or more: squares, degrees of freedom, answers, and
        which subjects."""
        squares, freedom, answers = Fraction(), 0, 0
        seen: set[int] = set()
        for at in self.alone:
            for pile in self.piles[at]:
                if len(pile) > 1:
                    squares += sum(points * points for points in pile) - Fraction(sum(pile) ** 2, len(pile))
                    freedom += len(pile) - 1
                    answers += len(pile)
                    seen.add(at)
        return squares, freedom, answers, seen

    def without(self, at: int, row: Row) -> Fraction:
        """Return a subject's figure without one of its ballots; the whole figure if that one did not answer."""
        points, whole = row.points[self.number], self.means[at]
        if points is None or whole is None:
            return whole.value if whole else Fraction()
        key = at, row.voter_class, points
        if key not in self.fewer:
            others, share = self.beside(at, row.voter_class)
            left = list(self.piles[at][row.voter_class])
            left.remove(points)
            self.fewer[key] = others + share * location(left, trim=self.rules.trim) if left else others
        return self.fewer[key]

    def beside(self, at: int, voter_class: int) -> tuple[Fraction, Fraction]:
        """Return what the other classes make of a subject's figure, and the share of a class with a ballot fewer."""
        if (at, voter_class) not in self.others:
            piles = self.piles[at]
            shares = self.weights.shares(
                tuple(len(pile) - (number == voter_class) for number, pile in enumerate(piles)),
                self.joined_weights.get(at),
            )
            rest = (number for number, pile in enumerate(piles) if pile and number != voter_class)
            figure = sum(
                (shares[number] * location(piles[number], trim=self.rules.trim) for number in rest), Fraction()
            )
            self.others[at, voter_class] = figure, shares[voter_class]
        return self.others[at, voter_class]

    def voter_class(self, at: int, number: int) -> Mean | None:
        pile = self.piles[at][number]
        if at not in self.with_classes or not pile:
            return None
        unsure = self.unsure[at][number]
        if self.reach is None:
            least = SPREAD_FLOOR[self.rules.scale]
            return Mean(*weigh([pile], [Fraction(1)], trim=self.rules.trim, least=least), len(pile), unsure)
        value, half = self.plain([pile], [Fraction(1)])
        return Mean(value, half, len(pile), unsure, self.class_shown(at, number), unknown=self.own[at][number])

    def rest(self, where: int) -> Mean | None:
        """Return the mean of the subjects too few alone, their ballots pooled class by class."""
        members = self.rests.get(where)
        if not members:
            return None
        piles = [
            [points for at in members for points in self.piles[at][number]] for number in range(len(self.rules.classes))
        ]
        unsure = sum(sum(self.unsure[at]) for at in members)
        n = sum(map(len, piles))
        if self.reach is None:
            return Mean(*self.weights.weigh(piles), n, unsure, members=len(members))
        shares = self.weights.shares(tuple(map(len, piles)))
        value, half = self.plain(piles, shares)
        return Mean(value, half, n, unsure, self.show(value, piles, shares, each=len(members)), len(members))

    def section(self, section: int) -> Mean | None:
        members = [self.subject(at) for at in self.alone if self.roll.sections[at] == section]
        return mean_of([*members, self.rest(section)])

    def rank(self, rank: int) -> Mean | None:
        """Return the mean of a rank's subjects. A rest comes in if all of it is of the rank."""
        members = [self.subject(at) for at in self.alone if self.roll.ranks[at] == rank]
        whole = [at for at, rest in self.rests.items() if all(self.roll.ranks[subject] == rank for subject in rest)]
        return mean_of([*members, *map(self.rest, sorted(whole))])

    def unit(self) -> Mean | None:
        return mean_of([*map(self.subject, self.alone), *map(self.rest, range(self.sections + 1))])

    def bars(self, at: int) -> list[list[int]] | None:
        """Return [first bin, last bin, ballots] so coarse that no bar holds one or two ballots that others cannot know,
        None if one is left."""
        edges = self.rules.edges
        if self.reach is not None and sum(self.unknown[at]) < BARS_FROM:
            return None
        known = sum(map(len, self.piles[at])) - sum(self.unknown[at])
        least = BAR_FLOOR + known
        counts = Counter(bisect_right(edges, points) - 1 for pile in self.piles[at] for points in pile)
        bars = [[bin, bin, counts[bin]] for bin in range(len(edges))]
        while any(0 < bar[2] < least for bar in bars):
            if len(bars) == 1:
                return None
            i = next(i for i, bar in enumerate(bars) if 0 < bar[2] < least)
            before = bars[i - 1][2] if i else -1
            after = bars[i + 1][2] if i + 1 < len(bars) else -1
            i = i if after >= before else i - 1  # towards the fuller neighbour; of equal ones, upwards
            bars[i : i + 2] = [[bars[i][0], bars[i + 1][1], bars[i][2] + bars[i + 1][2]]]
        if sum(bar[2] > 0 for bar in bars) < 2:
            return None
        if self.reach is None or self.rules.scale == "points" or all(first == last for first, last, _count in bars):
            return bars
        return bars if not known and self.may_divide(at, bars) else None

    def may_divide(self, at: int, bars: list[list[int]]) -> bool:
        """Whether bars and sum leave BAR_FLOOR ways or more to divide the ballots of joined bars among answers."""
        answers = answers_of(self.rules.scale)
        ways = {0: 1}
        for first, last, count in bars:
            inside = divisions(answers[first : last + 1], count)
            both: Counter[int] = Counter()
            for total, many in ways.items():
                for other, more in inside.items():
                    both[total + other] += many * more
            ways = both
        return ways[sum(map(sum, self.piles[at]))] >= BAR_FLOOR


@cache
def divisions(answers: tuple[int, ...], count: int) -> dict[int, int]:
    """Return in how many ways so many ballots give these answers, by their sum."""
    if len(answers) == 1 or not count:
        return {answers[0] * count: 1}
    first, *others = answers
    ways: Counter[int] = Counter()
    for given in range(count + 1):
        for total, many in divisions(tuple(others), count - given).items():
            ways[first * given + total] += many
    return dict(ways)


def reach_of(criteria: Sequence[Counted], scale: str) -> float:
    """Return how far an interval reaches if a mean's standard error is one point: one spread for the whole round."""
    spreads = [criterion.spread() for criterion in criteria]
    subjects = set().union(*(seen for _squares, _freedom, _answers, seen in spreads))
    if len(subjects) < SUBJECTS_FROM or sum(answers for _squares, _freedom, answers, _seen in spreads) < ANSWERS_FROM:
        return Z95 * SPREAD_USUAL[scale]
    freedom = sum(freedom for _squares, freedom, _answers, _seen in spreads)
    squares = sum((squares for squares, *_rest in spreads), Fraction())
    spread = float(rounded(math.sqrt(squares / freedom), 1))
    return max(SPREAD_FLOOR[scale], spread) * t_quantile(freedom)


def class_shares(
    sizes: Sequence[int], weights: Sequence[Fraction], floor: int, anonymous: Sequence[bool]
) -> list[Fraction]:
    """Return the weights renormalised over the classes that answered, those of anonymous classes cut back to 1/floor a
    ballot."""
    base = [weight if n else Fraction() for n, weight in zip(sizes, weights, strict=True)]
    shares = [share / sum(base) if share else share for share in base]
    if sum(sizes) < floor:  # Nothing helps there; such groups are shown only as what one ballot fewer would make.
        return shares
    cut: set[int] = set()
    while over := {
        at for at, n in enumerate(sizes) if anonymous[at] and at not in cut and shares[at] > Fraction(n, floor)
    }:
        cut |= over
        room = 1 - sum(Fraction(sizes[at], floor) for at in cut)
        free = sum(weight for at, weight in enumerate(base) if at not in cut)
        shares = [
            Fraction(sizes[at], floor) if at in cut else weight / free * room if weight else weight
            for at, weight in enumerate(base)
        ]
    return shares


def weigh(
    piles: Sequence[list[int]], shares: Sequence[Fraction], *, trim: bool, least: float
) -> tuple[Fraction, float]:
    """Return Σ share × class mean, and half its 95 % interval by Welch and Satterthwaite.

    With more than five answers in a class one highest and one lowest are dropped from its mean, and its spread is that
    of the answers with these two pulled in to their neighbours (Tukey and McLaughlin). A class with one answer borrows
    the spread of the others. No spread is less than `least`.
    """
    value = Fraction()
    spreads: list[tuple[float, int, float]] = []  # of each class that answered: square of spread, df, its factor
    for pile, share in zip(piles, shares, strict=True):
        n = len(pile)
        if not n:
            continue
        total, squares = sum(pile), sum(points * points for points in pile)
        if trim and n > TRIM_ABOVE:
            first, second, *_middle, last_but_one, last = sorted(pile)
            value += share * Fraction(total - first - last, n - 2)
            total += second - first + last_but_one - last
            squares += second**2 - first**2 + last_but_one**2 - last**2
            df, factor = n - 3, n / (n - 2) ** 2
        else:
            value += share * Fraction(total, n)
            df, factor = n - 1, 1 / n
        spreads.append(((n * squares - total * total) / (n * (n - 1)) if n > 1 else math.nan, df, factor))
    together = sum(df for _square, df, _factor in spreads)
    pooled = math.fsum(square * df for square, df, _factor in spreads if df) / max(together, 1)
    used = [share for pile, share in zip(piles, shares, strict=True) if pile]
    variance, divisor = 0.0, 0.0
    for (square, df, factor), share in zip(spreads, used, strict=True):
        part = float(share) ** 2 * factor * max(square if df else pooled, least**2)
        variance += part
        divisor += part**2 / (df or together) if df or together else 0.0
    freedom = min(variance**2 / divisor + 1e-9, 10_000) if divisor else 10_000
    return value, t_quantile(max(1, int(freedom))) * math.sqrt(variance)


def location(pile: list[int], *, trim: bool) -> Fraction:
    """Return the mean of a class's points, without one highest and one lowest where these are dropped."""
    if trim and len(pile) > TRIM_ABOVE:
        return Fraction(sum(pile) - min(pile) - max(pile), len(pile) - 2)
    return Fraction(sum(pile), len(pile))


def mean_of(parts: Iterable[Mean | None]) -> Mean | None:
    """Return the mean of several groups' figures, each weighing as many as its members."""
    known = [part for part in parts if part]
    members = sum(part.members for part in known)
    if not members:
        return None
    value = sum((part.counts * part.members for part in known), Fraction()) / members
    return Mean(
        value=value,
        shown=exactly(value) if known[0].shown else None,
        half=math.sqrt(math.fsum((part.half * part.members) ** 2 for part in known)) / members,
        n=sum(part.n for part in known),
        abstentions=sum(part.abstentions for part in known),
        members=members,
    )


@cache
def t_quantile(df: int) -> float:
    """Return Student's t for a two-sided 95 % interval.

    Up to 30 degrees of freedom from the closed form of its distribution (Abramowitz and Stegun, 26.7.3 and 26.7.4) by
    Newton's method, beyond by the expansion 26.7.5, as the rules say.
    """
    z = 1.959963984540054
    if df > 30:
        terms = (
            z,
            (z**3 + z) / 4,
            (5 * z**5 + 16 * z**3 + 3 * z) / 96,
            (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        )
        return sum(term / df**power for power, term in enumerate(terms))
    scale = math.gamma((df + 1) / 2) / math.gamma(df / 2) / math.sqrt(df * math.pi)
    t = z
    for _step in range(100):
        angle = math.atan2(t, math.sqrt(df))
        sine, square = math.sin(angle), math.cos(angle) ** 2
        term = total = 1.0 if df % 2 == 0 else math.cos(angle)
        for i in range(2 + df % 2, df - 1, 2):
            term *= square * (i - 1) / i
            total += term
        inside = sine * total if df % 2 == 0 else 2 / math.pi * (angle + (sine * total if df > 1 else 0.0))
        step = (inside - 0.95) / (2 * scale * square ** ((df + 1) / 2))
        t -= step
        if abs(step) < 1e-14 * t:
            break
    return t
