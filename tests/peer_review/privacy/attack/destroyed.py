"""A round with everything that a count destroys, and what to look for afterwards.

Two voter classes mark three people, and comment on two of them. About 甲 enough of each class vote. Of 乙 the leaders
join the staff: what came together on a ballot is destroyed. About 丙 two leaders vote, and there is no other class: all
of it is destroyed, their comments too.
"""

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from peer_review.box.round_keys import store as key_store
from peer_review.domain.ballots.drawing import person_id
from peer_review.domain.keys import server_keys
from peer_review.domain.tally import count
from peer_review.models import Cell, Drawn, Round
from peer_review.protocol.bulletin import Fate
from tests.factories.peer_review.counted_rounds import content_keys
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    give_box_key,
    make_cell,
    make_comment_cell,
    make_ready_round,
    make_subject,
    make_user,
    stock_key_pool,
)
from zhengyan_crypto import blindsig, canonical
from zhengyan_crypto.encoding import b64u_decode

FLOOR = 3
#: How many of each class vote about whom. Of each class four may.
VOTES = {("甲", "leaders"): 4, ("甲", "staff"): 4, ("乙", "leaders"): 2, ("乙", "staff"): 4, ("丙", "leaders"): 2}
COMMENTS = {"甲": 4, "丙": 2}
FATES = {
    ("甲", "leaders"): Fate.COUNTED,
    ("甲", "staff"): Fate.COUNTED,
    ("乙", "leaders"): Fate.MERGED,
    ("乙", "staff"): Fate.MERGED,
    ("丙", "leaders"): Fate.FEW,
    ("甲", ""): Fate.COUNTED,
    ("丙", ""): Fate.FEW,
}


@dataclass
class Needles:
    """Bytes to look for, by what they are.

    Never: may not lie in any file, log or backup at any time. Kept: do lie there once the round is counted. Until: may
    lie there under a key that the count destroys, and in no table afterwards.
    """

    never: dict[str, list[bytes]] = field(default_factory=dict)
    until: dict[str, list[bytes]] = field(default_factory=dict)
    kept: dict[str, list[bytes]] = field(default_factory=dict)


