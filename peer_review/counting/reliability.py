"""How far ballots agree about who stands where: intraclass correlations, generalisability.

A reliability near 1 says that other voters like these would have put the subjects in nearly the same order and
distance. It says nothing of whether they are right.

Sources: Shrout and Fleiss, Psychological Bulletin 86 (1979), 420; McGraw and Wong, Psychological Methods 1 (1996), 30;
Brennan, Generalizability Theory (2001), chapters 2 and 4; for unequal numbers of ballots Searle, Casella and McCulloch,
Variance Components (1992), section 3.6. Bands: Koo and Li, Journal of Chiropractic Medicine 15 (2016), 155.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
from scipy.special import fdtri

from .scales import Flags, Floats, Ints, round_half_up

#: The reliability above which each band begins, after Koo and Li (2016); 0.75 is good already, 0.9 is good still.
BANDS = (("excellent", 0.9), ("good", 0.75), ("moderate", 0.5))
#: Equal up to so many decimals is equal: sums in another order differ in the last bits.
_EXACT = 9


@dataclass(frozen=True, slots=True)
class OneWay:
    """One-way random analysis of variance: ballots within subjects, whoever cast them (Shrout and Fleiss, case 1).

    between, within: mean squares, NaN without degrees of freedom (one subject; one ballot each). k: ballots a subject;
    where numbers differ k0 = (N − Σ nᵢ² / N) / (a − 1), of a subjects with N ballots. harmonic: their harmonic mean.
    """

    subjects: int
    ballots: int
    k: float
    harmonic: float
    between: float
    within: float

    @property
    def single(self) -> float:
        """ICC(1), of one ballot: (MSB − MSW) / (MSB + (k0 − 1) MSW). NaN where no two ballots differ, or nothing is
        known."""
        return _ratio(self.between - self.within, self.between + (self.k - 1) * self.within)

    @property
    def mean(self) -> float:
        """ICC(k), of the mean of k0 ballots: (MSB − MSW) / MSB, which is ICC(1) stepped up by Spearman and Brown. NaN
        as above, minus infinity where all subjects have the same mean."""
        return _ratio(self.between - self.within, self.between)

    @property
    def variance(self) -> float:
        """Variance component of subjects, (MSB − MSW) / k0; below 0 where ballots differ more than subjects do."""
        return _ratio(self.between - self.within, self.k)

    @property
    def generalisability(self) -> float:
        """Coefficient of the mean where raters are nested in subjects: σ²(p) / (σ²(p) + MSW / ñ).

        ñ is the harmonic mean of the numbers of ballots, since the error is MSW / nᵢ, averaged over subjects. Equals
        ICC(k) where all have equally many. A variance below 0 counts as 0.
        """
        variance = float(np.maximum(0.0, self.variance))
        return _ratio(variance, variance + _ratio(self.within, self.harmonic))

    def interval(self, *, level: float = 0.95) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the confidence intervals of `single` and of `mean`, from the F distribution.

        Exact for normal errors and equally many ballots, else near. NaN where there is none.
        """
        low, high = _bounds(self.between, self.within, self.subjects - 1, self.ballots - self.subjects, level)
        one, many = ((_single_of(f, self.k), _mean_of(f)) for f in (low, high))
        return (one[0], many[0]), (one[1], many[1])


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Two-way analysis of variance of a complete table: every rater judged every subject.

    rows, columns, error: mean squares of subjects, of raters and of what is left; NaN without degrees of freedom.
    """

    subjects: int
    raters: int
    rows: float
    columns: float
    error: float

    @property
    def agreement_single(self) -> float:
        """ICC(A,1), Shrout and Fleiss's ICC(2,1): a severe rater counts as disagreement."""
        severity = self.raters * _ratio(self.columns - self.error, self.subjects)
        return _ratio(self.rows - self.error, self.rows + (self.raters - 1) * self.error + severity)

    @property
    def agreement_mean(self) -> float:
        """ICC(A,k), Shrout and Fleiss's ICC(2,k); the index of dependability Φ of the crossed design."""
        return _ratio(self.rows - self.error, self.rows + _ratio(self.columns - self.error, self.subjects))

    @property
    def consistency_single(self) -> float:
        """ICC(C,1), Shrout and Fleiss's ICC(3,1): being severe with everybody does not count as disagreement."""
        return _ratio(self.rows - self.error, self.rows + (self.raters - 1) * self.error)

    @property
    def consistency_mean(self) -> float:
        """ICC(C,k), Shrout and Fleiss's ICC(3,k), Cronbach's alpha; the generalisability coefficient Eρ² of the crossed
        design."""
        return _ratio(self.rows - self.error, self.rows)


