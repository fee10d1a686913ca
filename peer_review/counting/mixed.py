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
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .henderson import Equations, Factored, indicator
from .linkage import islands
from .scales import Floats, Ints

Labels = npt.NDArray[Any]
RESIDUAL: Final = "residual"
INTERCEPT: Final = "intercept"
ISLAND: Final = "island"
#: Two-sided 95 % of the normal distribution.
Z95: Final = 1.959963984540054
#: Stop when the quadratic model promises less than this on the REML criterion.
PROMISE = 1e-14
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

    def combination(self, parts: Mapping[str, Any]) -> tuple[Floats, Floats]:
        """Return sums of effects and their standard errors, which know that effects of one fit err together.

        parts: factor, or "fixed" → matrix (sums, levels) of coefficients, dense or sparse; columns as in `effects`
        and `fixed`. Without ratings, all NaN.
        """
        rows = max((one.shape[0] for one in parts.values()), default=0)
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

    def errors(self, parts: Mapping[str, Any], rows: int) -> Floats:
        equations = self.factored.equations
        wide: list[Any] = []
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
) -> Fit:
    """Return the fit of crossed random effects.

    Shape: ratings and every column of labels (ratings,); NaN ratings are left out. Labels may be of any kind.
    `fixed` names factors whose levels are what is asked about, not a draw from a population. `linked` names the
    factors by which ratings are compared (all random ones): what no chain of them links is an island. `within` gives
    each island a level of its own, so that effects compare within islands only; without it the islands are compared
    as lme4 does, on the assumption that all levels are drawn from one population.
    `held` fixes the variances, for all random factors and "residual".
    Raises: TooManyLevels.
    """
    known = ~np.isnan(ratings)
    y = ratings[known].astype(np.float64)
    coded = {name: np.unique(one[known], return_inverse=True) for name, one in random.items()}
    codes = {name: inverse.reshape(-1).astype(np.int64) for name, (_labels, inverse) in coded.items()}
    labels = {name: values for name, (values, _inverse) in coded.items()}
    island = islands([codes[name] for name in (random if linked is None else linked)])
    if not len(island):
        island = np.zeros(len(y), dtype=np.int64)
    if not len(y):
        return _nothing(labels)
    columns = {name: one[known] for name, one in (fixed or {}).items()}
    if within:
        columns[ISLAND] = island
    names, design = _fixed_design(columns, len(y))
    left_out = _left_out(codes, design, y)
    used = [name for name in codes if name not in left_out]
    equations = Equations([codes[name] for name in used], [len(labels[name]) for name in used], design)
    search = _Search(equations, y - y.mean())
    ordered = [used[at] for at in equations.order]
    if held is not None:
        found = search.hold(np.array([held[name] for name in ordered]), held[RESIDUAL])
    elif RESIDUAL in left_out:
        found = search.hold(np.zeros(len(ordered)), 0.0)
    else:
        found = search.run()
    return _report(found, y, names, labels, codes, island, used, left_out)


def _nothing(labels: Mapping[str, Labels]) -> Fit:
    none = np.zeros(0)
    return Fit(
        n=0,
        fixed={INTERCEPT: (float("nan"), float("nan"))},
        components={name: Component(0.0, left_out="no_ratings") for name in [*labels, RESIDUAL]},
        effects={name: Effects(one, none.astype(int), none, none, none.astype(int)) for name, one in labels.items()},
    )


def _fixed_design(columns: Mapping[str, Labels], n: int) -> tuple[list[str], Any]:
    """Return the names and the columns of the fixed effects, without those that others determine."""
    names, parts = [INTERCEPT], [sparse.csr_array(np.ones((n, 1)))]
    for name, one in columns.items():
        labels, code = np.unique(one, return_inverse=True)
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


