"""When papers may be drawn and ballots cast, and for how long at least."""

from datetime import datetime, timedelta
from itertools import pairwise

from peer_review.enums import Collection, RoundState
from peer_review.exceptions.base import NotOpenYet, RoundClosed

#: Ballots can be cast for at least so long, and an early closing is told so long before. One figure, so that neither
#: goes round the other: who may close a round early only after a day's notice must not plan one of three minutes.
#: No setting: sentences on pages name it, and whoever runs the server could set it to nothing.
LEAST_OPEN = timedelta(hours=24)


def has_least_stages(*, opens_at: datetime, casts_at: datetime | None, closes_at: datetime, now: datetime) -> bool:
    """Return whether each stage of a round that is opened now lasts for LEAST_OPEN: drawing, if it is one, and casting.

    What has passed by now is no part of a stage, however early the round was to open.
    """
    moments = [max(opens_at, now), *([] if casts_at is None else [casts_at]), closes_at]
    return all(later - earlier >= LEAST_OPEN for earlier, later in pairwise(moments))


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
