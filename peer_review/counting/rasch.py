"""The many-facet Rasch model: graded marks on a ruler of their own, with each rater's severity taken out.

The log-odds of the next higher category over this one are

    measure of the subject - difficulty of the item - severity of the rater - step

(Linacre, 1989). Steps are common to all items (rating scale, Andrich, 1978) or each item's own (partial credit,
Masters, 1982). Measures are drawn from a normal distribution of mean 0 whose variance is estimated; the other
parameters maximise the marginal likelihood. A subject's measure is then the mean of what its marks leave likely
(expected a posteriori), which is finite whatever the marks. Same model, constraints and estimates as R's
TAM::tam.mml.mfr with formulas ~ item + rater + step and ~ item + rater + item:step: severities sum to 0, an item's
steps sum to 0. Standard errors come from the whole observed information (TAM's from its diagonal, so they are smaller).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg, sparse

from .linkage import islands
from .mixed import Labels
from .scales import Floats, Ints

Steps = Literal["common", "item"]
#: Each subject's likelihood is summed up around its likeliest measure, which is right however many marks it has: to
#: both sides until it has fallen by so many powers of e; in steps of so many standard deviations, of so many logits at
#: most, divided by the number of steps of an item. The rectangle rule then errs by exp(-2 π² / STEP²) of a normal curve
#: and exp(-2 π² / WIDEST) where the steps of an item all lie at one place. Where a subject's marks are all the same,
#: its likelihood ends in an edge, and the rule errs by exp(-π² / EDGE), EDGE being the most there.
FALLEN, STEP, WIDEST, EDGE = 28.0, 0.75, 1.4, 0.5
#: A rater who gave nothing but the best (or the worst) mark would be infinitely lenient (severe). Counted as having
#: given so much less (more) than that in all: Linacre, Rasch Measurement Transactions 12 (1998), 613-614.
EXTREME = 0.3
#: Stop when a step promises less than this on the log likelihood; it is taken nevertheless if it promises more than
#: the second, so that what the search ends at is the same to ten digits, wherever its last bits lead it.
PROMISE, POLISHED = 1e-12, 1e-18
ITERATIONS = 200
#: Standard deviations of the measures down to this are none.
NO_SPREAD = 0.02
#: Beyond these, in logits, no parameter and no standard deviation of the measures is taken for finite any more.
FAR, FAR_SPREAD = 15.0, 10.0
#: What is thought of parameters where the marks alone leave them infinite: normal, mean 0, of this standard deviation;
#: and of the logarithm of the measures' standard deviation.
PRIOR, PRIOR_SPREAD = 3.0, 1.0
#: The log-odds of a category that an item does not have.
NEVER = 1e6
#: Responses worked on at once.
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Facet:
    """Parameters of one facet in logits: severities of raters (high is strict) or difficulties of items.

    Shape: all (labels,). `extreme`: gave, or got, nothing but the best or the worst mark.
    """

    labels: Labels
    n: Ints
    value: Floats
    se: Floats
    extreme: Ints


@dataclass(frozen=True, slots=True)
class Measures:
    """The subjects' measures in logits: expected a posteriori, with the posterior's standard deviation."""

    labels: Labels
    n: Ints
    value: Floats
    sd: Floats


@dataclass(frozen=True, slots=True)
class RaschFit:
    """What the model says.

    steps: for each item (in the order of items.labels) the log-odds of each category against the one below, beside
        the item's difficulty. categories: for each item the scores that its categories stand for, lowest first; scores
        that nobody gave (to any item, or with steps of their own to this item) are no category.
    left_out: "" or why nothing was estimated: "no_ratings"; "no_variation", nothing but one mark (to each item, with
        steps of their own). Measures and severities are 0 then, with a standard deviation of 0.
    variance: of the measures; 0 where they differ by less than chance makes marks differ, and all measures then.
    weighted: the marks alone leave some parameter infinite (so few, or so much at one, that some split of them is
        perfect), so a weak normal prior was laid over all of them. islands: see linkage.islands.
    """

    subjects: Measures
    raters: Facet
    items: Facet
    steps: tuple[Floats, ...]
    categories: tuple[Floats, ...]
    variance: float
    log_likelihood: float = float("nan")
    left_out: str = ""
    weighted: bool = False
    iterations: int = 0
    converged: bool = True
    islands: int = 0

    @property
    def deviance(self) -> float:
        return -2.0 * self.log_likelihood

    def expected(self, measures: Floats, severities: Floats | None = None) -> Floats:
        """Return the mean score to be expected of raters of these severities, (measures, items).

        None is one rater of average severity: Linacre's fair average.
        """
        severities = np.zeros(1) if severities is None else severities
        expected = np.zeros((len(measures), len(self.categories)))
        apart = (measures[:, None] - severities[None, :]).reshape(-1)
        for at, scores in enumerate(self.categories):
            means = _chances(apart, self.items.value[at] + self.steps[at]) @ scores
            expected[:, at] = means.reshape(len(measures), len(severities)).mean(axis=1)
        return expected


def rasch(
    scores: Floats,
    subject: Labels,
    rater: Labels,
    item: Labels,
    *,
    steps: Steps = "common",
) -> RaschFit:
    """Return the fit of the many-facet Rasch model.

    Shape: scores, subject, rater and item (marks,); NaN scores are left out.
    `steps`: the same for all items, or each item's own.
    """
    known = ~np.isnan(scores)
    x = scores[known].astype(np.float64)
    labels, codes = [], []
    for code in (subject, rater, item):
        values, inverse = np.unique(code[known], return_inverse=True)
        labels.append(values)
        codes.append(inverse.reshape(-1).astype(np.int64))
    categories = _categories(x, codes[2], len(labels[2]), steps)
    if all(len(values) < 2 for values in categories):
        return _nothing(labels, codes, categories)
    model = _Model(x, codes, [len(names) for names in labels], categories, steps)
    return _report(model, labels, codes, categories)


def _categories(x: Floats, item: Ints, items: int, steps: Steps) -> tuple[Floats, ...]:
    if steps == "common":
        return (np.unique(x),) * items
    return tuple(np.unique(x[item == at]) for at in range(items))


def _nothing(labels: list[Labels], codes: list[Ints], categories: tuple[Floats, ...]) -> RaschFit:
    counts = [np.bincount(code, minlength=len(names)) for names, code in zip(labels, codes, strict=True)]
    zeros = [np.zeros(len(names)) for names in labels]
    same = [np.ones(len(names), dtype=np.int64) for names in labels]
    many = len(codes[0])
    return RaschFit(
        subjects=Measures(labels[0], counts[0], zeros[0], zeros[0]),
        raters=Facet(labels[1], counts[1], zeros[1], zeros[1], same[1]),
        items=Facet(labels[2], counts[2], zeros[2], zeros[2], same[2]),
        steps=tuple(np.zeros(0) for _item in categories),
        categories=categories,
        variance=0.0,
        left_out="no_variation" if many else "no_ratings",
        islands=int(islands(codes).max()) + 1 if many else 0,
    )


def _chances(measures: Floats, thresholds: Floats) -> Floats:
    """Return the probability of each category, (measures, categories)."""
    logits = np.cumsum(measures[:, None] - thresholds[None, :], axis=1)
    logits = np.column_stack([np.zeros(len(measures)), logits])
    logits -= logits.max(axis=1, keepdims=True)
    odds = np.exp(logits)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float64)


@dataclass(slots=True)
class _Point:
    """The likelihood at some parameters, with its slopes and curvatures where asked."""

    free: Floats
    log_likelihood: float
    slopes: Floats
    information: Floats  # observed (Louis, 1982)
    complete: Floats  # as if the measures were known: always positive
    mean: Floats
    sd: Floats


class _Model:
    """Marks sorted by subject, and the likelihood of the parameters.

    `full` parameters: difficulties, severities, steps, and the logarithm of the measures' standard deviation;
    full = constraint · free, where the sums to 0 are taken out.
    """

    def __init__(
        self,
        x: Floats,
        codes: list[Ints],
        sizes: list[int],
        categories: tuple[Floats, ...],
        steps: Steps,
    ) -> None:
        order = np.argsort(codes[0], kind="stable")
        self.subject, self.rater, self.item = (code[order] for code in codes)
        self.subjects, self.raters, self.items = sizes
        self.x = np.zeros(len(x), dtype=np.int64)
        for at in range(self.items):
            inside = self.item == at
            self.x[inside] = np.searchsorted(categories[at], x[order][inside])
        self.highest = np.array([len(values) - 1 for values in categories], dtype=np.int64)
        self.most = int(self.highest.max())
        self.common = steps == "common"
        # Where in `full` the step of each (item, category) is; categories that an item has not share a dummy.
        many = self.most if self.common else int(self.highest.sum())
        first = np.zeros(self.items, dtype=np.int64) if self.common else np.cumsum(self.highest) - self.highest
        category = np.arange(self.most)
        self.has = category[None, :] < self.highest[:, None]
        self.step_at = self.items + self.raters + np.where(self.has, first[:, None] + category, 0)
        self.spread_at = self.items + self.raters + many
        self.constraint = self._constraint(first, many)
        self.centre = np.zeros(self.subjects)
        self.starts = np.searchsorted(self.subject, np.arange(self.subjects + 1))
        self.same = np.maximum.reduceat(self.x, self.starts[:-1]) == np.minimum.reduceat(self.x, self.starts[:-1])
        self.extreme_raters = self._extreme(self.rater, self.raters)
        self.extreme_items = self._extreme(self.item, self.items)
        self.push = np.zeros(self.spread_at + 1)
        if self.common:
            self.push[: self.items] = EXTREME * self.extreme_items
        self.push[self.items : self.items + self.raters] = EXTREME * self.extreme_raters
        self.prior = np.zeros(self.spread_at + 1)

    def _extreme(self, code: Ints, many: int) -> Ints:
        """Return 1 for who has nothing but the highest category, -1 for nothing but the lowest, else 0."""
        telling = self.highest[self.item] > 0
        n = np.bincount(code, weights=telling, minlength=many)
        best = np.bincount(code, weights=telling & (self.x == self.highest[self.item]), minlength=many)
        worst = np.bincount(code, weights=telling & (self.x == 0), minlength=many)
        return np.where(n == 0, 0, np.where(best == n, 1, np.where(worst == n, -1, 0)))

    def _constraint(self, first: Ints, many: int) -> Floats:
        """Return the matrix from free to full parameters: the last of each sum to 0 is minus the others."""
        # An item with one category has neither steps nor a difficulty.
        blocks = [np.eye(self.items)[:, self.highest > 0], _sum_to_zero(self.raters)]
        if self.common:
            blocks.append(_sum_to_zero(self.most))
        else:
            blocks += [_sum_to_zero(int(highest)) for highest in self.highest if highest]
        blocks.append(np.ones((1, 1)))
        return np.asarray(linalg.block_diag(*blocks), dtype=np.float64)

    def thresholds(self, full: Floats, part: slice) -> Floats:
        """Return the log-odds at which each mark's categories meet, (marks, categories - 1)."""
        item = self.item[part]
        base = full[item] + full[self.items + self.rater[part]]
        return np.where(self.has[item], base[:, None] + full[self.step_at[item]], NEVER)

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of whole subjects with about CHUNK marks each."""
        first = 0
        while first < self.subjects:
            last = int(np.searchsorted(self.starts, self.starts[first] + CHUNK, side="right")) - 1
            last = min(max(last, first + 1), self.subjects)
            yield first, last
            first = last

    def at(self, free: Floats, *, slopes: bool) -> _Point:
        """Return the likelihood at these parameters."""
        full = self.constraint @ free
        spread = float(np.exp(full[self.spread_at]))
        size = len(full)
        total = float(self.push @ full - 0.5 * self.prior @ full**2)
        gradient, observed, complete = self.push - self.prior * full, np.zeros((size, size)), np.diag(self.prior)
        mean, sd = np.zeros(self.subjects), np.zeros(self.subjects)
        for first, last in self.chunks():
            part = slice(int(self.starts[first]), int(self.starts[last]))
            thresholds = self.thresholds(full, part)
            who = self.subject[part] - first
            theta, width = self._grid(thresholds, part, who, first, last, spread)
            upper, log_chance = _upper(theta[who], thresholds, self.x[part])
            starts = self.starts[first:last] - part.start
            log_weight = np.add.reduceat(log_chance, starts, axis=0)
            log_weight += np.log(width) - 0.5 * (theta / spread) ** 2 - np.log(spread) - 0.5 * np.log(2 * np.pi)
            top = log_weight.max(axis=1, keepdims=True)
            weight = np.exp(log_weight - top)
            sums = weight.sum(axis=1, keepdims=True)
            total += float((top + np.log(sums)).sum())
            weight /= sums
            mean[first:last] = (weight * theta).sum(axis=1)
            sd[first:last] = np.sqrt((weight * (theta - mean[first:last, None]) ** 2).sum(axis=1))
            if slopes:
                self._add(part, who, theta, weight, upper, spread, gradient, observed, complete)
        constraint = self.constraint
        return _Point(
            free,
            total,
            constraint.T @ gradient,
            constraint.T @ (complete - observed) @ constraint,
            constraint.T @ complete @ constraint,
            mean,
            sd,
        )

    def _grid(
        self, thresholds: Floats, part: slice, who: Ints, first: int, last: int, spread: float
    ) -> tuple[Floats, Floats]:
        """Return each subject's nodes (subjects, nodes) and their spacing."""
        centre = np.clip(self.centre[first:last], -4 * spread, 4 * spread)
        x = self.x[part]
        for _step in range(50):  # to the likeliest measure; the posterior is concave, so only the length needs care
            upper, _log = _upper(centre[who][:, None], thresholds, x)
            upper = upper[:, 0]
            expected = upper.sum(axis=1)
            square = (upper * (2 * np.arange(self.most) + 1)).sum(axis=1)
            slope = np.bincount(who, weights=x - expected, minlength=last - first) - centre / spread**2
            curve = np.bincount(who, weights=square - expected**2, minlength=last - first) + 1 / spread**2
            move = np.clip(slope / curve, -1.0, 1.0)
            centre = centre + move
            if np.abs(move).max() < 1e-3:
                break
        self.centre[first:last] = centre
        scale = 1 / np.sqrt(curve)
        step = np.minimum(STEP * scale, np.where(self.same[first:last], EDGE, WIDEST) / self.most)
        reach = 7.5 * scale
        for _wider in range(20):  # one side is longer where nearly all marks are the best, or the worst
            ends = centre[:, None] + reach[:, None] * np.array([-1.0, 0.0, 1.0])
            height = np.add.reduceat(_upper(ends[who], thresholds, x)[1], self.starts[first:last] - part.start, axis=0)
            height -= 0.5 * (ends / spread) ** 2
            short = (height[:, 1:2] - height[:, ::2]).min(axis=1) < FALLEN
            if not short.any():
                break
            reach = np.where(short, 1.25 * reach, reach)
        half = int(np.ceil((reach / step).max()))
        return centre[:, None] + step[:, None] * np.arange(-half, half + 1), step[:, None]

    def _add(
        self,
        part: slice,
        who: Ints,
        theta: Floats,
        weight: Floats,
        upper: Floats,
        spread: float,
        gradient: Floats,
        observed: Floats,
        complete: Floats,
    ) -> None:
        """Add a chunk's slopes; to `complete` the expected curvature, to `observed` what not knowing measures takes."""
        marks, _nodes, most = upper.shape
        item, rater = self.item[part], self.rater[part]
        size = len(gradient)
        rows = np.arange(marks * most)
        places = np.stack(
            [np.repeat(item, most), np.repeat(self.items + rater, most), self.step_at[item].reshape(-1)], axis=1
        )
        map_ = sparse.csr_array((np.ones(3 * len(rows)), (np.repeat(rows, 3), places.reshape(-1))), (len(rows), size))
        posterior = weight[who]
        reached = self.x[part][:, None] > np.arange(most)
        # Complete: covariance of reaching category h and category k is P(≥ max) - P(≥ h) P(≥ k).
        average = np.einsum("nq,nqh->nh", posterior, upper)
        together = np.einsum("nq,nqh,nqk->nhk", posterior, upper, upper)
        larger = np.maximum(np.arange(most)[:, None], np.arange(most)[None, :])
        block = average[:, larger] - together
        inner = sparse.bsr_array((block, np.arange(marks), np.arange(marks + 1)), shape=(len(rows), len(rows)))
        complete += (map_.T @ (inner.tocsr() @ map_)).toarray()
        gradient -= map_.T @ (reached - average).reshape(-1)
        # Observed: the variance of each subject's slopes over what its measure may be.
        people = len(theta)
        squares = (theta / spread) ** 2
        gradient[self.spread_at] += float((weight * (squares - 1)).sum())
        complete[self.spread_at, self.spread_at] += 2 * float((weight * squares).sum())
        starts = np.searchsorted(who, np.arange(people + 1)) * most
        mean = np.zeros((people, size))
        for node in range(theta.shape[1]):
            values = -(reached - upper[:, node]).reshape(-1)
            own = (sparse.csr_array((values, rows, starts), shape=(people, len(rows))) @ map_).toarray()
            own[:, self.spread_at] = squares[:, node] - 1
            at_node = weight[:, node : node + 1]
            mean += at_node * own
            observed += own.T @ (at_node * own)
        observed -= mean.T @ mean

    def run(self) -> tuple[_Point, int, bool, bool]:
        """Return the likeliest point, the iterations it took, whether it converged, and whether a prior was needed."""
        if not self._tells_all():
            point, iterations, converged = self._climb()
            if converged and not self._is_far(point) and _is_positive(point.information):
                return point, iterations, True, False
        self.prior[:-1], self.prior[-1] = 1 / PRIOR**2, 1 / PRIOR_SPREAD**2
        self.centre[:] = 0.0
        point, iterations, converged = self._climb()
        return point, iterations, converged, True

    def _tells_all(self) -> bool:
        """Return whether each subject has nothing but one category, so that no spread of the measures is too large."""
        return bool(self.same.all() and (self.highest > 0).all() and self.x.min() < self.x.max())

    def _is_far(self, point: _Point) -> bool:
        full = self.constraint @ point.free
        return bool(np.abs(full).max() > FAR or full[self.spread_at] > np.log(FAR_SPREAD))

    def _climb(self) -> tuple[_Point, int, bool]:
        """Return the top above 0: Newton with the observed information, never downhill."""
        point = self.at(np.zeros(self.constraint.shape[1]), slopes=True)
        lowest = np.log(NO_SPREAD)
        for iteration in range(1, ITERATIONS + 1):
            # At the boundary, measures that do not differ, the others are still to be found.
            at_boundary = point.free[-1] <= lowest and point.slopes[-1] <= 0
            inside = slice(0, -1) if at_boundary else slice(None)
            move = np.zeros(len(point.free))
            move[inside] = _uphill(
                point.slopes[inside], point.information[inside, inside], point.complete[inside, inside]
            )
            promise = float(point.slopes @ move)
            if promise < PROMISE:
                if promise > POLISHED:
                    free = point.free + move
                    free[-1] = max(free[-1], lowest)
                    point = self.at(free, slopes=True)
                return point, iteration, True
            if not self.prior.any() and self._is_far(point):
                return point, iteration, False
            move *= min(1.0, 3.0 / float(np.abs(move).max()))
            length = 1.0
            # What a short step of a small promise gains is rounding.
            while length > (1e-8 if promise > 1e-6 else 0.1):
                free = point.free + length * move
                free[-1] = max(free[-1], lowest)
                other = self.at(free, slopes=False)
                gain = 1e-4 * float(point.slopes @ (free - point.free)) - 1e-13 * abs(point.log_likelihood)
                if other.log_likelihood >= point.log_likelihood + gain:
                    break
                length /= 2
            else:
                return point, iteration, promise < 1e-6
            point = self.at(free, slopes=True)
        return point, ITERATIONS, False


