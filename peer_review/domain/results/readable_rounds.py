"""Rounds whose published results somebody may read, and in which ways."""

from collections.abc import Sequence
from enum import StrEnum

from django.db.models import Q

from peer_review.models import Round
from peer_review.querysets.rounds import RoundQuerySet
from peer_review.users import User


class ResultKind(StrEnum):
    """A way to read the results of a round, most personal first."""

    OWN = "own"
    SECTION = "section"
    ALL = "all"
    SUMMARY = "summary"


def readable_rounds(user: User) -> RoundQuerySet:
    """Return the rounds whose results a user may read in some way."""
    readable = Q()
    for rounds in _rounds_by_kind(user).values():
        readable |= Q(pk__in=rounds.order_by().values("pk"))
    rounds_of_user: RoundQuerySet = Round.objects.filter(readable)
    return rounds_of_user


def result_kinds(rounds: Sequence[Round], user: User) -> dict[int, tuple[ResultKind, ...]]:
    """Return in which ways a user may read the results of each round, by Round.pk. Four queries."""
    wanted = [round.pk for round in rounds]
    ids = {
        kind: set(of_kind.filter(pk__in=wanted).values_list("pk", flat=True))
        for kind, of_kind in _rounds_by_kind(user).items()
    }
    return {pk: tuple(kind for kind in ids if pk in ids[kind]) for pk in wanted}


def _rounds_by_kind(user: User) -> dict[ResultKind, RoundQuerySet]:
    rounds = Round.objects
    return {
        ResultKind.OWN: rounds.with_own_result_for(user),
        ResultKind.SECTION: rounds.with_section_results_for(user),
        ResultKind.ALL: rounds.with_all_results_for(user),
        ResultKind.SUMMARY: rounds.with_summary_for(user),
    }