def _left_out(codes: Mapping[str, Ints], fixed: Any, y: Floats) -> dict[str, str]:
    """Return which variances cannot be estimated from such ratings, and why."""
    n = len(y)
    square = (fixed.T @ fixed).toarray()
    centred = y - y.mean()
    over = centred - fixed @ np.linalg.solve(square, fixed.T @ centred)
    spread = float(np.abs(over).max())
    if spread <= 1e-12 * max(1.0, float(np.abs(y).max())):
        return dict.fromkeys([*codes, RESIDUAL], "no_variation")
    reasons: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for name, code in codes.items():
        levels = int(code.max()) + 1
        wide = indicator(code, levels)
        touching = (fixed.T @ wide).toarray()
        outside = n - float((touching * np.linalg.solve(square, touching)).sum())
        _values, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        partition = first[inverse.reshape(-1)].tobytes()  # the same for the same groups, whatever they are called
        if outside <= 1e-9 * n:
            reasons[name] = "in_fixed"
        elif levels == n:
            reasons[name] = "one_each"
        elif partition in seen:
            reasons[name] = "same_as"
        seen.setdefault(partition, name)
    return reasons


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
        return traces - np.array([(one**2).sum() for one in self.per_level]) / self.variance

    @property
    def per_level(self) -> list[Floats]:
        """ZᵀPy of each factor; by the equations themselves this is u / gamma, which is exact where gamma is large."""
        equations = self.factored.equations
        made = []
        for place, gamma in enumerate(self.gamma):
            if gamma > 1.0:
                made.append(self.effects[equations.columns(place)] / gamma)
            else:
                made.append(equations.blocks[place].T @ self.over)
        return made

    @property
    def working(self) -> tuple[Floats, Floats]:
        """The working vectors ZZᵀPy and P times them, each (ratings, factors)."""
        blocks = self.factored.equations.blocks
        made = np.array([blocks[place] @ one for place, one in enumerate(self.per_level)])
        made = made.reshape(len(self.gamma), len(self.over)).T
        return made, self.factored.fit(made)[1]


class _Search:
    """The way to the variances: average information steps with a line search, kept inside gamma ≥ 0."""

    def __init__(self, equations: Equations, y: Floats) -> None:
        self.equations, self.y = equations, y
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
        held = self.fixed_variance
        variance = squares / max(1, self.freedom) if held is None else held
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
        factors = len(self.equations.sizes)
        if not factors:
            return _Found(self.state(np.zeros(0)), 0.0, 0, True, False)
        found: list[_Found] = []
        if not self._explains_all():
            found = [self._descend(start, cap=WHOLLY) for start in self._starts()]
            if self.equations.others <= SMALL:
                found += [self._descend(start, cap=WHOLLY) for start in _woken(min(found, key=_Found.rank).state.gamma)]
            if all(one.state.gamma.max() < WHOLLY for one in found):
                return min(found, key=_Found.rank)
        # Towards no residual at all, the boundary 0: hold it next to nothing, fit the others, see which is likelier.
        self.fixed_variance = float(self.y @ self.y) / len(self.y) / WHOLLY
        starts = [np.full(factors, WHOLLY / factors)]
        if self.equations.others <= SMALL:
            starts += [np.where(np.arange(factors) == at, WHOLLY, WHOLLY / 100) for at in range(factors)]
        held = [self._descend(start, cap=np.inf) for start in starts]
        inner = [one for one in found if one.state.gamma.max() < WHOLLY]
        return min([*inner, *(replace(one, wholly=True) for one in held)], key=_Found.rank)

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
        table = [np.array(one) for one in itertools.product(many, repeat=factors)]
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
                return _Found(state, self._score(state, slopes), step, True, False)
            better = self._line(state, slopes, move, cap)
            if better is None:
                return _Found(state, self._score(state, slopes), step, promise < 1e-6, False)
            state = better
        return _Found(state, self._score(state, state.slopes), STEPS, False, False)

    def _average_information(self, state: _State) -> Floats:
        """Return the criterion's curvature in gamma, the residual variance maximised away unless it is held."""
        working, projected = state.working
        made = working.T @ projected / state.variance
        if self.fixed_variance is None:
            along = working.T @ state.over
            made = made - np.outer(along, along) / (state.variance**2 * self.freedom)
        return np.asarray(made, dtype=np.float64)

    def _line(self, state: _State, slopes: Floats, move: Floats, cap: float) -> _State | None:
        """Return the first state along the move, halved again and again, that is low enough; None if none is."""
        length = 1.0
        while length > 1e-9:
            # Growth is bounded, so that one wild step leaves the sensible range of no factor.
            gamma = np.minimum(np.maximum(state.gamma + length * move, 0.0), 30.0 * state.gamma + 1.0)
            gamma = np.minimum(gamma, cap)
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
    wholly: bool  # no residual is left over

    def rank(self) -> tuple[bool, float]:
        """Converged first, then the lowest criterion."""
        return not self.converged, self.state.criterion