def _sum_to_zero(many: int) -> Floats:
    return np.vstack([np.eye(many - 1), -np.ones((1, many - 1))])


def _is_positive(matrix: Floats) -> bool:
    try:
        linalg.cholesky(matrix, check_finite=False)
    except linalg.LinAlgError:
        return False
    return True


def _uphill(slopes: Floats, information: Floats, complete: Floats) -> Floats:
    """Return the Newton step, its direction turned uphill where the likelihood curves the wrong way.

    Seen in the unit of the complete data's information, in which a step of EM is the slope itself (Lange, 1995).
    """
    values, vectors = linalg.eigh(complete, check_finite=False)
    unit = vectors / np.sqrt(np.maximum(values, 1e-8 * values.max()))
    values, turned = linalg.eigh(unit.T @ information @ unit, check_finite=False)
    unit = unit @ turned
    return np.asarray(unit @ ((unit.T @ slopes) / np.maximum(np.abs(values), 1e-3)), dtype=np.float64)


def _upper(theta: Floats, thresholds: Floats, x: Ints) -> tuple[Floats, Floats]:
    """Return the chance of each category or a higher one, (marks, nodes, categories - 1), and the logarithm of the
    chance of the given one, (marks, nodes)."""
    logits = np.cumsum(theta[:, :, None] - thresholds[:, None, :], axis=2)
    top = np.maximum(logits.max(axis=2), 0.0)
    odds = np.exp(logits - top[:, :, None])
    sums = np.exp(-top) + odds.sum(axis=2)
    upper = np.cumsum(odds[:, :, ::-1], axis=2)[:, :, ::-1] / sums[:, :, None]
    at = np.maximum(x - 1, 0)[:, None, None]
    given = np.where(x[:, None] > 0, np.take_along_axis(logits, at, axis=2)[:, :, 0], 0.0)
    return upper, given - top - np.log(sums)


