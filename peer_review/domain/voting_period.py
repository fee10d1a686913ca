"""When papers may be drawn and ballots cast."""

from datetime import datetime

from peer_review.enums import Collection, RoundState
from peer_review.exceptions.base import NotOpenYet, RoundClosed


def check_collecting(
    *, state: str, opens_at: datetime, closes_at: datetime, opened_at: datetime | None, now: datetime
) -> None:
    """Refuse unless drawing and casting are possible now.

    The state decides first: a closed round stays closed whatever the clock says. An opening time that had
    passed when the round was opened is never asked again, so a clock set back does not shut voters out.
    Raises: NotOpenYet, RoundClosed.
    """
    if state == RoundState.DRAFT:
        raise NotOpenYet
    if state != RoundState.OPEN:
        raise RoundClosed
    if opened_at is not None and opens_at > opened_at and now < opens_at:
        raise NotOpenYet
    if now >= closes_at:
        raise RoundClosed


def check_casting(
    *,
    state: str,
    opens_at: datetime,
    closes_at: datetime,
    opened_at: datetime | None,
    collection: str,
    barrier_at: datetime | None,
    now: datetime,
) -> None:
    """Refuse unless casting is possible now: in two stages, only after drawing has ended.

    Raises: NotOpenYet, RoundClosed.
    """
    check_collecting(state=state, opens_at=opens_at, closes_at=closes_at, opened_at=opened_at, now=now)
    if collection == Collection.TWO_STAGE and barrier_at is None:
        raise NotOpenYet
