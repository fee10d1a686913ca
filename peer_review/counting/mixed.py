"""Crossed random effects by restricted maximum likelihood: how good each subject is, how strict each rater.

    rating = fixed effects + subject + rater + … + residual

with every random effect drawn from a normal distribution of its own variance. Any factors may cross or nest; each is a
column of labels. The variances maximise the restricted likelihood (Patterson and Thompson, 1971); the effects are the
best linear unbiased predictions (BLUP) at those variances, with Henderson's prediction error variances. Same model and
estimates as lme4::lmer(rating ~ 1 + (1 | subject) + (1 | rater)).
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components

from .henderson import Equations, Factored, Matrix, indicator
from .linkage import islands
from .scales import Floats, Ints

Labels = npt.NDArray[np.generic]
RESIDUAL: Final = "residual"
INTERCEPT: Final = "intercept"
ISLAND: Final = "island"
#: Two-sided 95 % of the normal distribution.
Z95: Final = 1.959963984540054
#: Stop when the quadratic model promises less than this on the REML criterion; then up to so many steps more, until it
#: promises less than the second: what the search ends at is the same to nine digits, wherever its last bits lead it.
PROMISE, POLISHED, POLISH = 1e-14, 1e-18, 3
#: Of several peaks those that differ by less than this on the criterion are equally likely: not the last bit decides.
ALIKE = 1e-7
#: A factor with less than this share of the residual variance has none.
NEGLIGIBLE = 1e-9
#: Beyond this ratio to the residual variance there is no residual: the effects explain the ratings wholly.
WHOLLY = 1e7
STEPS = 200
#: Up to so many levels beside the longest factor the search starts from several places.
SMALL = 60
#: The variances, to the residual's, of which every combination is looked at there, and how many are followed.
LEVELS = (1e-2, 1.0, 1e2, 1e4)
BEST = 4


@dataclass(frozen=True, slots=True)
class Component:
    """One variance, with its standard error from the average information matrix (Gilmour and others, 1995).

    `left_out` says why the variance was not estimated, empty where it was: "no_ratings", "no_variation" (all ratings
    equal after the fixed effects), "in_fixed" (a single level, or nothing that the fixed effects do not hold already),
    "one_each" (every rating has a level of its own: not to be told from the residual), "same_as" (the same levels
    as an earlier factor). It is 0 then. `se` is NaN where nothing was estimated and at the boundary, variance 0.
    """

    variance: float
    se: float = float("nan")
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """The predicted effects of one factor, in the order of its labels; 0 ± 0 where its variance is 0.

    Shape: all (levels,). `n` ratings of each, `se` the root of the prediction error variance (it holds the fixed
    effects' uncertainty), `island` the island of the level's ratings, see linkage.islands.
    """

    labels: Labels
    n: Ints
    value: Floats
    se: Floats
    island: Ints

    @property
    def low(self) -> Floats:
        return self.value - Z95 * self.se

    @property
    def high(self) -> Floats:
        return self.value + Z95 * self.se


@dataclass(frozen=True, slots=True)
class Fit:
    """What a model says of the ratings.

    fixed: name → (value, standard error): "intercept", then "<factor>=<label>" against the factor's first label (as R
        codes them); with `within`, "island=<number>". Without a rating the intercept is NaN. A fixed effect that the
        ones before it determine is left out.
    components: one a random factor, and "residual". criterion: -2 × the restricted log likelihood, as lme4 reports it.
    score: its largest slope, per relative change of a variance: 0 at the maximum. islands: of how many parts that
        cannot be compared by ratings alone the design consists. unit: the residual variance that the equations were
        solved with; where the effects explain the ratings wholly, next to nothing instead of 0.
    """

    n: int
    fixed: dict[str, tuple[float, float]]
    components: dict[str, Component]
    effects: dict[str, Effects]
    criterion: float = float("nan")
    score: float = 0.0
    steps: int = 0
    converged: bool = True
    islands: int = 0
    unit: float = 0.0
    _solved: "_Solved | None" = field(default=None, repr=False)

    def combination(self, parts: Mapping[str, Matrix]) -> tuple[Floats, Floats]:
        """Return sums of effects and their standard errors, which know that effects of one fit err together.

        parts: factor, or "fixed" → matrix (sums, levels) of coefficients, dense or sparse; columns as in `effects`
        and `fixed`. Without ratings, all NaN.
        """
        rows = max((matrix.shape[0] for matrix in parts.values()), default=0)
        value = np.zeros(rows)
        for name, matrix in parts.items():
            column = np.array([v for v, _se in self.fixed.values()]) if name == "fixed" else self.effects[name].value
            value = value + sparse.csr_array(matrix) @ column
        if self._solved is None:
            return value, value * 0.0
        return value, self._solved.errors(parts, rows)


@dataclass(frozen=True, slots=True)
class _Solved:
    """The factored equations of a fit, and which of its factors are in them, by name."""

    factored: Factored
    variance: float
    names: Sequence[str]

    def errors(self, parts: Mapping[str, Matrix], rows: int) -> Floats:
        equations = self.factored.equations
        wide: list[sparse.csr_array] = []
        for place, at in enumerate([*equations.order, len(self.names)]):
            name = "fixed" if at == len(self.names) else self.names[at]
            columns = equations.columns(place)
            empty = sparse.csr_array((rows, columns.stop - columns.start))
            wide.append(sparse.csr_array(parts[name]) if name in parts else empty)
        return np.sqrt(np.maximum(self.variance * self.factored.combined(sparse.hstack(wide)), 0.0))


def reml(
    ratings: Floats,
    random: Mapping[str, Labels],
    fixed: Mapping[str, Labels] | None = None,
    *,
    linked: Sequence[str] | None = None,
    within: bool = False,
    held: Mapping[str, float] | None = None,
    least: float = 0.0,
) -> Fit:
    """Return the fit of crossed random effects.

    Shape: ratings and every column of labels (ratings,); NaN ratings are left out. Labels may be of any kind.
    `fixed` names factors whose levels are what is asked about, not a draw from a population. `linked` names the
    factors by which ratings are compared (all random ones): what no chain of them links is an island. `within` gives
    each island a level of its own, so that effects compare within islands only; without it the islands are compared
    as lme4 does, on the assumption that all levels are drawn from one population.
    `held` fixes the variances, for all random factors and "residual".
    `least`: no residual variance is below it. Above 0, the likelihood has a maximum whatever the ratings: it is that of
    ratings which are known up to rounding only, 1/12 for whole numbers.
    Raises: TooManyLevels.
    """
    known = ~np.isnan(ratings)
    y = ratings[known].astype(np.float64)
    coded = {name: np.unique(column[known], return_inverse=True) for name, column in random.items()}
    codes = {name: inverse.reshape(-1).astype(np.int64) for name, (_labels, inverse) in coded.items()}
    labels = {name: values for name, (values, _inverse) in coded.items()}
    island = islands([codes[name] for name in (random if linked is None else linked)])
    if not len(island):
        island = np.zeros(len(y), dtype=np.int64)
    if not len(y):
        return _nothing(labels)
    columns = {name: column[known] for name, column in (fixed or {}).items()}
    if within:
        columns[ISLAND] = island
    names, design = _fixed_design(columns, len(y))
    partitions = [np.unique(column, return_inverse=True)[1].reshape(-1) for column in columns.values()]
    left_out = _left_out(codes, design, y, partitions)
    used = [name for name in codes if name not in left_out]
    equations = Equations([codes[name] for name in used], [len(labels[name]) for name in used], design)
    explained = wholly_explained([*(codes[name] for name in used), *partitions], y)
    search = _Search(equations, y - y.mean(), least=least, explained=explained)
    ordered = [used[at] for at in equations.order]
    if held is not None:
        peak = search.hold(np.array([held[name] for name in ordered]), held[RESIDUAL])
    elif RESIDUAL in left_out:
        peak = search.hold(np.zeros(len(ordered)), 0.0)
    else:
        peak = search.run()
    return _report(peak, y, names, labels, codes, island, used, left_out, least)


def _nothing(labels: Mapping[str, Labels]) -> Fit:
    none = np.zeros(0)
    return Fit(
        n=0,
        fixed={INTERCEPT: (float("nan"), float("nan"))},
        components={name: Component(0.0, left_out="no_ratings") for name in [*labels, RESIDUAL]},
        effects={
            name: Effects(levels, none.astype(int), none, none, none.astype(int)) for name, levels in labels.items()
        },
    )


def _fixed_design(columns: Mapping[str, Labels], n: int) -> tuple[list[str], sparse.csr_array]:
    """Return the names and the columns of the fixed effects, without those that others determine."""
    names, parts = [INTERCEPT], [sparse.csr_array(np.ones((n, 1)))]
    for name, column in columns.items():
        labels, code = np.unique(column, return_inverse=True)
        wide = indicator(code.reshape(-1), len(labels))
        parts.append(wide[:, 1:])
        names += [f"{name}={label}" for label in labels[1:]]
    design = sparse.csr_array(sparse.hstack(parts))
    square = (design.T @ design).toarray()
    kept: list[int] = []
    left = square.copy()
    for at in range(len(names)):  # Cholesky, one column after the other
        if left[at, at] <= 1e-9 * square[at, at]:
            continue
        kept.append(at)
        left -= np.outer(left[:, at], left[at]) / left[at, at]
    return [names[at] for at in kept], design[:, kept]


def _left_out(
    codes: Mapping[str, Ints], fixed: sparse.csr_array, y: Floats, partitions: Sequence[Ints]
) -> dict[str, str]:
    """Return which variances cannot be estimated from such ratings, and why.

    With one fixed factor at most, `partitions`, that is decided by comparing and counting alone.
    """
    n = len(y)
    one_factor = len(partitions) < 2
    inside = partitions[0] if partitions else np.zeros(n, dtype=np.int64)
    square = (fixed.T @ fixed).toarray()
    if one_factor:
        flat = _is_constant(inside, y)
    else:
        centred = y - y.mean()
        over = centred - fixed @ np.linalg.solve(square, fixed.T @ centred)
        flat = float(np.abs(over).max()) <= 1e-12 * max(1.0, float(np.abs(y).max()))
    if flat:
        return dict.fromkeys([*codes, RESIDUAL], "no_variation")
    reasons: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for name, code in codes.items():
        levels = int(code.max()) + 1
        if one_factor:
            determined = _is_constant(inside, code)
        else:
            touching = (fixed.T @ indicator(code, levels)).toarray()
            determined = n - float((touching * np.linalg.solve(square, touching)).sum()) <= 1e-9 * n
        _values, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        partition = first[inverse.reshape(-1)].tobytes()  # the same for the same groups, whatever they are called
        if determined:
            reasons[name] = "in_fixed"
        elif levels == n:
            reasons[name] = "one_each"
        elif partition in seen:
            reasons[name] = "same_as"
        seen.setdefault(partition, name)
    return reasons


def _is_constant(code: Ints, values: Floats | Ints) -> bool:
    """Return whether values are equal wherever the code is."""
    _codes, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    return bool((values[first[inverse.reshape(-1)]] == values).all())


def wholly_explained(codes: Sequence[Ints], y: Floats) -> bool | None:
    """Return whether sums of the factors' levels give every rating exactly, though there are more ratings than that
    would need; None where neither whole numbers nor at most two crossed factors let it be decided exactly.

    A factor whose levels lie within those of another adds nothing beside the other.
    """
    if not (y == np.floor(y)).all():
        return None
    crossed = _finest(codes)
    if len(crossed) > 2:
        return None
    if not crossed:
        return False
    if len(crossed) == 1:
        return _is_constant(crossed[0], y) and len(np.unique(crossed[0])) < len(y)
    return _is_additive(crossed[0], crossed[1], y)


def _finest(codes: Sequence[Ints]) -> list[Ints]:
    """Return the factors that no other refines, of several with the same groups the first."""
    finest: list[Ints] = []
    for at, code in enumerate(codes):
        others = [(place, other) for place, other in enumerate(codes) if place != at and _is_constant(other, code)]
        if all(_is_constant(code, other) and place > at for place, other in others):
            finest.append(code)
    return finest


def _is_additive(first: Ints, second: Ints, y: Floats) -> bool:
    """Return whether each rating is a number of its first level plus one of its second, with ratings left over.

    Exact for whole numbers: along a tree that spans the levels the numbers follow from the ratings, one by one; then
    all other ratings must agree with them.
    """
    many, other = int(first.max()) + 1, int(second.max()) + 1
    nodes = many + other
    key = first * other + second
    pairs, place = np.unique(key, return_index=True)
    ends = (pairs // other, many + pairs % other)
    _parts, part = connected_components(
        sparse.coo_array((np.ones(len(pairs)), ends), shape=(nodes, nodes)), directed=False
    )
    _labels, roots = np.unique(part, return_index=True)
    # One more node, linked to one level of each part, so that one walk reaches all.
    ends = (np.append(ends[0], np.full(len(roots), nodes)), np.append(ends[1], roots))
    graph = sparse.coo_array((np.ones(len(ends[0])), ends), shape=(nodes + 1, nodes + 1)).tocsr()
    order, before = breadth_first_order(graph, nodes, directed=False)
    low, high = np.minimum(before[:nodes], np.arange(nodes)), np.maximum(before[:nodes], np.arange(nodes))
    linked = before[:nodes] < nodes
    rating = np.zeros(nodes, dtype=np.int64)
    rating[linked] = place[np.searchsorted(pairs, low[linked] * other + high[linked] - many)]
    given, came, known = y[rating].tolist(), before.tolist(), linked.tolist()
    value = [0.0] * (nodes + 1)
    for node in order[1:].tolist():
        value[node] = given[node] - value[came[node]] if known[node] else 0.0
    effects = np.array(value)
    agree = bool((effects[first] + effects[many + second] == y).all())
    return agree and nodes - len(roots) < len(y)


@dataclass(slots=True)
class _State:
    """The equations at some variances. `gamma` in the order of the equations."""

    gamma: Floats
    factored: Factored
    effects: Floats
    over: Floats
    squares: float  # |over|² + |v|²
    variance: float  # of the residual
    criterion: float

    @property
    def slopes(self) -> Floats:
        """d criterion / d gamma."""
        traces = np.array([self.factored.trace(place) for place in range(len(self.gamma))])
        return traces - np.array([(effects**2).sum() for effects in self.per_level]) / self.variance

    @property
    def per_level(self) -> list[Floats]:
        """ZᵀPy of each factor; by the equations themselves this is u / gamma, which is exact where gamma is large."""
        equations = self.factored.equations
        vectors = []
        for place, gamma in enumerate(self.gamma):
            if gamma > 1.0:
                vectors.append(self.effects[equations.columns(place)] / gamma)
            else:
                vectors.append(equations.blocks[place].T @ self.over)
        return vectors

    @property
    def working(self) -> tuple[Floats, Floats]:
        """The working vectors ZZᵀPy and P times them, each (ratings, factors)."""
        blocks = self.factored.equations.blocks
        working = np.array([blocks[place] @ effects for place, effects in enumerate(self.per_level)])
        working = working.reshape(len(self.gamma), len(self.over)).T
        return working, self.factored.fit(working)[1]


class _Search:
    """The way to the variances: average information steps with a line search, kept inside gamma ≥ 0."""

    def __init__(self, equations: Equations, y: Floats, *, least: float = 0.0, explained: bool | None = None) -> None:
        self.equations, self.y = equations, y
        self.least, self.explained = least, explained
        fixed = equations.columns(len(equations.sizes))
        self.freedom = len(y) - (fixed.stop - fixed.start)
        self.fixed_variance: float | None = None
        self.steps, self.converged = 0, True

    def state(self, gamma: Floats) -> _State:
        gamma = np.where(gamma < NEGLIGIBLE, 0.0, gamma)
        factored = self.equations.at(gamma)
        effects, over = factored.fit(self.y[:, None])
        effects, over = effects[:, 0], over[:, 0]
        random = effects[: int(self.equations.starts[-1])]
        root = factored.scale[: len(random)]
        scaled = np.divide(random, root, out=np.zeros(len(random)), where=root > 0)
        squares = float(over @ over + scaled @ scaled)
        residual = self.fixed_variance
        variance = squares / max(1, self.freedom) if residual is None else residual
        free = max(1, self.freedom)
        with np.errstate(divide="ignore"):
            fitting = free * np.log(2 * np.pi * variance) + (squares / variance if variance else 0.0)
        return _State(gamma, factored, effects, over, squares, variance, float(factored.log_determinant + fitting))

    def hold(self, variances: Floats, residual: float) -> "_Found":
        """Return the state at given variances."""
        self.fixed_variance = residual
        gamma = variances / residual if residual else np.zeros(len(variances))
        return _Found(self.state(gamma), 0.0, 0, True, False)

    def run(self) -> "_Found":
        """Return the state at the maximum of the restricted likelihood."""
        peaks: list[_Found] = []
        if not (self._explains_all() if self.explained is None and not self.least else self.explained):
            peaks = self._peaks(cap=WHOLLY)
            if all(self._is_inner(peak) for peak in peaks):
                return _likeliest(peaks)
        # No residual at all, the boundary 0, or less than the least: hold it there, fit the others, see what is
        # likelier. Without a least, next to nothing stands for 0.
        square = float(self.y @ self.y) / len(self.y)
        self.fixed_variance = self.least or square / WHOLLY
        boundary = self._peaks(cap=np.inf, most=square / self.fixed_variance)
        inner = [peak for peak in peaks if self._is_inner(peak)]
        return _likeliest([*inner, *(replace(peak, wholly=True) for peak in boundary)])

    def _is_inner(self, peak: "_Found") -> bool:
        return bool(peak.state.gamma.max(initial=0.0) < WHOLLY and peak.state.variance >= self.least)

    def _peaks(self, *, cap: float, most: float | None = None) -> "list[_Found]":
        """Return where the search ends from each start. most: where all variation is between levels, gamma is so."""
        factors = len(self.equations.sizes)
        if not factors:
            return [_Found(self.state(np.zeros(0)), 0.0, 0, True, False)]
        is_small = self.equations.others <= SMALL
        starts = self._starts() if most is None or self.least else []
        if most is not None:
            starts.append(np.full(factors, most / factors))
            if is_small:
                starts += [np.where(np.arange(factors) == at, most, most / 100) for at in range(factors)]
        peaks = [self._descend(start, cap=cap) for start in starts]
        if is_small and (most is None or self.least):
            peaks += [self._descend(start, cap=cap) for start in _woken(_likeliest(peaks).state.gamma)]
        return peaks

    def _explains_all(self) -> bool:
        """Return whether least squares with all effects fixed would leave nothing over though it might have."""
        near = self.state(np.full(len(self.equations.sizes), WHOLLY))
        if float(near.over @ near.over) > 1e-12 * float(self.y @ self.y):
            return False
        used = sum(near.factored.trace(place) for place in range(len(near.gamma))) * WHOLLY
        return bool(self.freedom - used > 0.5)

    def _starts(self) -> list[Floats]:
        """Return where to start from. The likelihood of few ratings may have several peaks, of many it has one."""
        factors = len(self.equations.sizes)
        level = np.ones(factors)
        if self.equations.others > SMALL:
            return [level]
        many = LEVELS if factors <= 4 else LEVELS[1::2]
        table = [np.array(gamma) for gamma in itertools.product(many, repeat=factors)]
        return [level, *sorted(table, key=lambda gamma: self.state(gamma).criterion)[:BEST]]

    def _descend(self, gamma: Floats, *, cap: float) -> "_Found":
        state = self.state(gamma)
        for step in range(1, STEPS + 1):
            slopes = state.slopes
            free = (state.gamma > 0) | (slopes < 0)
            free &= ~((state.gamma >= cap) & (slopes < 0))
            if not free.any():
                return _Found(state, 0.0, step, True, False)
            curvature = self._average_information(state)[np.ix_(free, free)]
            move = np.zeros(len(gamma))
            move[free] = -_solve_positive(curvature, slopes[free])
            promise = -float(slopes @ move)
            if promise < PROMISE:
                state = self._polish(state, move, promise, cap)
                return _Found(state, self._score(state, state.slopes), step, True, False)
            better = self._line(state, slopes, move, cap)
            if better is None:
                return _Found(state, self._score(state, slopes), step, promise < 1e-6, False)
            state = better
        return _Found(state, self._score(state, state.slopes), STEPS, False, False)

    def _polish(self, state: _State, move: Floats, promise: float, cap: float) -> _State:
        """Return the state after the last small steps, which no line search could tell from rounding."""
        for _step in range(POLISH):
            if promise < POLISHED:
                break
            other = self.state(np.minimum(np.maximum(state.gamma + move, 0.0), cap))
            if ((other.gamma > 0) != (state.gamma > 0)).any():
                break
            free = other.gamma > 0
            slopes = other.slopes
            move = np.zeros(len(move))
            move[free] = -_solve_positive(self._average_information(other)[np.ix_(free, free)], slopes[free])
            smaller = -float(slopes @ move)
            if smaller >= promise:
                break
            state, promise = other, smaller
        return state

    def _average_information(self, state: _State) -> Floats:
        """Return the criterion's curvature in gamma, the residual variance maximised away unless it is held."""
        working, projected = state.working
        curvature = working.T @ projected / state.variance
        if self.fixed_variance is None:
            along = working.T @ state.over
            curvature = curvature - np.outer(along, along) / (state.variance**2 * self.freedom)
        return np.asarray(curvature, dtype=np.float64)

    def _line(self, state: _State, slopes: Floats, move: Floats, cap: float) -> _State | None:
        """Return the first state along the move, halved again and again, that is low enough; None if none is."""
        # Growth is bounded, so that one wild step leaves the sensible range of no factor. What is left of the move must
        # lead downhill: else those of its parts that do, alone.
        most = np.minimum(30.0 * state.gamma + 1.0, cap)
        move = np.minimum(np.maximum(state.gamma + move, 0.0), most) - state.gamma
        if float(slopes @ move) > -0.1 * float(np.abs(slopes * move).sum()):
            move = np.where(slopes * move < 0, move, 0.0)
        length = 1.0
        while length > 1e-9:
            gamma = state.gamma + length * move
            promised = float(slopes @ (gamma - state.gamma))
            other = self.state(gamma)
            noise = 1e-13 * abs(state.criterion)
            if other.criterion <= state.criterion + 1e-4 * promised + noise and promised < 0:
                return other
            length /= 2
        return None

    def _score(self, state: _State, slopes: Floats) -> float:
        inside = state.gamma > 0
        return float(np.abs(slopes * state.gamma)[inside].max(initial=0.0))


