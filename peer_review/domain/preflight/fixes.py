"""Fixes of a draft's exposure that an organiser makes in one step."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from peer_review import audit_log
from peer_review.domain.keys.server_keys import return_keys_to_pool
from peer_review.domain.planning.plan_state import lock_roll
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.enums import CellKind, RollTouchKind
from peer_review.exceptions.base import UnknownVoterClass
from peer_review.exceptions.preflight import NothingToMerge
from peer_review.models import Assignment, Cell, Round
from peer_review.querysets.ballots import CellQuerySet
from peer_review.users import User

BATCH = 2000


@transaction.atomic
def merge_classes(round: Round, *, by: User, subjects: Iterable[int], source: str, target: str) -> int:
    """Move all papers of one voter class about these subjects (ids) into another class; return how many papers moved.

    Keys prepared for the emptied cells go back to the pool; cells that are new need keys. Whoever held both papers
    keeps one. Whole sheets and comment papers stay as they are.
    Raises: RoundFrozen, RollBeingWritten, UnknownVoterClass, NothingToMerge.
    """
    round = lock_roll(round)
    known = set(round.scheme.voter_classes.values_list("key", flat=True))
    if source == target or not {source, target} <= known:
        raise UnknownVoterClass
    wanted = list(subjects)
    moved = 0
    merged: list[tuple[str, str]] = []
    for first in range(0, len(wanted), BATCH):
        some = wanted[first : first + BATCH]
        ratings = Cell.objects.filter(round=round, kind=CellKind.RATING, subject__in=some)
        emptied = ratings.filter(voter_class=source)
        if about := set(emptied.values_list("subject_id", flat=True)):
            moved += _move(round, ratings, emptied, about, target)
            merged += round.subjects.filter(pk__in=about).values_list("key", "label")
    if not merged:
        raise NothingToMerge
    labels = dict(round.scheme.voter_classes.values_list("key", "label"))
    touch_roll(
        round,
        RollTouchKind.MERGED,
        by=by,
        subjects=merged,
        detail=f"{labels[source]} → {labels[target]}",
        number=moved,
    )
    audit_log.record(
        round, "peer_review.round.merge", by=by, source=source, target=target, subjects=len(merged), papers=moved
    )
    return moved


def _move(round: Round, ratings: CellQuerySet, emptied: CellQuerySet, about: set[int], target: str) -> int:
    there = set(ratings.filter(voter_class=target).values_list("subject_id", flat=True))
    Cell.objects.bulk_create(
        [Cell(round=round, subject_id=subject, voter_class=target) for subject in sorted(about - there)],
        batch_size=BATCH,
    )
    papers = Assignment.objects.filter(cell__in=emptied)
    both = Assignment.objects.filter(
        evaluator=OuterRef("evaluator"),
        cell__subject=OuterRef("cell__subject"),
        cell__kind=CellKind.RATING,
        cell__voter_class=target,
    )
    papers.filter(Exists(both)).delete()
    same = Cell.objects.filter(kind=CellKind.RATING, voter_class=target, subject__cells=OuterRef("cell_id"))
    moved = papers.update(cell_id=Subquery(same.values("pk")[:1]))
    return_keys_to_pool(emptied)
    Cell.objects.filter(pk__in=list(emptied.values_list("pk", flat=True))).delete()
    return moved
