"""Henderson's mixed model equations, solved in two blocks.

With several crossed factors one is much the longest (a thousand sheets, and fifty subjects). Two ratings of different
levels of a factor share no equation of that factor, so its block is diagonal and can be eliminated by division; what
is left (the Schur complement) is as large as the other factors together, and dense. That is sparse Cholesky with the
ordering known beforehand: no library for it is needed, and no fill-in is computed twice.

Everything here is in units of the residual variance: `gamma` is each factor's variance divided by it. Random effects
are written u = √gamma · v with v of unit variance, as Bates does, so that gamma = 0 is an ordinary value.
Source: Henderson (1984), Applications of Linear Models in Animal Breeding; Bates and others, J. Stat. Softw. 67 (2015).
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from scipy import linalg, sparse

from .scales import Floats, Ints

#: The dense part holds so many levels at most: half a gigabyte of numbers.
LARGEST = 8_000
#: Beyond this share of entries a product is quicker dense.
DENSE = 0.05
#: Rows of the long block whose variances are worked out at once.
SLICE = 2_000


#: Coefficients: sparse where most are 0.
Matrix: TypeAlias = sparse.csr_array | Floats


class TooManyLevels(ValueError):
    """All factors but the longest, and the fixed effects, have more than LARGEST levels together."""


def indicator(codes: Ints, levels: int) -> sparse.csr_array:
    """Return the sparse matrix (ratings, levels) that is 1 where a rating has the level."""
    rows = len(codes)
    return sparse.csr_array((np.ones(rows), codes, np.arange(rows + 1)), shape=(rows, levels))


class Equations:
    """The equations of one design, for any variances. `order` holds the factors, the longest first.

    Columns of all matrices are numbered so: the levels of order[0], of order[1], …, then the fixed effects.
    """

    def __init__(self, codes: Sequence[Ints], levels: Sequence[int], fixed: sparse.csr_array) -> None:
        self.order = sorted(range(len(codes)), key=lambda at: (-levels[at], at))
        long, rest = self.order[:1], self.order[1:]
        self.sizes = [levels[at] for at in self.order]
        self.long = sum(levels[at] for at in long)
        if sum(levels[at] for at in rest) + fixed.shape[1] > LARGEST:
            raise TooManyLevels(f"more than {LARGEST} levels beside the longest factor")
        indicators = [indicator(codes[at], levels[at]) for at in self.order]
        self.blocks = [*indicators, sparse.csr_array(fixed)]
        self.design = sparse.csr_array(sparse.hstack(self.blocks))
        self.counts: list[Floats] = [np.asarray(matrix.sum(axis=0), dtype=np.float64).ravel() for matrix in indicators]
        other = sparse.csr_array(sparse.hstack(self.blocks[len(long) :]))
        self.others = other.shape[1]
        self.square: Floats = (other.T @ other).toarray()
        cross = sparse.csr_array(
            other.T @ indicators[0] if long else np.zeros((self.others, 0)), shape=(self.others, self.long)
        )
        self.is_dense = cross.nnz > DENSE * self.others * max(1, self.long) and self.others * self.long < 5e7
        self.cross: Matrix = cross.toarray() if self.is_dense else cross
        self.starts = np.cumsum([0, *self.sizes])

    def columns(self, place: int) -> slice:
        """Return which columns the factor at this place of `order` has; len(order) stands for the fixed effects."""
        if place == len(self.sizes):
            return slice(int(self.starts[-1]), self.long + self.others)
        return slice(int(self.starts[place]), int(self.starts[place + 1]))

    def at(self, gamma: Floats) -> "Factored":
        """Return the equations factored at these variances, one a factor in `order`."""
        return Factored(self, gamma)

    def weighted_square(self, weights: Floats) -> Floats:
        """Return cross · diag(weights) · crossᵀ, (others, others)."""
        if isinstance(self.cross, np.ndarray):
            product: Floats = (self.cross * weights) @ self.cross.T
            return product
        return np.asarray(((self.cross * weights[None, :]) @ self.cross.T).toarray(), dtype=np.float64)


class Factored:
    """The equations at given variances: the determinant, solutions, and parts of the inverse."""

    def __init__(self, equations: Equations, gamma: Floats) -> None:
        self.equations, self.gamma = equations, gamma
        fixed = equations.long + equations.others - int(equations.starts[-1])
        self.scale = np.repeat(np.append(np.sqrt(gamma), 1.0), [*equations.sizes, fixed])
        self.short = self.scale[equations.long :]
        self.top = float(gamma[0]) if len(gamma) else 0.0
        self.diagonal = 1.0 + self.top * equations.counts[0] if len(gamma) else np.ones(0)
        self.left = equations.square
        if self.top:
            self.left = self.left - equations.weighted_square(self.top / self.diagonal)
        matrix = self.left * (self.short[:, None] * self.short[None, :])
        at = np.arange(equations.others - fixed)
        matrix[at, at] += 1.0
        self.factor = linalg.cholesky(matrix, lower=True, overwrite_a=True, check_finite=False)
        self._inverse: Floats | None = None

    @property
    def log_determinant(self) -> float:
        """log|W| + log|XᵀW⁻¹X|, where W is the variance of the ratings."""
        return float(np.log(self.diagonal).sum() + 2.0 * np.log(np.diagonal(self.factor)).sum())

    @property
    def inverse(self) -> Floats:
        """The inverse's dense part, (others, others), in the scale of v."""
        if self._inverse is None:
            low: Floats = np.asarray(linalg.lapack.dpotri(self.factor, lower=1)[0], dtype=np.float64)
            self._inverse = np.tril(low) + np.tril(low, -1).T
        known: Floats = self._inverse
        return known

    def solve(self, right: Floats) -> Floats:
        """Return the solutions for right-hand sides (columns, many), in the scale of v."""
        equations = self.equations
        upper, lower = right[: equations.long], right[equations.long :]
        divided = upper / self.diagonal[:, None]
        root = np.sqrt(self.top)
        if self.top:
            lower = lower - root * self.short[:, None] * (equations.cross @ divided)
        below = linalg.cho_solve((self.factor, True), lower, check_finite=False)
        if self.top:
            back = root * (equations.cross.T @ (self.short[:, None] * below))
            divided = divided - back / self.diagonal[:, None]
        both: Floats = np.concatenate([divided, below])
        return both

    def fit(self, data: Floats) -> tuple[Floats, Floats]:
        """Return the effects that fit data (ratings, many), and what they leave over.

        The second is P·data, the ratings' part that neither the fixed nor the random effects explain.
        """
        design = self.equations.design
        effects = self.scale[:, None] * self.solve(self.scale[:, None] * (design.T @ data))
        return effects, data - design @ effects

    def trace(self, place: int) -> float:
        """Return tr(ZᵀPZ) of the factor at this place: how fast the determinant grows with its gamma."""
        equations = self.equations
        gamma, size = float(self.gamma[place]), equations.sizes[place]
        if place == 0 and gamma:
            weights = gamma / self.diagonal**2
            inner = equations.weighted_square(weights) * (self.short[:, None] * self.short[None, :])
            return float(size - (1.0 / self.diagonal).sum() - (self.inverse * inner).sum()) / gamma
        columns = equations.columns(place)
        if gamma:
            inside = slice(columns.start - equations.long, columns.stop - equations.long)
            return float(size - np.diagonal(self.inverse)[inside].sum()) / gamma
        if place == 0:
            inner = equations.weighted_square(np.ones(size)) * (self.short[:, None] * self.short[None, :])
            return float(equations.counts[0].sum() - (self.inverse * inner).sum())
        inside = slice(columns.start - equations.long, columns.stop - equations.long)
        touching = self.short[:, None] * self.left[:, inside]
        return float(np.diagonal(self.left)[inside].sum() - (touching * (self.inverse @ touching)).sum())

    def variances(self) -> Floats:
        """Return the diagonal of the inverse, (columns,), in units of the residual variance: of each effect's error."""
        low = np.diagonal(self.inverse)
        top = 1.0 / self.diagonal
        if self.top:
            top += self.top * self._long_diagonal() / self.diagonal**2
        diagonal: Floats = self.scale**2 * np.concatenate([top, low])
        return diagonal

    def _long_diagonal(self) -> Floats:
        """Return the diagonal of crossᵀ · inverse · cross, in the scale of v."""
        equations = self.equations
        diagonal = np.empty(equations.long)
        columns = None if equations.is_dense else sparse.csc_array(equations.cross)
        for first in range(0, equations.long, SLICE):
            part = slice(first, min(first + SLICE, equations.long))
            if columns is None:
                dense = equations.cross[:, part] * self.short[:, None]
                diagonal[part] = (dense * (self.inverse @ dense)).sum(axis=0)
                continue
            # Every pair of entries of a column: few, where a rating touches few levels.
            start = columns.indptr[first : part.stop + 1]
            rows = columns.indices[start[0] : start[-1]]
            values = columns.data[start[0] : start[-1]] * self.short[rows]
            n = np.diff(start)
            column = np.repeat(np.arange(len(n)), n)
            each = n[column]
            left = np.repeat(np.arange(len(rows)), each)
            right = (
                np.arange(len(left))
                - np.repeat(np.cumsum(each) - each, each)
                + np.repeat((start - start[0])[column], each)
            )
            terms = values[left] * values[right] * self.inverse[rows[left], rows[right]]
            diagonal[part] = np.bincount(column[left], weights=terms, minlength=len(n))
        return diagonal

    def combined(self, rows: Matrix) -> Floats:
        """Return the variance of rows · effects, (rows,), in units of the residual variance."""
        rows = sparse.csr_array(rows)
        if not rows[:, : self.equations.long].nnz:
            short = self.short[:, None] * rows[:, self.equations.long :].toarray().T
            return np.asarray((short * (self.inverse @ short)).sum(axis=0), dtype=np.float64)
        wide = self.scale[:, None] * rows.toarray().T
        return np.asarray((wide * self.solve(wide)).sum(axis=0), dtype=np.float64)
