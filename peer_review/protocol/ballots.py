"""What is signed and checked of a ballot: manifest, casts, entries, receipts.

Pure: the caller brings the manifest's keys and the form, this module says whether a ballot counts. Nothing here knows
who cast it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from peer_review.protocol.papers import Paper, check_answers
from peer_review.protocol.revisions import NONCE_LENGTH, SALT_LENGTH, read_revision, salt_of
from zhengyan_crypto import blindsig, canonical, merkle
from zhengyan_crypto.encoding import b64u_decode, b64u_encode, hex_decode
from zhengyan_crypto.errors import (
    BadBallotSignature,
    BadEncoding,
    BadKey,
    BadManifest,
    BadReceipt,
    BadRevision,
    BadToken,
    UnknownCell,
)

VERSION = 1
#: Of ballots, whose form has changed once.
BALLOT_VERSION = 2
_ROUND = re.compile(r"[0-9a-f]{32}\Z")
_CELL = re.compile(r"[0-9a-f]{16}\Z")
_ENTRY = frozenset({"ballot", "sig", "tok"})
_BALLOT = frozenset({"v", "round", "cell", "pk", "pre", "salt", "a"})
_CAST = frozenset({"entry", "rev", "nonce"})
_RECEIPT = frozenset({"v", "round", "leaf", "sig"})
_MANIFEST = frozenset({"v", "round", "receipt_key", "box_key", "cells"})
_MANIFEST_CELL = frozenset({"cell", "spki"})


class Receipt(TypedDict):
    """The round's promise to count a ballot."""

    v: int
    round: str
    leaf: str
    sig: str


# Strings that are signed


def token_message(round_id: str, cell: str, *, public_key: bytes, prefix: bytes) -> bytes:
    """Return what a cell's key signs blind."""
    return prefix + f"anon-tok/v1|{round_id}|{cell}|".encode("ascii") + public_key


def ballot_message(ballot: Mapping[str, object]) -> bytes:
    """Return what the credential's key signs."""
    return b"anon-ballot/v2\n" + canonical.dumps(ballot)


def receipt_message(round_id: str, leaf: str) -> bytes:
    """Return what the round's receipt key signs for one ballot."""
    return b"anon-receipt/v1\n" + canonical.dumps({"v": VERSION, "round": round_id, "leaf": leaf})


# Manifest


@dataclass(frozen=True)
class Manifest:
    """The round's public keys, as published at opening. `cells` maps each cell to its key as base64url SPKI."""

    round_id: str
    receipt_key: bytes
    box_key: bytes
    cells: Mapping[str, str]

    def encode(self) -> bytes:
        """Return the canonical JSON to publish.

        Raises: BadManifest.
        """
        cells = [{"cell": cell, "spki": spki} for cell, spki in sorted(self.cells.items())]
        data = canonical.dumps(
            {
                "v": VERSION,
                "round": self.round_id,
                "receipt_key": b64u_encode(self.receipt_key),
                "box_key": b64u_encode(self.box_key),
                "cells": cells,
            }
        )
        Manifest.parse(data)
        return data

    @staticmethod
    def parse(data: bytes, *, expected_fingerprint: str | None = None) -> "Manifest":
        """Return the manifest, every key in it checked.

        Raises: BadManifest if malformed, not canonical, with a key that may not be used, two cells sharing a key
            (they could be spent on one colleague), or not of the expected fingerprint.
        """
        if expected_fingerprint is not None and fingerprint(data) != expected_fingerprint:
            raise BadManifest("the manifest's fingerprint is another")
        try:
            value = canonical.expect_fields(canonical.loads_canonical(data), _MANIFEST, "manifest")
            _expect_version(value)
            cells = {}
            for item in canonical.expect(value["cells"], list, "cells"):
                canonical.expect_fields(item, _MANIFEST_CELL, "cell")
                _expect_name(item["cell"], _CELL, "cell")
                blindsig.decode_spki(item["spki"])
                cells[item["cell"]] = item["spki"]
            names = [item["cell"] for item in value["cells"]]
            if names != sorted(cells) or len(set(cells.values())) != len(cells):
                raise BadManifest("cells are out of order, or not each with a key of its own")
            return Manifest(
                round_id=_expect_name(value["round"], _ROUND, "round"),
                receipt_key=b64u_decode(value["receipt_key"], length=32),
                box_key=b64u_decode(value["box_key"], length=32),
                cells=cells,
            )
        except (BadEncoding, BadKey) as error:
            raise BadManifest(str(error)) from error


def fingerprint(manifest: bytes) -> str:
    """Return what is printed on the notice: SHA-256 of the manifest's bytes, in hexadecimal."""
    return hashlib.sha256(manifest).hexdigest()


# Ballots that are cast


@dataclass(frozen=True)
class CheckedCast:
    """A cast that counts. `token` identifies the credential, and nobody.

    `canonical` is what is sealed until the count, with the revision and what opens it; of that, `entry` is kept.
    """

    cell: str
    token: bytes
    revision: int
    answers: Mapping[str, int | str]
    canonical: bytes
    entry: bytes
    leaf: bytes

    @property
    def leaf_hex(self) -> str:
        """The leaf hash as receipts, proofs and bulletins write it."""
        return self.leaf.hex()


