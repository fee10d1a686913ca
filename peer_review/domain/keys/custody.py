"""The box key's public half, its test, and who keeps which share. No box key, and no share of one, is ever made here.

The server learns the public half, k, n, the holders, and what each of them says: written down, destroyed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from peer_review import audit_log
from peer_review.domain.locks import lock_draft, lock_round
from peer_review.enums import RESULT_STATES, RoundState
from peer_review.exceptions.base import NoBoxKey, SharesUnconfirmed, WrongKey
from peer_review.exceptions.keys import BadBoxKey, BoxKeyReplaced, NotHolder, SharesInvalid, UnknownShare
from peer_review.models import KeyShare, Round
from peer_review.users import User
from zhengyan_crypto import sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import CryptoError
from zhengyan_crypto.sharing import MAX_SHARES

#: The key has no further use: it may be destroyed.
SPENT_STATES = frozenset({RoundState.COUNTED, RoundState.VOID, *RESULT_STATES})
_TEST_TEXT = b"The box key opens this row."
_TEST_LENGTH = 256


@dataclass(frozen=True, slots=True)
class ShareCustody:
    """One share: whose it is, and what its holder has said of it."""

    number: int
    holder: User
    confirmed: bool
    destroyed: bool


@dataclass(frozen=True, slots=True)
class Custody:
    """How a round's box key is kept. `shares` is empty before the key is made; a whole key is one share of one."""

    threshold: int
    total: int
    made: bool
    tested: bool
    shares: tuple[ShareCustody, ...]
    #: Names the key on screen and on every paper: the first 8 bytes of SHA-256 of its public half, hexadecimal.
    name: str = ""

    @property
    def is_split(self) -> bool:
        """Whether several people have to come together to open the box."""
        return self.total > 1

    @property
    def unconfirmed(self) -> list[ShareCustody]:
        """The shares whose holders have not said that they wrote them down."""
        return [share for share in self.shares if not share.confirmed]

    @property
    def undestroyed(self) -> list[ShareCustody]:
        """The shares whose holders have not said that they destroyed them."""
        return [share for share in self.shares if not share.destroyed]

    @property
    def is_ready(self) -> bool:
        """Whether the key stands in the way of opening the round no more."""
        return self.made and self.tested and not (self.is_split and self.unconfirmed)

    @property
    def is_testable(self) -> bool:
        """Whether the next thing to do is to test what lies on paper."""
        return self.made and not self.tested and not (self.is_split and self.unconfirmed)

    def shares_of(self, user: User) -> list[ShareCustody]:
        """The shares that one person keeps."""
        return [share for share in self.shares if share.holder.pk == user.pk]


def custody(round: Round) -> Custody:
    """Return how a round's box key is kept and how far its holders are. One query."""
    rows = round.key_shares.select_related("holder")
    shares = [ShareCustody(row.number, row.holder, row.confirmed, row.destroyed) for row in rows]
    has_key = bool(round.box_public)
    name = hashlib.sha256(box_public(round)).hexdigest()[:16] if has_key else ""
    return Custody(round.box_threshold, round.box_shares, has_key, round.box_key_tested, tuple(shares), name)


def rounds_to_destroy_key_of(user: User) -> "QuerySet[Round]":
    """Return the rounds whose count is done and of whose key this person has not said that their part is destroyed."""
    mine = KeyShare.objects.filter(round=OuterRef("pk"), holder=user, destroyed=False)
    rounds: QuerySet[Round] = Round.objects.openable_by(user).filter(Exists(mine), state__in=SPENT_STATES)
    return rounds


def recommended_threshold(holders: int) -> int:
    """Return how many of so many holders should be needed: 2 of 3, and in general more than half."""
    return holders // 2 + 1 if holders > 1 else 1


@transaction.atomic
def set_box_key(
    round: Round, *, by: User, public: bytes, threshold: int = 1, holders: Sequence[User] | None = None
) -> bytes:
    """Keep the public half of a box key and who holds it; return the test row's ephemeral public key.

    Without `holders` the key is whole and `by` keeps it; else share number i goes to the i-th of them, and `threshold`
    shares open the box. A new key replaces the old one: its shares must be confirmed, and it must be tested, again.
    Raises: RoundFrozen, BadBoxKey; SharesInvalid unless 2 <= threshold <= holders <= 16, all of them different
        scrutineers of this round.
    """
    round = lock_draft(round)
    if len(public) != sealing.KEY_LENGTH:
        raise BadBoxKey
    if holders is not None:
        _check_holders(round, threshold, holders)
    elif threshold != 1:
        raise SharesInvalid
    try:
        row = sealing.seal(_TEST_TEXT, box_public=public, round_id=round.public_id, length=_TEST_LENGTH)
    except CryptoError as error:
        raise BadBoxKey from error
    keepers = [by] if holders is None else list(holders)
    round.box_public, round.box_test_row, round.box_key_tested = b64u_encode(public), row, False
    round.box_threshold, round.box_shares = threshold, len(keepers)
    _save_key(round)
    KeyShare.objects.bulk_create(
        KeyShare(round=round, number=number, holder=holder)
        for number, holder in enumerate(keepers, start=1)
        if holder is not None
    )
    kept = {"threshold": threshold, "shares": len(keepers)} if holders is not None else {}
    audit_log.record(round, "peer_review.round.box_key", by=by, public=round.box_public, **kept)
    return sealing.ephemeral_public(row)


