"""Row locks of a round: state is read and changed by one transaction at a time."""

from collections.abc import Container

from django.db import connection

from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen, RoundStateInvalid
from peer_review.models import Round


def check_state(round: Round, expect: Container[RoundState | str]) -> None:
    """Refuse a round that is in none of the expected states.

    Raises: RoundStateInvalid.
    """
    if round.state not in expect:
        raise RoundStateInvalid(state=round.get_state_display())


def lock_round(round: Round, *, expect: Container[RoundState | str] | None = None) -> Round:
    """Return the round as it is now, locked until the transaction ends. One query; the scheme comes along.

    Raises: RoundStateInvalid if `expect` is given and the round is in none of those states.
    """
    return lock_round_by_pk(round.pk, expect=expect)


def lock_round_by_pk(pk: int, *, expect: Container[RoundState | str] | None = None) -> Round:
    """Return the round of this primary key as `lock_round` does.

    Raises: RoundStateInvalid if `expect` is given and the round is in none of those states.
    """
    locked: Round = Round.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=pk)
    if expect is not None:
        check_state(locked, expect)
    return locked


def lock_draft(round: Round) -> Round:
    """Return a draft as it is now, locked until the transaction ends.

    Raises: RoundFrozen unless it is a draft.
    """
    locked = lock_round(round)
    if locked.is_frozen:
        raise RoundFrozen
    return locked


def lock_openings() -> None:
    """Let one round open at a time, until the transaction ends: each must see the rolls of those opened before it.

    To be taken before any round's own lock. SQLite has one writer at a time as it is.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["peer_review.openings"])