def _report(model: _Model, labels: list[Labels], codes: list[Ints], categories: tuple[Floats, ...]) -> RaschFit:
    point, iterations, converged, weighted = model.run()
    full = model.constraint @ point.free
    deviation = float(np.exp(full[model.spread_at]))
    none = deviation <= NO_SPREAD * (1 + 1e-9)
    kept = len(point.free) - none  # at the boundary the measures' spread is known
    spread = np.zeros((len(point.free), len(point.free)))
    spread[:kept, :kept] = np.linalg.pinv(point.information[:kept, :kept], hermitian=True)
    errors = np.sqrt(np.maximum(np.diagonal(model.constraint @ spread @ model.constraint.T), 0.0))
    counts = [np.bincount(code, minlength=len(names)) for names, code in zip(labels, codes, strict=True)]
    items, raters = slice(0, model.items), slice(model.items, model.items + model.raters)
    return RaschFit(
        Measures(labels[0], counts[0], point.mean * (not none), point.sd * (not none)),
        Facet(labels[1], counts[1], full[raters], errors[raters], model.extreme_raters),
        Facet(labels[2], counts[2], full[items], errors[items], model.extreme_items),
        steps=tuple(full[model.step_at[at][model.has[at]]] for at in range(model.items)),
        categories=categories,
        variance=0.0 if none else deviation**2,
        log_likelihood=point.log_likelihood - float(model.push @ full - 0.5 * model.prior @ full**2),
        weighted=weighted,
        iterations=iterations,
        converged=converged,
        islands=int(islands(codes).max()) + 1,
    )