def check_cast(
    cast: object, *, round_id: str, cells: Mapping[str, str], papers: Mapping[str, Paper] | None
) -> CheckedCast:
    """Return a cast, {entry, rev, nonce}, with everything about it checked but what only the box can know.

    `cells` maps cell to base64url SPKI (the manifest's, or the database's copy), `papers` cell to what its ballots
    must look like. Without papers the answers are checked for their kind only.
    Raises: BadEncoding, UnknownCell, BadToken, BadBallotSignature, BadRevision, BadAnswers; the first that applies in
        this order.
    """
    outer = canonical.expect_fields(cast, _CAST, "cast")
    fields = canonical.expect_fields(outer["entry"], _ENTRY, "entry")
    ballot = canonical.expect_fields(fields["ballot"], _BALLOT, "ballot")
    encoded = canonical.dumps(cast)
    revision = read_revision(outer["rev"])
    nonce = b64u_decode(outer["nonce"], length=NONCE_LENGTH)
    _expect_version(ballot, BALLOT_VERSION)
    public_key = b64u_decode(ballot["pk"], length=32)
    prefix = b64u_decode(ballot["pre"], length=blindsig.PREFIX_LENGTH)
    signature = b64u_decode(fields["sig"], length=64)
    token = b64u_decode(fields["tok"])
    salt = b64u_decode(ballot["salt"], length=SALT_LENGTH)
    answers = canonical.expect(ballot["a"], dict, "a")
    cell = _expect_name(ballot["cell"], _CELL, "cell")
    if _expect_name(ballot["round"], _ROUND, "round") != round_id or cell not in cells:
        raise UnknownCell("no such cell in this round")
    key = blindsig.decode_spki(cells[cell])
    check_signatures(
        key,
        token,
        token_message(round_id, cell, public_key=public_key, prefix=prefix),
        public_key,
        signature,
        ballot_message(ballot),
    )
    check_revision(salt, nonce, revision)
    check_answers(answers, papers[cell] if papers is not None else None)
    entry = entry_of(encoded)
    return CheckedCast(
        cell=cell,
        token=hashlib.sha256(public_key).digest(),
        revision=revision,
        answers=answers,
        canonical=encoded,
        entry=entry,
        leaf=merkle.leaf_hash(entry),
    )


#: What a cast in canonical form has around its entry, whatever it says: its keys are sorted, all but the entry is of
#: one length.
_BEFORE_ENTRY = len(b'{"entry":')
_AFTER_ENTRY = len(b',"nonce":"","rev":""}') + 22 + 16


def entry_of(cast: bytes) -> bytes:
    """Return the entry of a cast in canonical form: what is kept of it, without its revision."""
    return cast[_BEFORE_ENTRY:-_AFTER_ENTRY]


def check_signatures(
    key: RSAPublicKey, token: bytes, signed_blind: bytes, public_key: bytes, signature: bytes, message: bytes
) -> None:
    """Refuse a token that the cell's key did not sign, and a ballot that the token's key did not.

    Raises: BadToken, BadBallotSignature.
    """
    if len(token) != blindsig.modulus_length(key):
        raise BadToken("the token has another length than the cell's key")
    if not blindsig.verify(key, signed_blind, token):
        raise BadToken("the token does not verify")
    if not _verify_ed25519(public_key, signature, message):
        raise BadBallotSignature("the ballot's signature does not verify")


def check_revision(salt: bytes, nonce: bytes, revision: int) -> None:
    """Refuse a revision other than the one for which the ballot was signed.

    Raises: BadRevision.
    """
    if salt != salt_of(nonce, revision):
        raise BadRevision("the revision does not open the ballot's salt")


def latest(casts: Iterable[CheckedCast]) -> list[CheckedCast]:
    """Return one cast per token, sorted by token: the highest revision; of equal ones, the lowest leaf hash."""
    kept: dict[bytes, CheckedCast] = {}
    for cast in casts:
        other = kept.get(cast.token)
        if other is None or (-cast.revision, cast.leaf) < (-other.revision, other.leaf):
            kept[cast.token] = cast
    return [kept[token] for token in sorted(kept)]


# Receipts


def generate_receipt_key() -> Ed25519PrivateKey:
    """Return a fresh receipt key for one round."""
    return Ed25519PrivateKey.generate()


def sign_receipt(key: Ed25519PrivateKey, *, round_id: str, leaf: bytes) -> Receipt:
    """Return the receipt of a ballot that is on disk. It names neither time nor person."""
    text = leaf.hex()
    signature = key.sign(receipt_message(round_id, text))
    return {"v": VERSION, "round": round_id, "leaf": text, "sig": b64u_encode(signature)}


def verify_receipt(receipt: object, *, receipt_key: bytes, round_id: str) -> bytes:
    """Return the leaf hash that the receipt promises to count.

    Raises: BadEncoding, BadReceipt.
    """
    fields = canonical.expect_fields(receipt, _RECEIPT, "receipt")
    _expect_version(fields)
    leaf = hex_decode(fields["leaf"], length=32)
    signature = b64u_decode(fields["sig"], length=64)
    if fields["round"] != round_id:
        raise BadReceipt("the receipt is of another round")
    if not _verify_ed25519(receipt_key, signature, receipt_message(round_id, fields["leaf"])):
        raise BadReceipt("the receipt's signature does not verify")
    return leaf


def _verify_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _expect_version(value: Mapping[str, object], version: int = VERSION) -> None:
    if type(value["v"]) is not int or value["v"] != version:
        raise BadEncoding(f"v: expected {version}")


def _expect_name(value: object, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(value, str) or not pattern.match(value):
        raise BadEncoding(f"{name}: expected hexadecimal")
    return value
