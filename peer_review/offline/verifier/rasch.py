"""The many-facet Rasch model at published parameters."""

import math
from collections import Counter, defaultdict
from decimal import Decimal

from peer_review.offline.verifier.constants import (
    EDGE,
    ENOUGH,
    EXTREME,
    FALLEN,
    FAR,
    FAR_SPREAD,
    NO_SPREAD,
    PRIOR,
    PRIOR_SPREAD,
    STEP,
    WIDEST,
    Z95,
)
from peer_review.offline.verifier.encoding import Fault
from peer_review.offline.verifier.figures import rounded
from peer_review.offline.verifier.linear import dot
from peer_review.offline.verifier.linked import Linked, Part


class Ruler:
    """The many-facet Rasch model of one fit at given difficulties, steps and spread of the measures.

    The chance of category k is in proportion to exp(k (measure - severity) - the first k (difficulty + step)), so the
    marks count by their sums alone: sheets that answered the same questions and gave as much in all are equally severe.
    Severities are not published: they are sought here. slopes: of the marginal likelihood by kind of parameter, the
    largest each, in standard errors as they would be if measures were known: 0 at its top.
    Raises: Fault for parameters that are none.
    """

    def __init__(self, linked: Linked, model: object, scale: str) -> None:
        self.linked = linked
        self.criteria = sorted({criterion for _subject, criterion in linked.cells})
        given: list[Counter[int]] = [Counter() for _criterion in self.criteria]
        for _subject, _sheet, criterion, points in linked.marks():
            given[self.criteria.index(criterion)][points] += 1
        # Each criterion has every category: a criterion has steps of its own only where ENOUGH of each were given.
        self.categories = sorted(set().union(*given))
        self.highest = len(self.categories) - 1
        self.common = scale == "grades" or any(
            counts[points] < ENOUGH for counts in given for points in self.categories
        )
        self.read(model)
        self.count(given)
        self.odds = []
        for difficulty, steps in zip(self.difficulties, self.steps, strict=True):
            sums = [math.fsum(difficulty + step for step in steps[: k + 1]) for k in range(len(steps))]
            self.odds.append([math.exp(-total) for total in sums])
        self.severities = [0.0] * len(self.groups)
        self.measures: dict[int, tuple[float, float]] = dict.fromkeys(self.totals, (0.0, 0.0))
        self.slopes = {"severity": 0.0}
        if self.highest:
            try:
                self.solve()
            except (ArithmeticError, ValueError) as error:
                raise Fault("parameters without a likelihood", "该参数下没有似然值") from error

    def read(self, model: object) -> None:
        try:
            if type(model) is not dict:
                raise TypeError("no object")
            self.spread, self.weighted = float(model["spread"]), model["weighted"]
            self.difficulties = [float(difficulty) for difficulty in model["difficulties"]]
            self.steps = [[float(step) for step in steps] for steps in model["steps"]]
        except (KeyError, TypeError, ValueError) as error:
            raise Fault("a parameter is missing or no number", "缺少参数，或不是数字") from error
        many = [len(self.criteria), *[self.highest] * len(self.criteria)]
        if type(self.weighted) is not bool or [len(self.difficulties), *map(len, self.steps)] != many:
            raise Fault("other parameters than these marks have", "参数与这些评分不符")
        if self.common and any(steps != self.steps[0] for steps in self.steps):
            raise Fault("steps that are not common to all criteria", "各题目的步长不相同")
        far = FAR * (1 + self.weighted)
        full = [*self.difficulties, *(step for steps in self.steps for step in steps)]
        if not (
            all(abs(parameter) <= far for parameter in full) and 0 <= self.spread <= FAR_SPREAD * (1 + self.weighted)
        ):
            raise Fault("a parameter beyond any that is estimated", "参数超出可估计的范围")
        if any(abs(math.fsum(steps)) > 1e-9 for steps in self.steps):
            raise Fault("steps that do not add up to 0", "步长之和不为 0")
        self.is_even = self.spread <= NO_SPREAD
        self.spread = max(self.spread, NO_SPREAD)
        self.prior = 1 / PRIOR**2 if self.weighted else 0.0
        self.prior_spread = 1 / PRIOR_SPREAD**2 if self.weighted else 0.0

    def count(self, given: list[Counter[int]]) -> None:
        """Take the sums that the likelihood is made of."""
        place = {points: at for at, points in enumerate(self.categories)}
        cells = [(subject, self.criteria.index(criterion)) for subject, criterion in self.linked.cells]
        sizes: Counter[tuple[tuple[int, ...], int]] = Counter()
        self.totals: Counter[int] = Counter()
        self.given: dict[int, set[int]] = defaultdict(set)  # of each subject the categories that it got
        for sheet in self.linked.sheets:
            gained = [place[points] for cell, points in sheet]
            sizes[tuple(cell for cell, _points in sheet), sum(gained)] += 1
            for (cell, _points), category in zip(sheet, gained, strict=True):
                self.totals[cells[cell][0]] += category
                self.given[cells[cell][0]].add(category)
        self.groups = [(total, many) for (_pattern, total), many in sizes.items()]
        self.push: list[float] = []
        about: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for group, (pattern, total) in enumerate(sizes):
            for cell in pattern:
                subject, item = cells[cell]
                about[subject][group].append(item)
            self.push.append(EXTREME * ((total == self.highest * len(pattern)) - (total == 0)))
        self.about = {subject: list(about[subject].items()) for subject in self.totals}
        # Of each criterion, how many marks it has, and how many above category k.
        self.marks = [sum(counts.values()) for counts in given]
        self.above = [
            [sum(many for points, many in counts.items() if place[points] > k) for k in range(self.highest)]
            for counts in given
        ]

    def look(self, subject: int, measure: float) -> tuple[float, float, float, list[float]]:
        """Return the logarithm of what a measure is likely, its slope and curvature, and of each of the subject's
        (group, criterion) the expected category and its variance, one after the other."""
        height = measure * self.totals[subject] - 0.5 * (measure / self.spread) ** 2
        slope, curve = self.totals[subject] - measure / self.spread**2, 1 / self.spread**2
        both: list[float] = []
        ease = math.exp(measure)
        for group, items in self.about[subject]:
            unit, many = ease * self.ease[group], self.groups[group][1]
            for item in items:
                odds, first, second, power = 1.0, 0.0, 0.0, 1.0
                for k, odd in enumerate(self.odds[item], 1):
                    power *= unit
                    chance = odd * power
                    odds += chance
                    first += k * chance
                    second += k * k * chance
                mean = first / odds
                variance = second / odds - mean * mean
                height -= many * math.log(odds)
                slope -= many * mean
                curve += many * variance
                both += (mean, variance)
        return height, slope, curve, both

    def nodes(self, subject: int) -> tuple[list[tuple[float, float]], list[float]]:
        """Return measures with what each is likely, and the expected categories and variances over them."""
        centre = self.centre[subject]
        for _step in range(100):
            _height, slope, curve, _both = self.look(subject, centre)
            move = min(1.0, max(-1.0, slope / curve))
            centre += move
            if abs(move) < 1e-3:
                break
        self.centre[subject] = centre
        step = min(STEP / math.sqrt(curve), (EDGE if len(self.given[subject]) == 1 else WIDEST) / self.highest)
        top, _slope, _curve, both = self.look(subject, centre)
        measures = [(centre, 1.0, both)]
        for way in (-step, step):
            at, weight = centre, 1.0
            while weight > math.exp(-FALLEN):
                at += way
                height, _slope, _curve, both = self.look(subject, at)
                weight = math.exp(height - top)
                measures.append((at, weight, both))
        total = math.fsum(weight for _at, weight, _both in measures)
        expected = [0.0] * len(measures[0][2])
        for _at, weight, both in measures:
            share = weight / total
            expected = [mean + share * other for mean, other in zip(expected, both, strict=True)]
        return [(at, weight / total) for at, weight, _both in measures], expected

    def solve(self) -> None:
        """Find the severities, whose sum is 0, and then how level the likelihood is."""
        self.centre = dict.fromkeys(self.totals, 0.0)
        for _turn in range(300):
            self.ease = [math.exp(-severity) for severity in self.severities]
            nodes, slopes, curves = {}, [], [self.prior] * len(self.groups)
            for (total, _many), push, severity in zip(self.groups, self.push, self.severities, strict=True):
                slopes.append(push - total - self.prior * severity)
            for subject, groups in self.about.items():
                nodes[subject], expected = self.nodes(subject)
                values = iter(expected)
                for group, items in groups:
                    for _item in items:
                        slopes[group] += next(values)
                        curves[group] += next(values)
            loose = [many / curve for (_total, many), curve in zip(self.groups, curves, strict=True)]
            level = dot(loose, slopes) / math.fsum(loose)
            moves = [(slope - level) / curve for slope, curve in zip(slopes, curves, strict=True)]
            largest = max(map(abs, moves))
            if not math.isfinite(math.fsum(moves)):
                raise ArithmeticError
            if largest < 1e-10:
                break
            short = min(1.0, 2.0 / largest)
            self.severities = [severity + short * move for severity, move in zip(self.severities, moves, strict=True)]
        worst = max(abs(move) * math.sqrt(curve) for move, curve in zip(moves, curves, strict=True))
        self.slopes = {"severity": worst} | self.find_slopes(nodes)
        for subject, likely in nodes.items():
            mean = math.fsum(weight * at for at, weight in likely)
            sd = math.sqrt(math.fsum(weight * (at - mean) ** 2 for at, weight in likely))
            self.measures[subject] = (0.0, 0.0) if self.is_even else (mean, sd)

    def find_slopes(self, nodes: dict[int, list[tuple[float, float]]]) -> dict[str, float]:
        """Return the largest slope of each other kind of parameter."""
        above = [[0.0] * self.highest for _criterion in self.criteria]
        chances = [[0.0] * self.highest for _criterion in self.criteria]
        variance = [0.0] * len(self.criteria)
        for subject, measures in nodes.items():
            for measure, weight in measures:
                for group, items in self.about[subject]:
                    share = weight * self.groups[group][1]
                    for item in items:
                        upper = self.upper(item, measure - self.severities[group])
                        for k, probability in enumerate(upper):
                            above[item][k] += share * probability
                            chances[item][k] += share * probability * (1 - probability)
                        mean = sum(upper)
                        square = sum((2 * k + 1) * chance for k, chance in enumerate(upper))
                        variance[item] += share * (square - mean * mean)
        difficulties = []
        blocks: list[list[tuple[float, float]]] = []
        for at, marks in enumerate(self.marks):
            slopes = [expected - real for expected, real in zip(above[at], self.above[at], strict=True)]
            slope = math.fsum(slopes) - self.prior * self.difficulties[at]
            if self.common:
                real = sum(self.above[at])
                slope += EXTREME * ((real == self.highest * marks) - (real == 0))
            difficulties.append(slope / math.sqrt(variance[at] + self.prior))
            blocks.append(list(zip(slopes, chances[at], strict=True)))
        if self.common:
            columns = zip(*blocks, strict=True)
            blocks = [[(math.fsum(s for s, _c in some), math.fsum(c for _s, c in some)) for some in columns]]
        worst = 0.0
        for block, steps in zip(blocks, self.steps, strict=False):  # common steps are one block, and the first's
            lowered = [slope - self.prior * step for (slope, _chance), step in zip(block, steps, strict=True)]
            level = math.fsum(lowered) / len(lowered)
            for slope, (_slope, chance) in zip(lowered, block, strict=True):
                worst = max(worst, abs(slope - level) / math.sqrt(chance + self.prior))
        squares = [weight * (at / self.spread) ** 2 for measures in nodes.values() for at, weight in measures]
        slope = math.fsum(squares) - len(nodes) - self.prior_spread * math.log(self.spread)
        slope = max(0.0, slope) if self.is_even else slope
        spread = slope / math.sqrt(2 * math.fsum(squares) + self.prior_spread)
        return {"difficulty": max(map(abs, difficulties)), "steps": worst, "spread": spread}

    def upper(self, item: int, apart: float) -> list[float]:
        """Return the chance of a category above each k. apart: measure less severity."""
        odds = [1.0, *(odd * math.exp(k * apart) for k, odd in enumerate(self.odds[item], 1))]
        total = math.fsum(odds)
        return [math.fsum(odds[k:]) / total for k in range(1, len(odds))]

    def points(self, item: int, measure: float) -> float:
        """Return the points to be expected if every sheet of the fit had marked this measure."""
        scores, total = self.categories, 0.0
        for (_total, many), severity in zip(self.groups, self.severities, strict=True):
            rises = zip(self.upper(item, measure - severity), scores, scores[1:], strict=False)
            total += many * (scores[0] + math.fsum(chance * (after - before) for chance, before, after in rises))
        return total / len(self.linked.sheets)

    def part(self, subject: int, weights: dict[int, float]) -> Part:
        """Return what the fit adds to a subject's score. weights: criterion → weight."""
        measure, sd = self.measures[subject]
        value, low, high = (
            math.fsum(
                weights.get(criterion, 0.0) * self.points(item, measure + z * sd)
                for item, criterion in enumerate(self.criteria)
            )
            for z in (0.0, -Z95, Z95)
        )
        total = math.fsum(weights.values())
        return Part(value, value - low, high - value, total * measure, total * sd)

    @property
    def worst(self) -> float:
        return max(map(abs, self.slopes.values()))

    def deviations(self, _least: float) -> dict[str, Decimal]:
        """Return what is published of the fit: standard deviations of the subjects and the sheets, in logits."""
        square = math.fsum(
            many * severity**2 for (_total, many), severity in zip(self.groups, self.severities, strict=True)
        )
        spread = 0.0 if self.is_even else self.spread
        return {"subject": rounded(spread, 2), "sheet": rounded(math.sqrt(square / len(self.linked.sheets)), 2)}