class ReliabilityJson(TypedDict):
    """A Reliability as it is kept with the round's result."""

    design: str
    subjects: int
    ballots: int
    k: float
    single: float | None
    mean: float | None
    low: float | None
    high: float | None
    generalisability: float | None
    agreement: float | None
    consistency: float | None


@dataclass(frozen=True, slots=True)
class Reliability:
    """How reliable a round is, fit to be published: two decimals, estimates below 0 as 0, None without an answer.

    design: "nested" (each subject has voters of its own, or nobody can tell) or "crossed" (complete whole sheets).
    k: ballots a subject (OneWay). single, mean: ICC(1), ICC(k); low, high: the 95 % interval of `mean`.
    generalisability: of the mean, by design.  agreement, consistency: ICC(A,1) and ICC(C,1),
    crossed designs only.
    """

    design: str
    subjects: int
    ballots: int
    k: float
    single: float | None
    mean: float | None
    low: float | None
    high: float | None
    generalisability: float | None
    agreement: float | None = None
    consistency: float | None = None


def one_way(subject: Ints, values: Floats) -> OneWay:
    """Return the one-way analysis of ballots, a subject's number and a value each, none missing.

    Shape: both (ballots,). Numbers of which there is no ballot are no subjects.
    """
    per_subject = np.bincount(subject)
    numbers = np.flatnonzero(per_subject)
    n, ballots = per_subject[numbers], len(values)
    if not ballots:
        return OneWay(0, 0, np.nan, np.nan, np.nan, np.nan)
    # From their middle: squares of far numbers would eat small differences.
    values = values - values.mean()
    means = np.bincount(subject, weights=values) / np.maximum(per_subject, 1)
    left = values - means[subject]
    apart = means[numbers] - (means[numbers] * n).sum() / ballots
    subjects = len(numbers)
    return OneWay(
        subjects=subjects,
        ballots=ballots,
        k=_ratio(ballots - float((n.astype(np.float64) ** 2).sum()) / ballots, subjects - 1),
        harmonic=float(subjects / (1.0 / n).sum()),
        between=_mean_square(float((n * apart**2).sum()), subjects - 1),
        within=_mean_square(float((left**2).sum()), ballots - subjects),
    )


def two_way(table: Floats) -> TwoWay:
    """Return the two-way analysis of a complete table.

    Shape: table is (subjects, raters), no NaN.
    Raises: ValueError if a value is missing.
    """
    if np.isnan(table).any():
        raise ValueError("a two-way analysis needs a complete table")
    subjects, raters = table.shape
    if not table.size:
        return TwoWay(subjects, raters, np.nan, np.nan, np.nan)
    table = table - table.mean()
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    left = table - rows[:, None] - columns
    return TwoWay(
        subjects=subjects,
        raters=raters,
        rows=_mean_square(raters * float((rows**2).sum()), subjects - 1),
        columns=_mean_square(subjects * float((columns**2).sum()), raters - 1),
        error=_mean_square(float((left**2).sum()), (subjects - 1) * (raters - 1)),
    )


