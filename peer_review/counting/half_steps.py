"""Figures in half-steps: for subjects whose voters are nearly those of another round.

A half-step is ten points of a hundred, half a step of the scale from 1 to 5. From each grade's lowest mark upwards the
scale is cut into stretches of ten points; what is left over at a grade's end is part of its last stretch. A figure is
shown as the middle of its stretch, one that is a range already (small_groups) as the stretches that the range touches,
and its interval likewise. So it proposes the same grade as
the exact figure, and tells of one voter more or less almost nothing: with six voters the newcomer's mark can lie
anywhere in sixty points, whatever the other five are known to have given.

Distributions, adjusted scores and whether one ballot decides are not shown of such a subject. Means over several
subjects are computed from what is shown of each, so that nothing finer can be subtracted from them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from .release import Figure, Plan, Release, Sheet
from .scales import BANDS, Flags, round_half_up
from .small_groups import AT_LEAST, AT_MOST, BETWEEN, Shown

STEP = 10.0


def half_step(points: float, bands: Sequence[float] = BANDS) -> tuple[float, float]:
    """Return the ends of the stretch in which a figure from 0 to 100 lies; `bands` as in scales.BANDS."""
    edges = _edges(bands)
    place = max(at for at, edge in enumerate(edges[:-1]) if edge <= points)
    return edges[place], edges[place + 1]


def in_half_steps(release: Release, coarse: Collection[int], plan: Plan) -> Release:
    """Return a release with the figures of these subjects (places) in half-steps, and every mean that holds one of
    them computed from what is shown."""
    if not coarse:
        return release
    subjects = tuple(_coarse_sheet(sheet, plan) if at in coarse else sheet for at, sheet in enumerate(release.subjects))

    def shown(sheets: tuple[Sheet, ...], place_of: Sequence[int]) -> tuple[Sheet, ...]:
        return tuple(
            _mean_of_shown(sheet, subjects, inside, plan) if any(inside[place] for place in coarse) else sheet
            for sheet, inside in ((sheet, np.asarray(place_of) == at) for at, sheet in enumerate(sheets))
        )

    severity = release.severity and replace(
        release.severity,
        reasons=tuple("not_shown" if at in coarse else reason for at, reason in enumerate(release.severity.reasons)),
    )
    (unit,) = shown((release.unit,), [0] * len(subjects))
    ranks = release.ranks if plan.ranks is None else shown(release.ranks, plan.ranks.tolist())
    sections = shown(release.sections, plan.sections.tolist())
    return replace(release, subjects=subjects, sections=sections, ranks=ranks, unit=unit, severity=severity)


def _edges(bands: Sequence[float]) -> list[float]:
    """Return where the stretches begin, and 100."""
    lowest = sorted({0.0, *bands})
    edges = []
    for begin, end in zip(lowest, [*lowest[1:], 100.0], strict=True):
        edges += [begin + STEP * at for at in range(max(1, int((end - begin) // STEP)))]
    return [*edges, 100.0]


def _coarse_sheet(sheet: Sheet, plan: Plan) -> Sheet:
    return replace(
        sheet,
        score=_coarse(sheet.score, plan),
        criteria=tuple(_coarse(figure, plan) for figure in sheet.criteria),
        classes={
            voters: (tuple(_coarse(figure, plan) for figure in figures), _coarse(score, plan))
            for voters, (figures, score) in sheet.classes.items()
        },
        one_ballot=None,
        adjusted=None,
    )


def _coarse(figure: Figure | None, plan: Plan) -> Figure | None:
    if figure is None:
        return None
    low, high = half_step(figure.low, plan.bands)[0], half_step(figure.high, plan.bands)[1]
    return replace(figure, shown=_coarse_range(figure.shown, plan), low=low, high=high, bars=None)


def _coarse_range(shown: Shown, plan: Plan) -> Shown:
    """Return the stretches that a figure touches as it is shown; of one stretch its middle."""
    first, last = half_step(shown.least, plan.bands), half_step(shown.most, plan.bands)
    if shown.code == AT_LEAST:
        return Shown(first[0], first[0], AT_LEAST)
    if shown.code == AT_MOST:
        return Shown(last[1], last[1], AT_MOST)
    if first != last:
        return Shown(first[0], last[1], BETWEEN)
    middle = _rounded((first[0] + first[1]) / 2, plan)
    return Shown(middle, middle)


def _mean_of_shown(sheet: Sheet, subjects: Sequence[Sheet], inside: Flags, plan: Plan) -> Sheet:
    """Return a group's means, made anew of its members' figures as they are shown."""
    members = [subjects[int(at)] for at in np.flatnonzero(inside)]
    criteria = []
    for number, figure in enumerate(sheet.criteria):
        shown = [member.criteria[number] for member in members]
        criteria.append(_mean(figure, [known for known in shown if known is not None], plan))
    return replace(sheet, criteria=tuple(criteria), score=_score(criteria, plan))


def _mean(figure: Figure | None, shown: list[Figure], plan: Plan) -> Figure | None:
    if figure is None or not shown:
        return None
    value = sum(known.value for known in shown) / len(shown)
    half = sum(((known.high - known.low) / 2) ** 2 for known in shown) ** 0.5 / len(shown)
    return _bounded(figure, value, half, plan)


def _score(criteria: Sequence[Figure | None], plan: Plan) -> Figure | None:
    known = [(float(plan.criterion_weights[at]), figure) for at, figure in enumerate(criteria) if figure is not None]
    total = sum(weight for weight, _figure in known)
    if not total:
        return None
    value = sum(weight * figure.value for weight, figure in known) / total
    half = sum(weight * (figure.high - figure.low) / 2 for weight, figure in known) / total
    return _bounded(Figure(Shown(0.0, 0.0), 0.0, 0.0), value, half, plan)


def _bounded(figure: Figure, value: float, half: float, plan: Plan) -> Figure:
    low, high = max(0.0, value - half), min(100.0, value + half)
    shown = Shown(_rounded(value, plan), _rounded(value, plan))
    return replace(figure, shown=shown, low=_rounded(low, plan), high=_rounded(high, plan), bars=None)


def _rounded(value: float, plan: Plan) -> float:
    return value if plan.decimals is None else round_half_up(value, plan.decimals)
