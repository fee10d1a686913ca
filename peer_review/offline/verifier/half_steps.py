"""Subjects whose figures are shown in half-steps, and the means that hold them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

from peer_review.offline.verifier.constants import APART_FROM
from peer_review.offline.verifier.figures import tenths
from peer_review.offline.verifier.ranges import Figure, bounds
from peer_review.offline.verifier.rules import Rules

HALF_STEP = 10


class SubjectFigures(TypedDict):
    """What half-steps change of a subject's figures."""

    score: list[Decimal] | None
    shown: dict[str, object] | None
    criteria: dict[str, Figure]
    classes: dict[str, list[object]]
    one_ballot: bool | None
    adjusted: object


class GroupFigures(TypedDict):
    """What half-steps change of a section's figures, a rank's, or those of all together."""

    score: list[Decimal] | None
    ballots: int | None
    members: int
    criteria: dict[str, Figure]


def in_half_steps(
    subjects: Sequence[SubjectFigures],
    groups: Iterable[tuple[Sequence[GroupFigures], Sequence[int]]],
    coarse: Iterable[int],
    rules: Rules,
    *,
    version: int,
) -> None:
    """Put these subjects' figures into half-steps, and make every mean that holds one of them of what is shown.

    groups: the figures of one kind of group, and of each subject the place of its group among them, -1 for none.
    """
    concerned = set(coarse)
    for at in concerned:
        coarsen_sheet(subjects[at], rules.bands)
    for sheets, place_of in groups:
        for place in {place_of[at] for at in concerned if place_of[at] >= 0}:
            members = [subjects[at] for at, other in enumerate(place_of) if other == place]
            mean_of_shown(sheets[place], members, rules, version=version)


def coarsen_sheet(sheet: SubjectFigures, bands: Sequence[int]) -> None:
    """Put every figure of a subject into half-steps; what half-steps do not have is gone."""
    if sheet["score"]:
        sheet["score"], sheet["shown"] = coarsened(sheet["score"], sheet["shown"], bands)
    sheet["classes"] = {name: coarse_list(score, bands, short=True) for name, score in sheet["classes"].items()}
    for criterion in sheet["criteria"].values():
        criterion["value"], criterion["shown"] = coarsened(criterion["value"], criterion["shown"], bands)
        criterion["bars"] = None
        criterion["classes"] = {name: coarse_list(value, bands) for name, value in criterion["classes"].items()}
    sheet["one_ballot"] = sheet["adjusted"] = None


def coarse_list(value: Sequence[object], bands: Sequence[int], *, short: bool = False) -> list[object]:
    """Return a class's figure in half-steps: [value, low, high, n, abstentions, range if it is one]; `short`: only the
    first three where it is none."""
    told = value[5] if len(value) > 5 else None
    figure, shown = coarsened(
        [Decimal(str(number)) for number in value[:3]], told if isinstance(told, dict) else None, bands
    )
    if short and shown is None:
        return [*figure]
    return [*figure, *(value[3:5] or (0, 0)), *([shown] if shown else [])]


def coarsened(
    value: Sequence[Decimal], shown: dict[str, object] | None, bands: Sequence[int]
) -> tuple[list[Decimal], dict[str, object] | None]:
    """Return a figure as the stretches that it touches, with the ends of those in which its bounds lie."""
    least, most = (Decimal(str(shown[end])) for end in ("least", "most")) if shown else (value[0], value[0])
    code = shown["code"] if shown else ""
    first, last = stretch(least, bands), stretch(most, bands)
    low, high = stretch(value[1], bands)[0], stretch(value[2], bands)[1]
    begin, end = first[0], last[1]
    if code == "at_least":
        end = begin
    elif code == "at_most":
        begin = end
    elif first == last:
        return [(begin + end) / 2, low, high], None
    number = begin if begin == end else tenths(Fraction(begin + end) / 2)
    told: dict[str, object] = {"code": code or "between", "least": begin, "most": end}
    if shown and "grade" in shown:
        told["grade"] = shown["grade"]
    return [number, low, high], told


def stretch(points: Decimal, bands: Sequence[int]) -> tuple[Decimal, Decimal]:
    """Return the ends of the stretch in which a figure lies: ten points from each grade's lowest mark upwards, the last
    of a grade with what is left over."""
    lowest = sorted({0, *bands})
    edges = [
        begin + HALF_STEP * step
        for begin, end in zip(lowest, [*lowest[1:], 100], strict=True)
        for step in range(max(1, (end - begin) // HALF_STEP))
    ]
    begin = max(edge for edge in edges if edge <= points)
    return Decimal(begin), Decimal(min([edge for edge in edges if edge > begin], default=100))


def mean_of_shown(group: GroupFigures, members: Sequence[SubjectFigures], rules: Rules, *, version: int) -> None:
    """Make a group's means anew of its members' figures as they are shown.

    By versions 1 and 2 of the rules a mean may hold members that are not shown; of these none is made.
    """
    criteria: dict[str, Figure] = {}
    for key, figure in group["criteria"].items():
        shown = [member["criteria"][key]["value"] for member in members if key in member["criteria"]]
        if shown and (version >= APART_FROM or len(shown) >= group["members"]):
            value = sum((Fraction(value) for value, _low, _high in shown), Fraction()) / len(shown)
            half = sum((float(high - low) / 2) ** 2 for _value, low, high in shown) ** 0.5 / len(shown)
            criteria[key] = {**figure, "value": bounds(tenths(value), float(value), float(value), half), "shown": None}
    group["criteria"], group["score"], group["ballots"] = criteria, None, None
    if criteria:
        weights = {key: Fraction(weight) for key, weight in zip(rules.criteria, rules.criterion_weights, strict=True)}
        total = sum((weights[key] for key in criteria), Fraction())
        values = {key: figure["value"] for key, figure in criteria.items()}
        score = sum((weights[key] * Fraction(value[0]) for key, value in values.items()), Fraction()) / total
        half = sum(float(weights[key]) * float(value[2] - value[1]) / 2 for key, value in values.items()) / float(total)
        group["score"] = bounds(tenths(score), float(score), float(score), half)
        group["ballots"] = max(figure["n"] + figure["abstentions"] for figure in criteria.values())