def round_reliability(
    subject: Ints,
    points: Sequence[Floats],
    *,
    shown: Flags,
    weights: Floats,
    floor: int,
    subjects_from: int = 2,
    spread_floor: float,
    sheet: Ints | None = None,
    sheets_from: int | None = None,
    covering: Flags | None = None,
) -> Reliability | None:
    """Return the reliability of the subjects whose figures are shown; None if they are fewer than
    `subjects_from` or `floor`, their ballots fewer than `floor`, or there is nothing to compare.

    A ballot's value is its weighted mean over the criteria it answers, of those shown of its subject; a criterion's own
    mean is taken off before, so that passing over a hard one is no praise. Classes are not weighed, nothing is trimmed.
    Whole sheets that all answer about all these subjects are a crossed design, if those of them that hide each other
    are `sheets_from`, else `floor`, or more. No spread within subjects is taken to be less than spread_floor: a smaller
    one would tell that all agree.
    Shape: subject and sheet (ballots,); points one (ballots,) a criterion, NaN where nothing was answered; shown
        (criteria, subjects); weights (criteria,); covering (ballots,), False for those of classes declared not
        anonymous, None: all hide each other.
    """
    values, inside = composites(subject, points, shown, weights)
    subject, values = subject[inside], values[inside]
    one = one_way(subject, values)
    if one.subjects < max(2, subjects_from, floor) or one.ballots < floor or np.isnan(one.within):
        return None
    one = replace(one, within=max(one.within, spread_floor**2))
    least = floor if sheets_from is None else sheets_from
    table = None
    if sheet is not None:
        covered = np.unique(sheet[inside] if covering is None else sheet[inside & covering])
        table = _table(subject, values, sheet[inside]) if len(covered) >= least else None
    _single, (low, high) = one.interval()
    reliability = Reliability(
        design="nested",
        subjects=one.subjects,
        ballots=one.ballots,
        k=round_half_up(one.k),
        single=_told(one.single),
        mean=_told(one.mean),
        low=_told(low),
        high=_told(high),
        generalisability=_told(one.generalisability),
    )
    if table is None:
        return reliability
    two = two_way(table)
    two = replace(two, error=max(two.error, spread_floor**2))
    return replace(
        reliability,
        design="crossed",
        generalisability=_told(two.consistency_mean),
        agreement=_told(two.agreement_single),
        consistency=_told(two.consistency_single),
    )


def composites(subject: Ints, points: Sequence[Floats], shown: Flags, weights: Floats) -> tuple[Floats, Flags]:
    """Return each ballot's value over the criteria, and whether it has one: its weighted mean over those it answers, of
    those shown of its subject, each less that criterion's mean.

    Shape: points one (ballots,) a criterion; shown (criteria, subjects); weights (criteria,); returns (ballots,) twice.
    """
    total, weight = np.zeros(len(subject)), np.zeros(len(subject))
    for column, about, share in zip(points, shown, weights, strict=True):
        given = about[subject] & ~np.isnan(column)
        if share and given.any():
            total[given] += share * (column[given] - column[given].mean())
            weight[given] += share
    inside = weight > 0
    values = np.divide(total, weight, out=np.zeros(len(subject)), where=inside)
    return _settle(values), inside


def band_of(reliability: float) -> str:
    """Return the key of the band that a reliability falls into: excellent, good, moderate or poor (Koo and Li 2016)."""
    for band, lowest in BANDS:
        if reliability > lowest or (reliability == lowest and band != "excellent"):
            return band
    return "poor"


def _table(subject: Ints, values: Floats, sheet: Ints) -> Floats | None:
    """Return whole sheets as (subjects, sheets); None unless each answers about each, and they are two or more."""
    (subjects, row), (sheets, column) = (np.unique(code, return_inverse=True) for code in (subject, sheet))
    if len(sheets) < 2 or len(values) != len(subjects) * len(sheets):
        return None
    table = np.full((len(subjects), len(sheets)), np.nan)
    table[row.reshape(-1), column.reshape(-1)] = values
    return None if np.isnan(table).any() else table


def _settle(values: Floats) -> Floats:
    return np.round(values, _EXACT).astype(np.float64, copy=False)


def _bounds(between: float, within: float, upper: int, lower: int, level: float) -> tuple[float, float]:
    """Return the bounds of the F ratio of two mean squares with these degrees of freedom."""
    f = _ratio(between, within)
    if f != f or upper < 1 or lower < 1:
        return float("nan"), float("nan")
    p = (1 + level) / 2
    return f / float(fdtri(upper, lower, p)), f * float(fdtri(lower, upper, p))


def _single_of(f: float, k: float) -> float:
    return 1.0 if f == np.inf else _ratio(f - 1, f + k - 1)


def _mean_of(f: float) -> float:
    return 1 - _ratio(1.0, f)


def _mean_square(squares: float, freedom: int) -> float:
    """Return squares per degree of freedom, exactly 0 where only rounding is left of them."""
    if freedom < 1:
        return float("nan")
    return squares / freedom if squares > 10.0 ** -(2 * _EXACT) else 0.0


def _ratio(above: float, below: float) -> float:
    """Return above / below; NaN for 0 / 0, else infinity of the sign."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.float64(above) / np.float64(below))


def _told(value: float) -> float | None:
    return None if value != value else round_half_up(min(1.0, max(0.0, value)), 2)
