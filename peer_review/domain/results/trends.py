"""Trends: figures of a subject or a group over earlier rounds of the same kind and scheme, where comparing the rounds
shows nobody's mark.

Two rounds hold different ballots, so no sum of their figures isolates one exactly. But where their rolls differ by one
voter, the difference of two figures is nearly that voter's mark. So rounds are shown together only if the figures of
all of them leave nobody alone. That was searched from the rolls before each round opened, and frozen with it
(preflight.comparability, Round.exposure); rounds that the newer one was not compared with then are not compared now.
The newest rounds come first; one that does not go with all of those taken is held back. A subject whose figures are
shown in half-steps is compared with no round.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from peer_review.counting.small_groups import ShownJson
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.preflight.comparability import NoTrend
from peer_review.domain.preflight.frozen_terms import is_coarse
from peer_review.domain.publication.figures import shown_in_words
from peer_review.enums import RefusedReason, ResultScope
from peer_review.models import CriterionResult, Result, Round


@dataclass(frozen=True, slots=True)
class Point:
    """A figure and the bounds of its 95 % interval, as published; shown: the range in which it is shown, if any."""

    value: float
    low: float
    high: float
    shown: ShownJson | None = None

    @property
    def text(self) -> str:
        """The figure in words as it is shown everywhere."""
        return shown_in_words(self.value, self.shown)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One round. criteria: by key, without those that are not shown. score None says 样本不足."""

    public_id: str
    title: str
    published_at: datetime
    score: Point | None
    criteria: dict[str, Point]


@dataclass(frozen=True, slots=True)
class Trend:
    """points: oldest first, the round asked about last. held_back: earlier rounds that this reader may read and that
    are not set beside these."""

    points: tuple[TrendPoint, ...]
    held_back: int


def subject_trend(result: Result, *, reader: Reader) -> Trend:
    """Return one subject's figures over the rounds, as far as `reader` may read them; see group_trend."""
    return _trend(result, reader, subject__key=result.subject.key if result.subject else "")


def group_trend(result: Result, *, reader: Reader) -> Trend:
    """Return the figures of a section, a rank, or all together over the rounds.

    Each round's own rules say whether the reader may read it. What is set side by side goes into the ledger, what is
    held back too. Nine queries or fewer, whatever the number of rounds.
    """
    return _trend(result, reader, section_key=result.section_key, rank_key=result.rank_key)


def _trend(result: Result, reader: Reader, **same: str) -> Trend:
    round = result.round
    listed = [str(public_id) for public_id in round.exposure.get("compared", [])]
    results = (
        Result.objects.shown()
        .filter(scope=result.scope, round__public_id__in=listed, round__in=Round.objects.with_results(), **same)
        .filter(round__kind=round.kind, round__form__scheme__name=round.frozen_scheme.name)
        .select_related("round", "subject")
    )
    earlier = {result.round.public_id: result for result in results}
    # In the order in which they were frozen, newest first, and whoever asks: what one reader may not read must not
    # make room for what does not go with it.
    taken, apart = [result], list[Result]()
    for public_id in listed:
        if (older := earlier.get(public_id)) is not None:
            (taken if all(_goes_with(newer, older) for newer in taken) else apart).append(older)
    readable = set(
        Result.objects.filter(pk__in=[older.pk for older in (*taken[1:], *apart)])
        .visible_to(reader.user)
        .values_list("pk", flat=True)
    )
    shown = [result, *(older for older in taken[1:] if older.pk in readable)]
    held_back = [older for older in apart if older.pk in readable]
    if scopes := [_scope(result, older) for older in shown[1:]]:
        reader.record(round, scopes, subject=result.subject, section_key=result.section_key)
    if scopes := [_scope(result, older) for older in held_back]:
        reader.record_held_back(round, scopes, reason=RefusedReason.ROLLS)
    return Trend(_points(reversed(shown)), len(held_back))


def _goes_with(newer: Result, older: Result) -> bool:
    """Whether the newer round, when it opened, took the older one in for this subject or group.

    Where a criterion is asked of some classes only, groups are not compared: their voters were not looked at by class.
    Rounds that were opened when each class was looked at by itself say so in `classes`.
    """
    exposure = newer.round.exposure
    if older.round.public_id not in exposure.get("compared", []):
        return False
    no_trend: NoTrend | None = exposure.get("no_trend", {}).get(older.round.public_id)
    if no_trend is None:
        return False
    asked = {
        tuple(sorted(criterion.classes))
        for reading in (newer, older)
        for criterion in reading.round.frozen_scheme.criteria
    }
    if newer.scope == ResultScope.SUBJECT:
        key = newer.subject.key if newer.subject else ""
        if any(is_coarse(result.round, key) for result in (newer, older)):
            return False
        alone = set().union(*asked) if len(asked) > 1 else set()
        return key not in no_trend.get("subjects", [key]) and not any(
            key in subjects for voters, subjects in no_trend.get("classes", {}).items() if voters in alone
        )
    if len(asked) > 1:
        return False
    if newer.scope == ResultScope.SECTION:
        return newer.section_key not in no_trend.get("sections", [newer.section_key])
    if newer.scope == ResultScope.RANK:
        return newer.rank_key not in no_trend.get("ranks", [newer.rank_key])
    return not no_trend.get("unit", True)


def _scope(result: Result, older: Result) -> str:
    """Return the ledger's name for a result beside the same one of an older round."""
    whose = {
        ResultScope.SUBJECT: f"subject:{result.subject.key}" if result.subject else "",
        ResultScope.SECTION: f"section:{result.section_key}",
        ResultScope.RANK: f"rank:{result.rank_key}",
    }.get(ResultScope(result.scope), "round")
    return f"trend:{whose}:{older.round.public_id}"


def _points(results: Iterable[Result]) -> tuple[TrendPoint, ...]:
    listed = list(results)
    criteria: dict[int, dict[str, Point]] = {result.pk: {} for result in listed}
    for row in CriterionResult.objects.filter(result__in=criteria):
        criteria[row.result_id][row.criterion] = Point(row.value, row.low, row.high, row.shown)
    return tuple(
        TrendPoint(
            public_id=result.round.public_id,
            title=result.round.title,
            published_at=published_at,
            score=_score(result),
            criteria=criteria[result.pk],
        )
        for result in listed
        if (published_at := result.round.published_at) is not None
    )


def _score(result: Result) -> Point | None:
    if result.score is None or result.low is None or result.high is None:
        return None
    return Point(result.score, result.low, result.high, result.shown)