@transaction.atomic
def confirm_share(round: Round, *, by: User, number: int, epk: bytes) -> None:
    """Record that the holder of a share has written it down and shown that they can read it. Harmless when done.

    In the ceremony all holders sit at one browser, so `by` is whoever is signed in there. `epk` is the test row's
    ephemeral public key, another for each time a key is kept: it says of which key the share is.
    Raises: RoundFrozen, UnknownShare; BoxKeyReplaced if it is of a key that was replaced.
    """
    round = lock_draft(round)
    share = round.key_shares.select_related("holder").filter(number=number).first()
    if share is None or round.box_shares == 1:
        raise UnknownShare
    if epk != probe_key(round):
        raise BoxKeyReplaced
    if not share.confirmed:
        share.confirmed = True
        share.save(update_fields=["confirmed"])
        audit_log.record(round, "peer_review.round.share", by=by, number=number, holder=share.holder.get_full_name())


@transaction.atomic
def confirm_box_key(round: Round, *, by: User, key: bytes) -> None:
    """Open the test row with the content key derived from the box key: the private half exists and fits.

    Raises: RoundFrozen, NoBoxKey, WrongKey; SharesUnconfirmed while a holder has not written theirs down: what is
        tested has to be what lies on paper.
    """
    round = lock_draft(round)
    if not round.box_public:
        raise NoBoxKey
    check_shares_confirmed(round)
    try:
        text = sealing.open_row(bytes(round.box_test_row), key, round_id=round.public_id)
    except CryptoError as error:
        raise WrongKey from error
    if text != _TEST_TEXT:
        raise WrongKey
    if round.box_shares == 1:
        round.key_shares.update(confirmed=True)
    round.box_key_tested = True
    round.save(update_fields=["box_key_tested"])
    audit_log.record(round, "peer_review.round.box_key_test", by=by)


@transaction.atomic
def destroy_share(round: Round, *, by: User) -> None:
    """Record that somebody has destroyed what they kept of the key. Each says so for themself. Harmless when done.

    Raises: RoundStateInvalid before the count; NotHolder.
    """
    round = lock_round(round, expect=SPENT_STATES)
    mine = round.key_shares.filter(holder=by)
    if not mine.exists():
        raise NotHolder
    numbers = list(mine.filter(destroyed=False).values_list("number", flat=True))
    if numbers:
        mine.update(destroyed=True)
        audit_log.record(round, "peer_review.round.share_destroyed", by=by, numbers=numbers)


def forget_key_of_leavers(round: Round, *, by: User, leavers: Iterable[User]) -> None:
    """Forget a draft's box key if one of these scrutineers, who leave, keeps a share of it or may have the whole key.

    Sets the fields of `round`, saved or not. Called by domain.rounds, in its transaction.
    """
    gone = {user.pk for user in leavers}
    if not gone or not round.box_public:
        return
    # A whole key may have been copied for any of them: what was shared out lies with its holders alone.
    if round.box_shares == 1 or round.key_shares.filter(holder__in=gone).exists():
        round.box_public, round.box_test_row, round.box_key_tested = "", b"", False
        round.box_threshold = round.box_shares = 1
        _save_key(round)
        audit_log.record(round, "peer_review.round.box_key_forgotten", by=by)


def check_shares_confirmed(round: Round) -> None:
    """Raise SharesUnconfirmed, with names, while a holder has not said that their share is written down."""
    if round.box_shares > 1:
        missing = round.key_shares.filter(confirmed=False).select_related("holder")
        if names := [share.holder.get_full_name() for share in missing]:
            raise SharesUnconfirmed(names="、".join(names))


def box_public(round: Round) -> bytes:
    """Return the public half of a round's box key."""
    return b64u_decode(round.box_public, length=sealing.KEY_LENGTH)


def probe_key(round: Round) -> bytes:
    """Return the ephemeral public key of the test row, with which the box key is to be combined.

    Raises: NoBoxKey.
    """
    if not round.box_public:
        raise NoBoxKey
    return sealing.ephemeral_public(bytes(round.box_test_row))


def _save_key(round: Round) -> None:
    round.save(update_fields=["box_public", "box_test_row", "box_key_tested", "box_threshold", "box_shares"])
    round.key_shares.all().delete()


def _check_holders(round: Round, threshold: int, holders: Sequence[User]) -> None:
    chosen = {holder.pk for holder in holders}
    if not 2 <= threshold <= len(holders) <= MAX_SHARES or len(chosen) != len(holders):
        raise SharesInvalid
    if chosen - set(round.scrutineers.values_list("pk", flat=True)):
        raise SharesInvalid
