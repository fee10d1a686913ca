"""Rounds whose published results somebody may read, and in which way."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ReadableRound:
    """A round, and the ways in which somebody may read its results."""

    round: Round
    kinds: tuple[ResultKind, ...]


def readable_rounds(user: User, *, after: int | None, most: int) -> tuple[list[ReadableRound], int | None]:
    """Return the rounds whose results a user may read in some way, newest first, and the id to continue after.

    At most `most` rounds that follow the round with the id `after`; None continues nowhere. Six queries or seven.
    """
    by_kind = _rounds_by_kind(user)
    readable = Q()
    for rounds in by_kind.values():
        readable |= Q(pk__in=rounds.order_by().values("pk"))
    rows = Round.objects.filter(readable).order_by("-published_at", "-pk")
    last = rows.filter(pk=after).first() if after is not None else None
    if last is not None:
        rows = rows.filter(Q(published_at__lt=last.published_at) | Q(published_at=last.published_at, pk__lt=last.pk))
    page = list(rows[: most + 1])
    is_more, page = len(page) > most, page[:most]
    return _with_kinds(page, by_kind), page[-1].pk if is_more else None


def headed_section(round: Round, user: User) -> str | None:
    """Return the key of the section that a user headed when the roll was frozen; None for whoever headed none.

    Somebody stands on a roll once, so heads one section at most. One query.
    """
    heads = round.members.filter(user=user, is_section_head=True).order_by("section_key")
    key: str | None = heads.values_list("section_key", flat=True).first()
    return key


def _rounds_by_kind(user: User) -> dict[ResultKind, RoundQuerySet]:
    rounds = Round.objects
    return {
        ResultKind.OWN: rounds.with_own_result_for(user),
        ResultKind.SECTION: rounds.with_section_results_for(user),
        ResultKind.ALL: rounds.with_all_results_for(user),
        ResultKind.SUMMARY: rounds.with_summary_for(user),
    }


def _with_kinds(page: Sequence[Round], by_kind: dict[ResultKind, RoundQuerySet]) -> list[ReadableRound]:
    of_page = [round.pk for round in page]
    ids = {kind: set(rounds.filter(pk__in=of_page).values_list("pk", flat=True)) for kind, rounds in by_kind.items()}
    return [ReadableRound(round, tuple(kind for kind in ids if round.pk in ids[kind])) for round in page]