@dataclass(frozen=True, slots=True)
class _Found:
    state: _State
    score: float
    steps: int
    converged: bool
    wholly: bool  # no residual is left over, or less than the least: held there


def _likeliest(peaks: "Sequence[_Found]") -> "_Found":
    """Return the peak with the lowest criterion, of those that converged if any did; of equal ones by the variances."""
    peaks = [peak for peak in peaks if peak.converged] or peaks
    lowest = min(peak.state.criterion for peak in peaks)
    alike = [peak for peak in peaks if peak.state.criterion <= lowest + ALIKE]
    return min(alike, key=lambda peak: tuple(np.round(np.log1p(peak.state.gamma), 3)))


def _woken(gamma: Floats) -> Iterator[Floats]:
    """Yield the same variances with each that is 0 set to something."""
    for at in np.flatnonzero(gamma == 0):
        for level in (1.0, 100.0):
            yield np.where(np.arange(len(gamma)) == at, level, gamma)


def _solve_positive(matrix: Floats, right: Floats) -> Floats:
    """Return matrix⁻¹ · right for a matrix that rounding or confounded factors may have made singular."""
    size = np.sqrt(np.maximum(np.diagonal(matrix), 1e-200))
    values, vectors = np.linalg.eigh(matrix / np.outer(size, size))
    values = np.maximum(values, 1e-10)
    return np.asarray(vectors @ ((vectors.T @ (right / size)) / values) / size, dtype=np.float64)


