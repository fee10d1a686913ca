"""Rounds whose published results somebody may read, and in which way."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q
from django.http import QueryDict

from peer_review.models import Round
from peer_review.paging import KeysetPage, page_of
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


def readable_rounds(user: User, query: QueryDict, *, size: int) -> KeysetPage[ReadableRound]:
    """Return the page of the rounds whose results a user may read in some way, newest first. Five queries or six.

    query: where the page begins, as `page_of` reads it.
    """
    by_kind = _rounds_by_kind(user)
    readable = Q()
    for rounds in by_kind.values():
        readable |= Q(pk__in=rounds.order_by().values("pk"))
    page = page_of(Round.objects.filter(readable), query, size=size, order=("-published_at", "-pk"))
    return KeysetPage(_with_kinds(page.rows, by_kind), page.before, page.after, page.is_refused)


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
