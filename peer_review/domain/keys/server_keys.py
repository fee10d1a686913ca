"""Keys that the server makes: the pool, a round's cells, its receipt key; and the manifest of all public halves.

The box key, which it never has, is domain.custody; its functions can be had here too.
"""

import time
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from peer_review import audit_log
from peer_review.box.round_keys import RoundKeyMissing, round_key
from peer_review.conf import conf
from peer_review.domain.keys.custody import box_public
from peer_review.exceptions.base import RoundFrozen
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.models import Cell, PooledKey, Round
from peer_review.protocol.ballots import Manifest, fingerprint, generate_receipt_key
from peer_review.users import User
from zhengyan_crypto import blindsig, keys_at_rest
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.round_key import RoundKey

#: What a key encrypted at rest may be used for; bound into its record.
CELL_KEY = "cell"
RECEIPT_KEY = "receipt"
#: Keys made and given out between two commits: what a restart loses at most.
CHUNK = 20


def key_of(round: Round) -> RoundKey:
    """Return the key of a round that is being collected or counted.

    Raises: RoundKeyUnreadable if this host cannot read it.
    """
    try:
        return round_key(round.public_id)
    except RoundKeyMissing as error:
        raise RoundKeyUnreadable from error


@dataclass(frozen=True, slots=True)
class KeyProgress:
    """How far the preparation of a round's keys has come."""

    ready: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percent, 100 only when all are ready."""
        return self.ready * 100 // self.total if self.total else 0


def key_progress(round: Round) -> KeyProgress:
    """Return how many of a round's cells have their key. Two queries."""
    total = round.cells.count()
    return KeyProgress(ready=total - round.cells.without_key().count(), total=total)


def fill_pool(*, size: int | None = None) -> int:
    """Make spare cell keys until the pool holds `size` (conf.KEY_POOL_SIZE) and return how many were made.

    About 50 ms each, one commit each: stopping it loses nothing.
    """
    size = conf.KEY_POOL_SIZE if size is None else size
    count = 0
    while PooledKey.objects.count() < size:
        _new_pooled_key().save()
        count += 1
    return count


@transaction.atomic
def request_keys(round: Round, *, by: User) -> KeyProgress:
    """Start the preparation of a draft's keys in the background and return where it stands.

    Raises: RoundFrozen.
    """
    if Round.objects.get(pk=round.pk).is_frozen:
        raise RoundFrozen
    progress = key_progress(round)
    if progress.ready < progress.total:
        audit_log.record(round, "peer_review.round.keys", by=by, missing=progress.total - progress.ready)
        transaction.on_commit(lambda: prepare_keys_task.enqueue(round.pk))
    return progress


@task()
def prepare_keys_task(round_pk: int) -> int:
    """Background job of request_keys. Any number may run at once or again: a cell takes one key, a key one cell."""
    round = Round.objects.drafts().filter(pk=round_pk).first()
    return prepare_keys(round) if round is not None else 0


def prepare_keys(round: Round) -> int:
    """Give every cell of a draft that lacks one a key, from the pool first, and return how many were given.

    Commits chunk by chunk, so progress shows and a restart goes on where it stopped.
    """
    given = 0
    while True:
        missing = round.cells.without_key().count()
        if not missing:
            return given
        # Made outside the transaction: 50 ms a key is too long to hold a lock.
        spare = PooledKey.objects.count()
        if spare < (wanted := min(CHUNK, missing)):
            PooledKey.objects.bulk_create([_new_pooled_key() for _ in range(wanted - spare)])
        done = _give_keys(round)
        given += done
        if not done:
            time.sleep(0.05)  # Another process holds the rows; look again when it has committed.


@transaction.atomic
def _give_keys(round: Round) -> int:
    """Move up to CHUNK keys from the pool to cells; rows that another process holds are passed over."""
    cells = list(round.cells.without_key().select_for_update(skip_locked=True)[:CHUNK])
    keys = list(PooledKey.objects.select_for_update(skip_locked=True).order_by("pk")[: len(cells)])
    for cell, key in zip(cells, keys, strict=False):
        cell.spki, cell.private_key = key.spki, key.private_key
    PooledKey.objects.filter(pk__in=[key.pk for key in keys]).delete()
    Cell.objects.bulk_update(cells[: len(keys)], ["spki", "private_key"])
    return len(keys)


def return_keys_to_pool(cells: "QuerySet[Cell]") -> None:
    """Put the keys of a draft's cells back: none was ever published. The cells are about to be deleted."""
    keyed = cells.exclude(spki="")
    keys = [PooledKey(spki=cell.spki, private_key=cell.private_key) for cell in keyed.only("spki", "private_key")]
    keyed.update(spki="", private_key=b"")
    PooledKey.objects.bulk_create(keys, batch_size=500)


def wrap_cell_keys(round: Round, key: RoundKey) -> None:
    """Wrap the private keys of a round that is being opened in the round's key, which is destroyed after the count."""
    cells = round.cells.exclude(spki="").only("private_key")
    wrapped = [
        Cell(pk=cell.pk, private_key=key.wrap(decrypt_at_rest(cell.private_key, purpose=CELL_KEY), purpose=CELL_KEY))
        for cell in cells.iterator(chunk_size=500)
    ]
    Cell.objects.bulk_update(wrapped, ["private_key"], batch_size=200)


def _new_pooled_key() -> PooledKey:
    """Return an unsaved RSA-2048 key pair, its private half encrypted at rest."""
    key = blindsig.generate_key()
    return PooledKey(
        spki=blindsig.encode_spki(key), private_key=encrypt_at_rest(blindsig.encode_private(key), purpose=CELL_KEY)
    )


# The round's own keys


def make_receipt_key(round_key: RoundKey) -> tuple[bytes, str]:
    """Return a fresh Ed25519 receipt key: the private half wrapped by the round's key, the public half base64url."""
    key = generate_receipt_key()
    private = round_key.wrap(key.private_bytes_raw(), purpose=RECEIPT_KEY)
    return private, b64u_encode(key.public_key().public_bytes_raw())


def receipt_key(round: Round) -> Ed25519PrivateKey:
    """Return the key that signs a round's receipts and its bulletin.

    Raises: RoundKeyUnreadable; zhengyan_crypto.errors.KeyUnreadable if conf.KEY_SECRET has changed.
    """
    raw = key_of(round).unwrap(round.receipt_key, purpose=RECEIPT_KEY)
    return Ed25519PrivateKey.from_private_bytes(raw)


def make_manifest(round: Round) -> tuple[str, str]:
    """Return a round's manifest in canonical JSON, and its fingerprint (SHA-256, hexadecimal)."""
    manifest = Manifest(
        round_id=round.public_id,
        receipt_key=b64u_decode(round.receipt_public, length=32),
        box_key=box_public(round),
        cells=dict(round.cells.values_list("key", "spki")),
    ).encode()
    return manifest.decode("ascii"), fingerprint(manifest)


def encrypt_at_rest(private: bytes, *, purpose: str) -> bytes:
    """Return a private key encrypted under conf.KEY_SECRET, as it may be stored."""
    return keys_at_rest.encrypt(private, secret=conf.KEY_SECRET, purpose=purpose)


def decrypt_at_rest(stored: bytes | memoryview, *, purpose: str) -> bytes:
    """Return a private key encrypted by encrypt_at_rest.

    Raises: zhengyan_crypto.errors.KeyUnreadable.
    """
    return keys_at_rest.decrypt(bytes(stored), secret=conf.KEY_SECRET, purpose=purpose)