@dataclass
class DestroyedRound:
    """The round, its cells by subject and class, and who votes in it."""

    running: RunningRound
    cells: dict[tuple[str, str], Cell]
    needles: Needles = field(default_factory=Needles)

    @property
    def round(self) -> Round:
        """The round as it is now."""
        self.running.round = Round.objects.get(pk=self.running.round.pk)
        return self.running.round

    def answers(self, name: str, group: str, number: int) -> dict[str, Any]:
        """Return what somebody answers on a paper; no other paper of any round says the same."""
        if not group:
            return {"text": f"invented words no. {number} about {name}, whose round is {self.running.round.pk}"}
        place = list(VOTES).index((name, group))
        first, second = self.running.round.frozen_scheme.criterion_keys
        return {first: 10 + 5 * place + number, second: 50 + 7 * place + 2 * number}

    def vote(self) -> None:
        """Let everybody cast, and note what to look for."""
        round = self.round
        for evaluator in self.running.evaluators:
            evaluator.round = round
        voters: dict[tuple[str, str], int] = {**VOTES, **{(name, ""): many for name, many in COMMENTS.items()}}
        papers = {}
        for (name, group), many in voters.items():
            cell = self.cells[name, group]
            for number, evaluator in enumerate(self._voters(cell)[:many]):
                papers.setdefault(evaluator.user.pk, {})[cell.key] = self.answers(name, group, number)
        for evaluator in self.running.evaluators:
            self.running.stuff(evaluator, papers[evaluator.user.pk])
        self._note_ballots()
        self._note_drawing()

    def _voters(self, cell: Cell) -> list[Evaluator]:
        chosen = set(cell.assignments.values_list("evaluator_id", flat=True))
        return [evaluator for evaluator in self.running.evaluators if evaluator.user.pk in chosen]

    def _note_ballots(self) -> None:
        never, kept = self.needles.never, self.needles.kept
        place = {cell.key: where for where, cell in self.cells.items()}
        for evaluator in self.running.evaluators:
            for cast in evaluator.made:
                entry = cast["entry"]
                ballot = entry["ballot"]
                fate = FATES[place[ballot["cell"]]]
                never.setdefault("revision", []).append(cast["rev"].encode())
                never.setdefault("nonce", []).append(cast["nonce"].encode())
                public = b64u_decode(ballot["pk"])
                names = [ballot["pk"].encode(), public, hashlib.sha256(public).digest(), entry["tok"].encode()]
                together = canonical.dumps(ballot["a"])
                own = [entry["sig"].encode(), ballot["salt"].encode(), together]
                if fate == Fate.COUNTED:
                    kept.setdefault("ballot", []).extend([*names[2:], *own])
                else:
                    never.setdefault(f"what a {fate} ballot says", []).extend(own)
                if fate == Fate.FEW:
                    never.setdefault("who cast a destroyed ballot", []).extend(names)
                if fate == Fate.FEW and "text" in ballot["a"]:
                    never.setdefault("comment under the floor", []).append(ballot["a"]["text"].encode())

    def _note_drawing(self) -> None:
        key = server_keys.key_of(self.round)
        never, until = self.needles.never, self.needles.until
        for evaluator in self.running.evaluators:
            never.setdefault("blinded", []).extend(value[:64] for value in evaluator.blinded().values())
            until.setdefault("who drew", []).append(person_id(key, evaluator.user.pk))
        never["the round's key"] = [key_store().read(self.round.public_id)]
        for cell in self.round.cells.all():
            raw = key.unwrap(cell.private_key, purpose=server_keys.CELL_KEY)
            numbers = blindsig.decode_private(raw).private_numbers()
            primes = [prime.to_bytes(128, "big") for prime in (numbers.p, numbers.q)]
            never.setdefault("a cell's key", []).extend([*primes, *(prime[::-1] for prime in primes)])
            until.setdefault("a cell's wrapped key", []).append(bytes(cell.private_key)[:64])
        assert Drawn.objects.filter(id__in=until["who drew"]).count() == len(self.running.evaluators)

    def note_rows(self) -> None:
        """Note what tells a sealed row of the closed box from others to whoever holds the box key."""
        rows = count.sealed_rows(self.round, limit=1000)
        self.needles.never["sealed row"] = [b64u_decode(row["epk"]) for row in rows]
        # Dummies lie among them.
        assert len(rows) > sum(VOTES.values()) + sum(COMMENTS.values())

    def open_some(self) -> None:
        """Open the box in two chunks, as the scrutineer's browser does, from wherever that was left."""
        round, scrutineer = self.round, self.running.round.scrutineers.get()
        half = count.opening(round).total // 2 + 1
        while rows := count.sealed_rows(round, limit=half):
            count.open_rows(round, by=scrutineer, keys=content_keys(self.running, rows))


def make_draft() -> DestroyedRound:
    """Return the round as a draft that only needs opening."""
    # Criteria of no other round: what an earlier one wrote in the clear still lies in the log.
    own = secrets.token_hex(4)
    scheme = SchemeFactory(
        floor=FLOOR,
        classes=[("leaders", 50), ("staff", 50)],
        comments=True,
        criteria=[(f"quality_{own}", 60), (f"spirit_{own}", 40)],
    )
    reviewer = make_user("Reviewer", "staff")
    running = make_ready_round(evaluators=11, subjects=0, scheme=scheme, comment_reviewer=reviewer)
    round = running.round
    members = list(round.members.order_by("pk"))
    subjects = {name: make_subject(round, member) for name, member in zip("甲乙丙", members[8:], strict=True)}
    groups = {"leaders": [member.user for member in members[:4]], "staff": [member.user for member in members[4:8]]}
    cells = {(name, group): make_cell(subjects[name], groups[group], group) for name, group in VOTES}
    for name in COMMENTS:
        everybody = groups["leaders"] if name == "丙" else groups["leaders"] + groups["staff"]
        cells[name, ""] = make_comment_cell(subjects[name], everybody)
    stock_key_pool(round.cells.count())
    server_keys.prepare_keys(round)
    running.box_private = give_box_key(round)
    running.evaluators = [Evaluator(user, round) for users in groups.values() for user in users]
    return DestroyedRound(running, cells)


def found(needles: dict[str, list[bytes]], haystack: bytes) -> list[str]:
    """Return the names of the needles of which any lies in these bytes."""
    return [name for name, values in needles.items() if any(value in haystack for value in values)]


def lost(needles: dict[str, list[bytes]], haystack: bytes) -> list[str]:
    """Return the names of the needles of which any does not lie in these bytes."""
    return [name for name, values in needles.items() if any(value not in haystack for value in values)]


def expected_fates(destroyed: DestroyedRound) -> Iterator[tuple[str, str]]:
    """Yield each cell with its fate, in the order of their names."""
    yield from sorted((destroyed.cells[where].key, fate.value) for where, fate in FATES.items())
