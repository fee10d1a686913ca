"""Deliberately broken boxes, each with the fault that some strategy lives on: so that every attack is known to bite."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connections, transaction

from peer_review.box import store
from peer_review.conf import conf
from peer_review.domain.tally.blocks import BLOCK
from peer_review.protocol.bulletin import dummy_leaf, new_dummy
from tests.peer_review.privacy.attack.evidence import Copy, Counted, Row, token_of
from tests.peer_review.privacy.attack.simulation import RealBox, Sitting
from zhengyan_crypto import canonical, merkle, sealing


class OneEnvelope(RealBox):
    """Rows lie in the box as they are sealed, and keep their names when it closes: as this software first did it."""

    def insert(self, public_id: str, rows: Sequence[tuple[bytes, bytes]]) -> None:
        with transaction.atomic(using=conf.BOX_DATABASE), connections[conf.BOX_DATABASE].cursor() as cursor:
            for row in sorted(rows):
                cursor.execute(f'INSERT INTO "sealed_{public_id}" VALUES (%s, %s)', row)

    def shut(self) -> None:
        with connections[conf.BOX_DATABASE].cursor() as cursor:
            cursor.execute(f'ALTER TABLE "sealed_{self.public_id}" RENAME TO "closed_{self.public_id}"')

    def closed(self) -> dict[bytes, bytes]:
        with connections[conf.BOX_DATABASE].cursor() as cursor:
            cursor.execute(f'SELECT id, ciphertext FROM "closed_{self.public_id}"')
            return {bytes(row_id): bytes(ciphertext) for row_id, ciphertext in cursor.fetchall()}


class OneEnvelopeUnbatched(OneEnvelope):
    """And every request is written at once, in a transaction of its own."""

    def cast(self, sitting: Sitting) -> None:
        self.insert(self.public_id, [(sealing.new_row_id(), self.seal(cast)) for cast in sitting.casts])


class KeptNames(OneEnvelope):
    """And opened rows keep those names too, and lie there to be read."""

    def keep(self, cast: bytes, length: int) -> bytes:
        return cast

    def take_out(self, stored: bytes) -> bytes:
        return stored

    def move(self, opened: dict[bytes, bytes]) -> None:
        with connections[conf.BOX_DATABASE].cursor() as cursor:
            kind = "bytea" if connections[conf.BOX_DATABASE].vendor == "postgresql" else "BLOB"
            cursor.execute(f'CREATE TABLE "opened_{self.public_id}" (id {kind} PRIMARY KEY, entry {kind})')
            for row_id, entry in opened.items():
                cursor.execute(f'INSERT INTO "opened_{self.public_id}" VALUES (%s, %s)', [row_id, entry])


class KeptNamesUnbatched(KeptNames, OneEnvelopeUnbatched):
    """All of it."""


class Unpadded(OneEnvelopeUnbatched):
    """One envelope, no batches, and a row is as long as its ballot."""

    def seal(self, cast: bytes) -> bytes:
        length = len(cast) + 1 + sealing.KEY_LENGTH + sealing.TAG_LENGTH
        return sealing.seal(cast, box_public=self.public, round_id=self.public_id, length=length)


class KeptRevisions(RealBox):
    """Counted ballots keep their revisions in a column of their own: as this software first did it."""

    def count(self) -> None:
        super().count()
        name = f'"ballot_{self.public_id}"'
        with transaction.atomic(using=conf.BOX_DATABASE), connections[conf.BOX_DATABASE].cursor() as cursor:
            cursor.execute(f"ALTER TABLE {name} ADD COLUMN rev bigint")
            for token, revision in self.counted_revisions.items():
                cursor.execute(f"UPDATE {name} SET rev = %s WHERE token = %s", [revision, token])

    def counted(self, rows: dict[bytes, Row]) -> list[Counted]:
        with connections[conf.BOX_DATABASE].cursor() as cursor:
            cursor.execute(f'SELECT token, cell, rev FROM "ballot_{self.public_id}"')
            return [Counted(bytes(token), cell, rev, rows[bytes(token)]) for token, cell, rev in cursor.fetchall()]


@dataclass
class ArrivalBlocks(RealBox):
    """Leaves are published in the order in which their ballots came, dummies at the end."""

    arrived: list[bytes] = field(default_factory=list)

    def cast(self, sitting: Sitting) -> None:
        super().cast(sitting)
        self.arrived += [token_of(json.loads(cast)["entry"]) for cast in sitting.casts]

    def documents(self, ballots: Sequence[store.Ballot]) -> Iterator[store.Document]:
        last = {token: place for place, token in enumerate(self.arrived)}
        leaves: dict[str, list[bytes]] = {cell: [] for cell in self.eligible}
        for ballot in sorted(ballots, key=lambda ballot: last[ballot.token]):
            leaves[ballot.cell].append(merkle.leaf_hash(ballot.entry))
        for cell, eligible in self.eligible.items():
            dummies = [dummy_leaf(new_dummy()) for _missing in range(eligible - len(leaves[cell]))]
            yield store.Document(BLOCK, cell, b"".join([*leaves[cell], *dummies]))


@dataclass
class Naive(RealBox):
    """What one writes first: a table of ballots with a number that counts up and the time, filled as they come."""

    counting_keys: bool = False
    number: int = 0
    last: dict[bytes, bytes] = field(default_factory=dict)

    def open(self) -> None:
        super().open()
        kind = "bytea" if connections[conf.BOX_DATABASE].vendor == "postgresql" else "BLOB"
        with connections[conf.BOX_DATABASE].cursor() as cursor:
            cursor.execute(
                f'CREATE TABLE "ballot_{self.public_id}" '
                f"(id {kind} PRIMARY KEY, entry {kind}, created_at double precision)"
            )

    def cast(self, sitting: Sitting) -> None:
        with transaction.atomic(using=conf.BOX_DATABASE), connections[conf.BOX_DATABASE].cursor() as cursor:
            for raw in sitting.casts:
                token = token_of(json.loads(raw)["entry"])
                if token in self.last:
                    cursor.execute(f'DELETE FROM "ballot_{self.public_id}" WHERE id = %s', [self.last[token]])
                self.number += 1
                self.last[token] = self.number.to_bytes(16, "big") if self.counting_keys else sealing.new_row_id()
                cursor.execute(
                    f'INSERT INTO "ballot_{self.public_id}" VALUES (%s, %s, %s)',
                    [self.last[token], raw, sitting.at],
                )

    def count(self) -> None:
        """Everything is there already."""

    def copy(self, prefix: str, now: float, **columns: str) -> Copy:
        if prefix != "ballot":
            return super().copy(prefix, now, **columns)
        return super().copy(prefix, now, payload="entry", more="created_at")

    def counted(self, rows: dict[bytes, Row]) -> list[Counted]:
        found = []
        for row in rows.values():
            cast = canonical.loads(row.payload)
            entry = cast["entry"]
            found.append(Counted(token_of(entry), entry["ballot"]["cell"], int(cast["rev"], 16), row))
        return found


def naive_with_counting_keys(public_id: str) -> Naive:
    return Naive(public_id, counting_keys=True)
