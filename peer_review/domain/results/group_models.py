"""Readings of groups, and rows of a list with the rank ranges that their intervals allow."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from peer_review.domain.outcomes.proposals import RoundProposal, place_of
from peer_review.domain.publication.figures import Mark, criterion_mark, criterion_rows, score_mark
from peer_review.domain.results.ladder_notes import Ladder, read_ladders
from peer_review.domain.results.rank_ranges import OrderCertainty, RankRange, rank_ranges, ties
from peer_review.domain.results.read_models import GroupReading, RowReading
from peer_review.models import CriterionResult, Result, Round
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.querysets.results import ResultQuerySet


def read_groups(scheme: FrozenScheme, results: Sequence[Result]) -> list[GroupReading]:
    """Return the means of groups with their criteria. One query."""
    rows = criterion_rows(results)
    return [
        GroupReading(
            scope=result.scope,
            key=result.rank_key or result.section_key,
            label=result.label or _("All together"),
            members=result.members,
            comparable=result.comparable,
            score=score_mark(scheme, result),
            marks=_marks(scheme, result, rows),
        )
        for result in results
    ]


def _marks(
    scheme: FrozenScheme, result: Result, rows: Mapping[tuple[int, str], CriterionResult]
) -> tuple[Mark | None, ...]:
    return tuple(criterion_mark(scheme, rows.get((result.pk, criterion.key))) for criterion in scheme.criteria)


def first_of(groups: Sequence[GroupReading], scope: str) -> GroupReading | None:
    """Return the group of a scope of which there is one at most."""
    return next((group for group in groups if group.scope == scope), None)


def all_of(groups: Sequence[GroupReading], scope: str) -> tuple[GroupReading, ...]:
    """Return the groups of a scope."""
    return tuple(group for group in groups if group.scope == scope)


def read_rows(
    round: Round,
    readable: ResultQuerySet,
    subjects: Sequence[Result] | None,
    *,
    proposal: RoundProposal | None = None,
) -> tuple[tuple[RowReading, ...], OrderCertainty]:
    """Return the rows of `subjects`, which hold their subject and member, else of all `readable` results; and how far
    the order of all that are readable can be trusted.

    Each row has its place among all that are readable, and by the quota if its `proposal` is given, and says where its
    ladder ended in another way than the scheme's classes. At most six queries, and one more at the
    first reading of a round by this process.
    """
    scheme, stands = round.frozen_scheme, _places(readable)
    if subjects is None:
        subjects = list(readable.select_related("subject__member").order_by("sort_order", "pk"))
        subjects.sort(key=lambda result: -1.0 if result.score is None else result.score, reverse=True)
    marks = criterion_rows(subjects)
    ladders = read_ladders(round, subjects) if subjects else {}
    rows = []
    for result in subjects:
        subject = result.subject
        assert subject is not None
        rows.append(
            RowReading(
                result=result.pk,
                subject=subject.pk,
                key=subject.key,
                label=result.label,
                section_key=subject.section_key,
                section=subject.section_name,
                rank=subject.member.rank_name if subject.member is not None else "",
                score=score_mark(scheme, result),
                ballots=result.ballots,
                marks=_marks(scheme, result, marks),
                one_ballot=result.one_ballot,
                place=stands.get(result.pk),
                line=place_of(proposal, subject.pk) if proposal is not None else "",
                near_line=proposal is not None and subject.pk in proposal.indistinct,
                ladder=ladders.get(subject.pk, Ladder()).mark,
            )
        )
    return tuple(rows), ties(stands.values())


def _places(readable: ResultQuerySet) -> dict[int, RankRange]:
    """Return the place of each result that has a score, by its id. One query."""
    figures = list(readable.shown().order_by("pk").values_list("pk", "low", "high"))
    intervals = [(low, high) for _pk, low, high in figures if low is not None and high is not None]
    return {pk: place for (pk, _low, _high), place in zip(figures, rank_ranges(intervals), strict=True)}