def _standard_errors(state: _State, *, residual: bool) -> tuple[Floats, float]:
    """Return the standard errors of the factors' variances and of the residual's, from the average information."""
    inside = np.flatnonzero(state.gamma > 0)
    errors = np.full(len(state.gamma), np.nan)
    working, projected = state.working
    left = working[:, inside]
    right = projected[:, inside]
    if residual:
        left = np.column_stack([left, state.over])
        right = np.column_stack([right, state.factored.fit(state.over[:, None])[1]])
    information = left.T @ right / (2 * state.variance**3)
    if not len(information):
        return errors, float("nan")
    size = np.sqrt(np.diagonal(information))
    try:
        # Of factors that can hardly be told apart the inverse may be negative: then there is no standard error.
        with np.errstate(invalid="ignore"):
            spread = np.sqrt(np.diagonal(np.linalg.inv(information / np.outer(size, size)))) / size
    except np.linalg.LinAlgError:  # factors that cannot be told apart
        return errors, float("nan")
    errors[inside] = spread[: len(inside)]
    return errors, float(spread[-1]) if residual else float("nan")


def _report(
    peak: _Found,
    y: Floats,
    names: list[str],
    labels: Mapping[str, Labels],
    codes: Mapping[str, Ints],
    island: Ints,
    used: list[str],
    left_out: Mapping[str, str],
    least: float,
) -> Fit:
    state = peak.state
    equations = state.factored.equations
    flat = RESIDUAL in left_out
    errors, residual_error = (np.full(len(used), np.nan), float("nan"))
    if not flat:
        errors, residual_error = _standard_errors(state, residual=not peak.wholly)
    diagonal = np.sqrt(np.maximum(state.variance * state.factored.variances(), 0.0))
    residual = least if peak.wholly else state.variance
    components: dict[str, Component] = {name: Component(0.0, left_out=left_out.get(name, "")) for name in labels}
    values = {name: (np.zeros(len(levels)), np.zeros(len(levels))) for name, levels in labels.items()}
    for place, at in enumerate(equations.order):
        columns = equations.columns(place)
        components[used[at]] = Component(float(state.gamma[place] * state.variance), float(errors[place]))
        values[used[at]] = (state.effects[columns], diagonal[columns])
    components[RESIDUAL] = Component(residual, residual_error, left_out.get(RESIDUAL, ""))
    columns = equations.columns(len(equations.order))
    coefficients = state.effects[columns].copy()
    coefficients[names.index(INTERCEPT)] += y.mean()
    effects = {}
    for name, levels in labels.items():
        place_of = np.zeros(len(levels), dtype=np.int64)
        place_of[codes[name][::-1]] = island[::-1]
        n = np.bincount(codes[name], minlength=len(levels))
        effects[name] = Effects(levels, n, *values[name], place_of)
    return Fit(
        n=len(y),
        fixed={
            name: (float(value), float(error))
            for name, value, error in zip(names, coefficients, diagonal[columns], strict=True)
        },
        components=components,
        effects=effects,
        criterion=float("nan") if flat else state.criterion,
        score=peak.score,
        steps=peak.steps,
        converged=peak.converged,
        islands=int(island.max()) + 1,
        unit=state.variance,
        _solved=None if flat else _Solved(state.factored, state.variance, used),
    )
