"""Joined groups attacked: which two answers came on one ballot, and in which class.

He is an inspector: he has the sorted answers, the tokens beside them with their cells, the leaves, the box's files. He
knows how many of each class are in the group, because each token fits its cell's key; which answer is whose he must
not find. Answers are drawn without any tie between them: what people themselves let be guessed is no leak.
"""

import json
import logging
import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from peer_review.box import store
from peer_review.domain.audit.audit_package import merged_json
from peer_review.domain.tally.merged_groups import Columns, Evidence, MergedGroup, merge
from peer_review.protocol.credentials import Credential
from tests.factories.peer_review.counted_rounds import count_all, open_ready
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_ready_round,
    make_subject,
)
from tests.peer_review.privacy.attack.judging import BITES, LIMIT
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_decode

log = logging.getLogger(__name__)
ROUNDS, BROKEN_ROUNDS = 200, 20
FLOOR = 5
LEADERS, STAFF = "a" * 16, "b" * 16

Merge = Callable[[Iterable[bytes]], MergedGroup]


@dataclass
class Merged:
    """A joined group as it is kept, and the ballots that went into it."""

    columns: Columns
    evidence: tuple[Evidence, ...]
    entries: list[bytes]

    def answers(self, question: str) -> list[int]:
        return self.columns["columns"][question]["answers"]

    @property
    def pairs(self) -> set[tuple[int, int]]:
        """What each ballot said to the two questions."""
        given = [json.loads(raw)["ballot"]["a"] for raw in self.entries]
        return {(answers["quality"], answers["spirit"]) for answers in given}

    def said(self, leaf: str) -> int:
        """Return what the ballot of a leaf said to the first question."""
        return next(
            json.loads(raw)["ballot"]["a"]["quality"] for raw in self.entries if merkle.leaf_hash(raw).hex() == leaf
        )


def as_built(entries: Iterable[bytes]) -> MergedGroup:
    return merge([LEADERS, STAFF], entries, floor=FLOOR)


def hold(seed: int, make: Merge = as_built) -> Merged:
    """Let 5 to 12 people of two classes vote, come in any order, and be joined."""
    chance = random.Random(seed)
    many = chance.randint(FLOOR, 12)
    quality, spirit = (chance.sample(range(101), many) for _question in range(2))
    entries = []
    for number in range(many):
        credential = Credential(chance.randbytes(20), "ab" * 16, LEADERS if number < 2 else STAFF)
        cast = credential.make_cast(
            {"quality": quality[number], "spirit": spirit[number]},
            token=chance.randbytes(256),
            revision=chance.getrandbits(62),
        )
        entries.append(canonical.dumps(cast["entry"]))
    chance.shuffle(entries)
    group = make(entries)
    return Merged(group.columns, group.evidence, entries)


#: A group → how many of what he says is right. Whoever guesses is right once on average.
Attack = Callable[[Merged], int]


def side_by_side(group: Merged) -> int:
    """Answers that stand at the same place came together."""
    return len(group.pairs & set(zip(group.answers("quality"), group.answers("spirit"), strict=True)))


def crosswise(group: Merged) -> int:
    """The first stands opposite the last."""
    return len(group.pairs & set(zip(group.answers("quality"), reversed(group.answers("spirit")), strict=True)))


def beside_its_token(group: Merged) -> int:
    """Answers stand in the order of the tokens, and these name the class."""
    beside = zip(group.answers("quality"), group.evidence, strict=True)
    return sum(group.said(row["leaf"]) == answer for answer, row in beside)


def beside_its_public_key(group: Merged) -> int:
    """Or in the order in which the box keeps ballots."""
    in_order = sorted(group.evidence, key=lambda row: b64u_decode(row["pk"]))
    beside = zip(group.answers("quality"), in_order, strict=True)
    return sum(group.said(row["leaf"]) == answer for answer, row in beside)


def as_they_came(entries: Iterable[bytes]) -> MergedGroup:
    """Columns and tokens in the order of the ballots."""
    rows = list(entries)
    group = as_built(rows)
    given = [json.loads(raw)["ballot"]["a"] for raw in rows]
    for question, column in group.columns["columns"].items():
        column["answers"] = [answers[question] for answers in given]
    order = {merkle.leaf_hash(raw).hex(): place for place, raw in enumerate(rows)}
    evidence = sorted(group.evidence, key=lambda row: order[row["leaf"]])
    return MergedGroup(group.columns, group.salt, tuple(evidence))


