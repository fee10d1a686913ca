"""Recent casts: a ballot that cannot win is refused, the same one again is harmless, and memory is bounded."""

from typing import Any

import pytest

from peer_review.domain.ballots.recent_casts import RecentCasts
from peer_review.exceptions.ballots import StaleRevision, TooManyCasts
from peer_review.protocol.ballots import CheckedCast


def cast(revision: int, *, token: bytes = b"token", leaf: bytes | None = None) -> CheckedCast:
    """Return a cast of which only what is remembered matters."""
    made: dict[str, Any] = dict.fromkeys(CheckedCast.__dataclass_fields__, b"")
    return CheckedCast(**made | {"token": token, "revision": revision, "leaf": leaf or b"leaf %d" % revision})


def test_take_refuses_an_older_revision_and_another_ballot_of_the_same() -> None:
    casts = RecentCasts()
    casts.take(cast(2))

    for stale in (cast(1), cast(2, leaf=b"another")):
        with pytest.raises(StaleRevision):
            casts.take(stale)
    casts.take(cast(3))
    with pytest.raises(StaleRevision):
        casts.take(cast(2))


def test_take_counts_a_credential_and_not_the_same_ballot_again(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_LIMIT = 2
    casts = RecentCasts()
    for revision in (1, 1, 2, 2):
        casts.take(cast(revision))

    with pytest.raises(TooManyCasts):
        casts.take(cast(3))
    casts.take(cast(1, token=b"another token"))


def test_forget_lets_the_same_ballot_be_taken_anew_and_keeps_a_later_one(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_LIMIT = 1
    casts = RecentCasts()
    casts.take(cast(1))
    casts.forget(cast(1))
    casts.take(cast(1))

    casts.forget(cast(1, leaf=b"another"))
    with pytest.raises(TooManyCasts):
        casts.take(cast(2))
    casts.clear()
    casts.take(cast(2))


def test_take_forgets_the_credential_cast_longest_ago(settings: Any) -> None:
    settings.PEER_REVIEW_CAST_MEMORY = 2
    casts = RecentCasts()
    for token in (b"a", b"b", b"a", b"c"):
        casts.take(cast(2 if token == b"a" and casts._seen else 1, token=token))

    assert list(casts._seen) == [b"a", b"c"]
    casts.take(cast(1, token=b"b"))


def test_take_refuses_no_first_version_however_low_its_revision() -> None:
    RecentCasts().take(cast(0))
