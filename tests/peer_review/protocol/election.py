"""A small round made with the Python client alone: real keys, real ballots, no database."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from peer_review.protocol import ballots
from peer_review.protocol import bulletin as bulletins
from peer_review.protocol.credentials import Credential, new_master
from peer_review.protocol.papers import Paper
from zhengyan_crypto import blindsig, canonical, merkle, sealing
from zhengyan_crypto.encoding import b64u_encode

ROUND = "0123456789abcdef0123456789abcdef"
CELLS = ("0a0a0a0a0a0a0a0a", "1b1b1b1b1b1b1b1b")
NOTHING = bulletins.Totals()
PAPER = Paper(kind="rating", criteria=(("virtue", 4000), ("ability", 3000), ("diligence", 3000)))


@cache
def cell_key(number: int) -> rsa.RSAPrivateKey:
    """Keys take time to make: the suite shares a few."""
    return blindsig.generate_key()


def leaf_of(entry: Any) -> bytes:
    """Return the leaf hash of an entry."""
    return merkle.leaf_hash(canonical.dumps(entry))


class Election:
    """One round, two cells, and whoever asks for a credential gets one."""

    def __init__(self) -> None:
        self.keys = {cell: cell_key(number) for number, cell in enumerate(CELLS)}
        self.receipt_key = ballots.generate_receipt_key()
        self.receipt_public = self.receipt_key.public_key().public_bytes_raw()
        self.box = sealing.generate_box_key()
        self.box_public = self.box.public_key().public_bytes_raw()
        self.cells = {cell: blindsig.encode_spki(key) for cell, key in self.keys.items()}
        self.manifest = ballots.Manifest(ROUND, self.receipt_public, self.box_public, self.cells).encode()
        self.fingerprint = ballots.fingerprint(self.manifest)
        self.dummies: dict[str, list[bytes]] = {}

    def cast(
        self,
        answers: Mapping[str, int | str] | None = None,
        *,
        cell: str = CELLS[0],
        revision: int = 1,
        master: bytes | None = None,
    ) -> dict[str, Any]:
        """Draw, fill in one ballot and return it as it is cast."""
        credential = Credential(master or new_master(), ROUND, cell)
        public = self.keys[cell].public_key()
        signed = blindsig.blind_sign(self.keys[cell], credential.blind(public).blinded)
        answers = {"virtue": 90, "ability": 80, "diligence": "dk"} if answers is None else answers
        return credential.make_cast(answers, token=credential.finalize(public, signed), revision=revision)

    def entry(self, answers: Mapping[str, int | str] | None = None, **kwargs: Any) -> dict[str, Any]:
        """Draw, fill in one ballot and return what is kept of it."""
        return self.cast(answers, **kwargs)["entry"]

    def first_version(
        self, answers: Mapping[str, int | str] | None = None, *, cell: str = CELLS[0], revision: int = 1
    ) -> dict[str, Any]:
        """Return a ballot of the first version: with its revision, without a salt."""
        made = self.cast(answers, cell=cell, master=(master := new_master()))["entry"]
        ballot = {name: value for name, value in made["ballot"].items() if name != "salt"} | {"v": 1, "rev": revision}
        signed = b"anon-ballot/v1\n" + canonical.dumps(ballot)
        signature = Credential(master, ROUND, cell).signing_key.sign(signed)
        return {**made, "ballot": ballot, "sig": b64u_encode(signature)}

    def check(self, cast: Any) -> ballots.CheckedCast:
        """Check a cast as the server does."""
        return ballots.check_cast(cast, round_id=ROUND, cells=self.cells, papers=dict.fromkeys(CELLS, PAPER))

    def bulletin(
        self, entries: Iterable[Any], *, drawn: int = 10, people: int = 12, eligible: int = 12
    ) -> dict[str, Any]:
        """Return the signed bulletin over entries. `self.dummies` are the openings of its dummies, by cell."""
        entries = list(entries)
        cells, blocks = [], []
        for cell in CELLS:
            leaves = [leaf_of(entry) for entry in entries if entry["ballot"]["cell"] == cell]
            cells.append(bulletins.CellOutcome(cell, eligible, bulletins.Fate.COUNTED).as_row())
            block, self.dummies[cell] = bulletins.make_block(leaves, eligible=eligible)
            blocks.append(block)
        return self.sign(cells, [], blocks, totals=bulletins.Totals(people, drawn, len(entries)))

    def sign(
        self,
        cells: list[bulletins.CellRow],
        groups: list[bulletins.GroupRow],
        blocks: list[bytes],
        *,
        floor: int = 1,
        totals: bulletins.Totals = NOTHING,
    ) -> dict[str, Any]:
        """Return the signed bulletin with these rows and blocks."""
        head, signature = bulletins.sign_head(
            self.receipt_key,
            round_id=ROUND,
            manifest_fingerprint=self.fingerprint,
            floor=floor,
            cells=cells,
            groups=groups,
            blocks=blocks,
            totals=totals,
        )
        texts = [block.hex() for block in blocks]
        return {"v": 2, "head": head, "sig": signature, "cells": cells, "groups": groups, "blocks": texts}

    def bulletin_of_version_1(self, entries: Iterable[Any], *, drawn: int = 10, eligible: int = 12) -> dict[str, Any]:
        """Return a bulletin as rounds had it that were counted before there were blocks."""
        entries = list(entries)
        leaves = sorted(leaf_of(entry) for entry in entries)
        rows = []
        for cell in CELLS:
            counted = sum(entry["ballot"]["cell"] == cell for entry in entries)
            rows.append({"cell": cell, "eligible": eligible, "drawn": drawn, "counted": counted})
        head = {"v": 1, "round": ROUND, "manifest": self.fingerprint, "size": len(leaves), "cells": rows}
        head["root"] = merkle.root(leaves).hex()
        signature = b64u_encode(self.receipt_key.sign(bulletins.head_message(head)))
        return {"v": 1, "head": head, "sig": signature, "leaves": [leaf.hex() for leaf in leaves]}

    def receipt(self, entry: Any) -> dict[str, Any]:
        """Return the receipt the server gives for an entry."""
        return ballots.sign_receipt(self.receipt_key, round_id=ROUND, leaf=leaf_of(entry))