def by_leaf(entries: Iterable[bytes]) -> MergedGroup:
    """Tokens are sorted, and the columns with them."""
    return as_they_came(sorted(entries, key=merkle.leaf_hash))


def by_public_key(entries: Iterable[bytes]) -> MergedGroup:
    """Columns in the order in which the box keeps ballots."""
    group = as_they_came(sorted(entries, key=lambda raw: b64u_decode(json.loads(raw)["ballot"]["pk"])))
    return MergedGroup(group.columns, group.salt, tuple(sorted(group.evidence, key=lambda row: row["leaf"])))


def mirrored(entries: Iterable[bytes]) -> MergedGroup:
    """The second column runs backwards."""
    group = as_they_came(entries)
    group.columns["columns"]["spirit"]["answers"].reverse()
    return group


ATTACKS: list[Attack] = [side_by_side, crosswise, beside_its_token, beside_its_public_key]


def sigmas(attack: Attack, groups: list[Merged]) -> float:
    """Return by how many standard deviations he is right more often than by guessing (see judging)."""
    return (sum(map(attack, groups)) - len(groups)) / math.sqrt(len(groups))


@pytest.fixture(scope="module")
def groups() -> list[Merged]:
    return [hold(seed) for seed in range(ROUNDS)]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nobody_puts_two_answers_of_one_ballot_together_or_tells_their_class(
    groups: list[Merged], attack: Attack
) -> None:
    came_to = sigmas(attack, groups)
    log.info("%s: %+.1f sigma", attack.__name__, came_to)
    assert came_to < LIMIT


@pytest.mark.parametrize(
    ("attack", "make"),
    [
        (side_by_side, as_they_came),
        (crosswise, mirrored),
        (beside_its_token, by_leaf),
        (beside_its_public_key, by_public_key),
    ],
    ids=lambda part: part.__name__,
)
def test_each_attack_bites_where_columns_have_its_fault(attack: Attack, make: Merge) -> None:
    came_to = sigmas(attack, [hold(1000 + seed, make) for seed in range(BROKEN_ROUNDS)])
    log.info("%s, %s: %+.1f sigma", attack.__name__, make.__name__, came_to)
    assert came_to > BITES


# A round held for real, and everything that lies on the disks afterwards


def joined_round() -> RunningRound:
    """Return an open round in which two of five leaders and six of the staff have marked one person."""
    scheme = SchemeFactory(floor=FLOOR, classes=[("leaders", 50), ("staff", 50)])
    running = make_ready_round(evaluators=12, subjects=0, scheme=scheme)
    first, *others = running.round.members.order_by("pk")
    users = [member.user for member in others]
    subject = make_subject(running.round, first)
    cells = {group: make_cell(subject, of, group) for group, of in (("leaders", users[:5]), ("staff", users[5:]))}
    running.evaluators = [Evaluator(user, running.round) for user in users]
    open_ready(running)
    running.evaluators = running.evaluators[:2] + running.evaluators[5:]
    for number, evaluator in enumerate(running.evaluators):
        cell = cells["leaders" if number < 2 else "staff"]
        running.stuff(evaluator, {cell.key: {"quality": 10 + number, "spirit": 90 - number}})
    return running


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_no_file_holds_a_row_or_a_signature_of_a_joined_ballot(disk: Callable[[], bytes]) -> None:
    running = joined_round()
    round = count_all(running)
    files, package = disk(), b"".join(merged_json(round))

    casts = [cast["entry"] for evaluator in running.evaluators for cast in evaluator.made]
    assert len(casts) == 8
    for entry in casts:
        answers = canonical.dumps(entry["ballot"]["a"])
        # Long values may be cut where a page ends: their beginnings and ends are looked for.
        hidden = [answers, entry["ballot"]["salt"].encode(), b64u_decode(entry["sig"])[:20]]
        hidden += [entry["sig"].encode()[:30], entry["sig"].encode()[-30:]]
        for name, data in (("files", files), ("package", package)):
            assert [value for value in hidden if value in data] == [], name
        # What is kept is found: the token, apart from what it said.
        assert entry["tok"].encode() in package
    assert b'"answers":[10,11,12,13,14,15,16,17]' in files
    assert not list(store.ballots(round.public_id))
