"""Published figures under the names and bands that their round froze. Computes no new figure of ballots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from peer_review.counting.scales import GRADES, bin_edges, grade_of
from peer_review.counting.small_groups import AT_LEAST, AT_MOST, ENDS, ShownJson, proposed_grade
from peer_review.domain.schemes.grades import grade_names
from peer_review.enums import ScaleKind
from peer_review.models import CriterionResult, Result
from peer_review.protocol.frozen_scheme import FrozenCriterion, FrozenScheme


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure with the grade it proposes. None instead of a Mark says 样本不足, whatever the reason.

    Units: points from 0 to 100 in one decimal, low and high the bounds of the 95 % interval. n answered, abstentions
    said 不了解, None where these are fewer than `floor`; both 0 for a score, which is made of several criteria. shown:
    the range in which the figure is shown; `value` is then the number that stands for it in pictures and means, its
    bound or its middle. grade is empty where the figures leave it open.
    """

    value: float
    low: float
    high: float
    n: int
    abstentions: int | None
    grade: str
    grade_label: str
    shown: ShownJson | None = None
    floor: int = 0

    @property
    def text(self) -> str:
        """The figure in words as it is shown everywhere."""
        return shown_in_words(self.value, self.shown)

    @property
    def code(self) -> str:
        """How it is shown: exact, at_least, at_most or between."""
        return self.shown["code"] if self.shown else "exact"

    @property
    def least(self) -> float:
        """The least that it may be; of at_most the bound."""
        return self.shown["least"] if self.shown else self.value

    @property
    def most(self) -> float:
        """The most that it may be; of at_least the bound."""
        return self.shown["most"] if self.shown else self.value

    @property
    def unknown(self) -> float | None:
        """The percentage of 不了解 among those asked; None where nobody's answers are counted here, or few of these."""
        if self.abstentions is None:
            return None
        asked = self.n + self.abstentions
        return 100 * self.abstentions / asked if asked else None

    @property
    def abstentions_text(self) -> str:
        """The number of 不了解 as it is shown everywhere."""
        return fewer_than(self.floor) if self.abstentions is None else str(self.abstentions)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a distribution: which answers, and how many ballots gave them."""

    label: str
    count: int


def too_few() -> str:
    """Return what stands wherever a figure is not shown, whatever the reason."""
    return _("too few")


def fewer_than(floor: int) -> str:
    """Return what stands for a count of 不了解 under the floor, none among them."""
    return _("fewer than %(floor)s") % {"floor": floor}


def shown_in_words(value: float, shown: ShownJson | None) -> str:
    """Return a figure as it is shown: "84.3", "95 or more", "20 or less", "88–89.9"."""
    if shown is None:
        return f"{value:.1f}"
    least, most = (f"{bound:.1f}".removesuffix(".0") for bound in (shown["least"], shown["most"]))
    if shown["code"] == AT_LEAST:
        return _("%(points)s or more") % {"points": least}
    if shown["code"] == AT_MOST:
        return _("%(points)s or less") % {"points": most}
    return f"{least}–{most}"


def make_mark(
    scheme: FrozenScheme,
    value: float,
    low: float,
    high: float,
    n: int = 0,
    abstentions: int = 0,
    shown: ShownJson | None = None,
) -> Mark:
    """Return a figure with the grade that the round's own bands propose for it."""
    grade = proposed_grade(value, shown, scheme.bands)
    unknown = abstentions if not n or abstentions >= scheme.floor else None
    return Mark(value, low, high, n, unknown, grade, _grade_label(scheme, grade, shown), shown, scheme.floor)


def _grade_label(scheme: FrozenScheme, grade: str, shown: ShownJson | None) -> str:
    """Return the name of a grade; of one that is left open, the names of those it may be."""
    names = grade_names(scheme)
    if grade or shown is None:
        return names[grade]
    lowest, highest = ENDS[scheme.scale]
    least = lowest if shown["code"] == AT_MOST else shown["least"]
    most = highest if shown["code"] == AT_LEAST else shown["most"]
    first, last = (GRADES.index(grade_of(bound, scheme.bands)) for bound in (most, least))
    return _(" or ").join(names[key] for key in reversed(GRADES[first : last + 1]))


def score_mark(scheme: FrozenScheme, result: Result | None) -> Mark | None:
    """Return a result's score, None where it is not shown."""
    if result is None or result.score is None or result.low is None or result.high is None:
        return None
    return make_mark(scheme, result.score, result.low, result.high, shown=result.shown)


def criterion_mark(scheme: FrozenScheme, row: CriterionResult | None) -> Mark | None:
    """Return a criterion's figure, None where it is not shown."""
    if row is None:
        return None
    return make_mark(scheme, row.value, row.low, row.high, row.n, row.abstentions, row.shown)


def criterion_rows(results: Iterable[Result]) -> dict[tuple[int, str], CriterionResult]:
    """Return the criteria of several results by (result id, criterion). One query."""
    rows = CriterionResult.objects.filter(result__in=[result.pk for result in results])
    return {(row.result_id, row.criterion): row for row in rows}


def distribution(scheme: FrozenScheme, criterion: FrozenCriterion, bars: Sequence[Sequence[int]]) -> list[Bar]:
    """Return the bars of a distribution, stored as CriterionResult.bars, with their words, best first."""
    return [Bar(_bin_label(scheme, criterion, first, last), count) for first, last, count in reversed(bars)]


def _bin_label(scheme: FrozenScheme, criterion: FrozenCriterion, first: int, last: int) -> str:
    if scheme.scale == ScaleKind.ANCHORS:
        words = criterion.anchors
        if first == last:
            return f"{first + 1} {words[first]}" if first < len(words) else str(first + 1)
        return _("%(first)s to %(last)s") % {"first": first + 1, "last": last + 1}
    names = list(reversed(grade_names(scheme).values()))
    label = names[last]
    if first != last:
        label = _("%(first)s to %(last)s") % {"first": names[first], "last": label}
    if scheme.scale == ScaleKind.GRADES:
        return label
    edges = bin_edges(scheme.scale, scheme.bands)
    highest = 100 if last == len(edges) - 1 else int(edges[last + 1]) - 1
    return f"{int(edges[first])}–{highest} {label}"
