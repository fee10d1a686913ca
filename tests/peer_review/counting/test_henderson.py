"""The mixed model equations against the same equations written out and solved as one dense system."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from peer_review.counting import henderson
from peer_review.counting.henderson import Equations, Factored, TooManyLevels, indicator

Floats = NDArray[np.float64]


def close_to(one: object, other: object) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-9)  # type: ignore[arg-type]


@dataclass
class Design:
    """A drawn design, in two forms: as Equations takes it, and written out."""

    equations: Equations
    gamma: Floats  # in the order of equations.order
    columns: Floats  # (ratings, all levels and fixed effects)
    data: Floats

    @property
    def factored(self) -> Factored:
        return self.equations.at(self.gamma)

    @property
    def scale(self) -> Floats:
        sizes = self.equations.sizes
        fixed = self.columns.shape[1] - sum(sizes)
        return np.repeat(np.append(np.sqrt(self.gamma), 1.0), [*sizes, fixed])

    @property
    def matrix(self) -> Floats:
        """The coefficients in the scale of v: S·CᵀC·S, plus one on the diagonal of each random effect."""
        scaled = self.columns * self.scale
        random = np.zeros(self.columns.shape[1])
        random[: sum(self.equations.sizes)] = 1.0
        return np.asarray(scaled.T @ scaled + np.diag(random))

    @property
    def variance(self) -> Floats:
        """The variance of the ratings, in units of the residual's."""
        made = np.eye(len(self.columns))
        for place, gamma in enumerate(self.gamma):
            part = self.columns[:, self.equations.columns(place)]
            made += gamma * part @ part.T
        return np.asarray(made)

    @property
    def fixed(self) -> Floats:
        return self.columns[:, sum(self.equations.sizes) :]

    @property
    def projection(self) -> Floats:
        """P, which takes out of the ratings what the effects explain."""
        inverse = np.linalg.inv(self.variance)
        middle = np.linalg.inv(self.fixed.T @ inverse @ self.fixed)
        return np.asarray(inverse - inverse @ self.fixed @ middle @ self.fixed.T @ inverse)


def draw(levels: list[int], gamma: list[float], *, many: int = 60, fixed: int = 2, seed: int = 1) -> Design:
    """Return a design in which every level occurs; `gamma` belongs to the factors as they are given."""
    rng = np.random.default_rng(seed)
    codes = [rng.permutation(np.arange(many) % size) for size in levels]
    wide = np.column_stack([np.ones(many), *(rng.normal(size=many) for _one in range(fixed - 1))])
    equations = Equations(codes, levels, wide)
    parts = [np.eye(levels[at])[codes[at]] for at in equations.order]
    return Design(
        equations,
        np.array([gamma[at] for at in equations.order]),
        np.column_stack([*parts, wide]),
        rng.normal(size=(many, 2)),
    )


DESIGNS = {
    "two factors": ([12, 5], [0.7, 1.9]),
    "the longer one last": ([4, 15], [2.5, 0.3]),
    "three factors": ([20, 6, 3], [1.1, 0.4, 3.0]),
    "one factor": ([9], [0.8]),
    "no factor": ([], []),
    "no variance between the levels of the longest": ([12, 5], [0.0, 1.9]),
    "no variance between those of another": ([12, 5], [0.7, 0.0]),
    "no variance at all": ([12, 5], [0.0, 0.0]),
}


@pytest.fixture(params=[pytest.param(value, id=name) for name, value in DESIGNS.items()])
def design(request: pytest.FixtureRequest) -> Design:
    return draw(*request.param)


def test_indicator_is_one_where_a_rating_has_the_level() -> None:
    made = indicator(np.array([2, 0, 2]), 4)

    assert made.toarray().tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]]


def test_the_longest_factor_comes_first_and_of_equals_the_first() -> None:
    codes = [np.zeros(1, dtype=np.int64)] * 4
    equations = Equations(codes, [3, 9, 3, 9], np.ones((1, 1)))

    assert equations.order == [1, 3, 0, 2]
    assert equations.sizes == [9, 9, 3, 3]
    assert [equations.columns(place) for place in (0, 1, 4)] == [slice(0, 9), slice(9, 18), slice(24, 25)]


def test_solutions_are_those_of_the_whole_system(design: Design) -> None:
    right = np.random.default_rng(2).normal(size=(design.columns.shape[1], 3))

    close_to(design.factored.solve(right), np.linalg.solve(design.matrix, right))


def test_the_determinant_is_that_of_the_variance_and_of_the_fixed_effects(design: Design) -> None:
    inner = design.fixed.T @ np.linalg.inv(design.variance) @ design.fixed
    expected = np.linalg.slogdet(design.variance)[1] + np.linalg.slogdet(inner)[1]

    close_to(design.factored.log_determinant, expected)


def test_effects_and_what_they_leave_over_fit_the_data(design: Design) -> None:
    effects, left = design.factored.fit(design.data)

    close_to(left, design.projection @ design.data)
    close_to(design.columns @ effects + left, design.data)
    # No fixed effect is left in what is left over.
    assert np.abs(design.fixed.T @ left).max() < 1e-9


def test_traces_say_how_fast_the_determinant_grows(design: Design) -> None:
    for place in range(len(design.gamma)):
        part = design.columns[:, design.equations.columns(place)]
        close_to(design.factored.trace(place), np.trace(part.T @ design.projection @ part))


def test_variances_are_the_diagonal_of_the_inverse(design: Design) -> None:
    inverse = np.linalg.inv(design.matrix) * np.outer(design.scale, design.scale)

    close_to(design.factored.variances(), np.diagonal(inverse))


def test_variance_of_a_combination_of_effects(design: Design) -> None:
    inverse = np.linalg.inv(design.matrix) * np.outer(design.scale, design.scale)
    rows = np.random.default_rng(3).normal(size=(4, design.columns.shape[1]))
    close_to(design.factored.combined(rows), np.diagonal(rows @ inverse @ rows.T))

    # Without the longest factor, which is the quicker way.
    rows[:, : design.equations.long] = 0.0
    close_to(design.factored.combined(sparse.csr_array(rows)), np.diagonal(rows @ inverse @ rows.T))


def test_what_is_sparse_and_what_is_dense_come_out_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for dense in (0.0, 2.0):  # every product dense, none
        monkeypatch.setattr(henderson, "DENSE", dense)
        design = draw([30, 6, 4], [0.9, 0.5, 2.0], many=90)
        rows = np.eye(design.columns.shape[1])
        factored = design.factored
        made.append(
            np.concatenate(
                [
                    [factored.log_determinant, *(factored.trace(place) for place in range(3))],
                    factored.variances(),
                    factored.combined(rows),
                    *factored.fit(design.data)[0].T,
                ]
            )
        )
        assert design.equations.is_dense is (dense == 0.0)

    close_to(made[0], made[1])


def test_slices_of_the_long_block_come_out_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = draw([30, 6], [0.9, 0.5], many=90).factored.variances()
    for dense in (0.0, 2.0):
        monkeypatch.setattr(henderson, "DENSE", dense)
        monkeypatch.setattr(henderson, "SLICE", 7)
        close_to(draw([30, 6], [0.9, 0.5], many=90).factored.variances(), whole)


def test_more_levels_than_memory_are_refused_and_the_longest_factor_is_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(henderson, "LARGEST", 7)
    assert draw([40, 5], [1.0, 1.0]).equations.others == 7

    for levels in ([40, 6], [40, 3, 3]):
        with pytest.raises(TooManyLevels, match="7 levels"):
            draw(levels, [1.0] * len(levels))