def _woken(gamma: Floats) -> Iterator[Floats]:
    """Yield the same variances with each that is 0 set to something."""
    for at in np.flatnonzero(gamma == 0):
        for level in (1.0, 100.0):
            yield np.where(np.arange(len(gamma)) == at, level, gamma)


def _solve_positive(matrix: Floats, right: Floats) -> Floats:
    """Return matrix⁻¹ · right for a matrix that rounding or confounded factors may have made singular."""
    size = np.sqrt(np.maximum(np.diagonal(matrix), 1e-300))
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
        spread = np.sqrt(np.diagonal(np.linalg.inv(information / np.outer(size, size)))) / size
    except np.linalg.LinAlgError:  # factors that cannot be told apart
        return errors, float("nan")
    errors[inside] = spread[: len(inside)]
    return errors, float(spread[-1]) if residual else float("nan")


def _report(
    found: _Found,
    y: Floats,
    names: list[str],
    labels: Mapping[str, Labels],
    codes: Mapping[str, Ints],
    island: Ints,
    used: list[str],
    left_out: Mapping[str, str],
) -> Fit:
    state = found.state
    equations = state.factored.equations
    flat = RESIDUAL in left_out
    errors, residual_error = (np.full(len(used), np.nan), float("nan"))
    if not flat:
        errors, residual_error = _standard_errors(state, residual=not found.wholly)
    diagonal = np.sqrt(np.maximum(state.variance * state.factored.variances(), 0.0))
    residual = 0.0 if found.wholly else state.variance
    components: dict[str, Component] = {name: Component(0.0, left_out=left_out.get(name, "")) for name in labels}
    values = {name: (np.zeros(len(one)), np.zeros(len(one))) for name, one in labels.items()}
    for place, at in enumerate(equations.order):
        columns = equations.columns(place)
        components[used[at]] = Component(float(state.gamma[place] * state.variance), float(errors[place]))
        values[used[at]] = (state.effects[columns], diagonal[columns])
    components[RESIDUAL] = Component(residual, residual_error, left_out.get(RESIDUAL, ""))
    columns = equations.columns(len(equations.order))
    coefficients = state.effects[columns].copy()
    coefficients[names.index(INTERCEPT)] += y.mean()
    effects = {}
    for name, one in labels.items():
        place_of = np.zeros(len(one), dtype=np.int64)
        place_of[codes[name][::-1]] = island[::-1]
        n = np.bincount(codes[name], minlength=len(one))
        effects[name] = Effects(one, n, *values[name], place_of)
    return Fit(
        n=len(y),
        fixed={
            name: (float(value), float(error))
            for name, value, error in zip(names, coefficients, diagonal[columns], strict=True)
        },
        components=components,
        effects=effects,
        criterion=float("nan") if flat else state.criterion,
        score=found.score,
        steps=found.steps,
        converged=found.converged,
        islands=int(island.max()) + 1,
        unit=state.variance,
        _solved=None if flat else _Solved(state.factored, state.variance, used),
    )
