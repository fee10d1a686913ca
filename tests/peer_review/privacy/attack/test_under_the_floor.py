"""The bulletin attacked: how few voted under the floor, and which of the published leaves are ballots.

He has everything that is published and, as an inspector, everything that is kept: the blocks, the rows beside them, the
openings of dummies, the package. What he is after: how many ballots a cell under the floor had, of whom a joined group
is made up, and which leaf of a block is a ballot, whose voter he might then ask for a receipt.
"""

import hashlib
import json
import logging
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.box import store
from peer_review.domain.tally.blocks import BLOCK, DUMMIES, make_documents
from peer_review.models import CriterionResult, Result, Round
from peer_review.protocol.bulletin import CellOutcome, Fate, Totals, dummy_leaf, leaves_of, make_block
from peer_review.protocol.credentials import Credential
from tests.factories.peer_review.counted_rounds import make_published_round, spread
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.api.conftest import token_of as api_key
from tests.peer_review.privacy.attack.judging import BITES, LIMIT
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.round_key import RoundKey

log = logging.getLogger(__name__)
FLOOR, ELIGIBLE = 5, 9
ROUNDS, BROKEN_ROUNDS = 200, 20
CELLS = [f"{number:016x}" for number in range(4)]


# Which leaves are ballots: 200 rounds of four cells


@dataclass
class Published:
    """The blocks of a round as they are published, and what auditors get to open dummies with."""

    blocks: dict[str, list[bytes]]
    openings: dict[str, list[bytes]]
    ballots: dict[str, set[bytes]]
    #: The blocks of a count that was cut off and begun again, as a database's log keeps them.
    cut_off: dict[str, list[bytes]]


Make = Callable[[dict[str, list[bytes]], RoundKey], list[store.Document]]
#: (leaf, cell, what is published) → the higher, the more it looks like a ballot.
Look = Callable[[bytes, str, Published], float]


def as_built(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """Return what the count keeps. Two of the cells are under the floor, one is counted, one is joined."""
    fates = (Fate.FEW, Fate.FEW, Fate.COUNTED, Fate.MERGED)
    cells = [CellOutcome(cell, ELIGIBLE, fate, group=1) for cell, fate in zip(CELLS, fates, strict=True)]
    return list(make_documents(cells, [], Totals(), leaves, key=key))


def publish_blocks(seed: int, make: Make) -> Published:
    """Let some people of each cell vote and return what comes out."""
    chance = random.Random(seed)
    leaves = {
        cell: [ballot_leaf(chance, cell) for _voter in range(voters)]
        for cell, voters in zip(CELLS, (chance.randint(1, 4), chance.randint(1, 4), 6, 3), strict=True)
    }
    key = RoundKey(chance.randbytes(32), secret="secret", round_id="ab" * 16)
    first, second = make(leaves, key), make(leaves, key)

    def blocks(documents: list[store.Document]) -> dict[str, list[bytes]]:
        return {document.name: list(leaves_of(document.body)) for document in documents if document.kind == BLOCK}

    openings = {
        one.name: [one.body[at : at + 32] for at in range(0, len(one.body), 32)]
        for one in second
        if one.kind == DUMMIES
    }
    return Published(blocks(second), openings, {cell: set(own) for cell, own in leaves.items()}, cut_off=blocks(first))


def ballot_leaf(chance: random.Random, cell: str) -> bytes:
    credential = Credential(chance.randbytes(20), "ab" * 16, cell)
    answers = {"quality": chance.randint(60, 100), "spirit": 80}
    cast = credential.make_cast(answers, token=chance.randbytes(256), revision=chance.getrandbits(62))
    return merkle.leaf_hash(canonical.dumps(cast["entry"]))


def first_of_its_block(leaf: bytes, cell: str, published: Published) -> float:
    return -published.blocks[cell].index(leaf)


def last_of_its_block(leaf: bytes, cell: str, published: Published) -> float:
    return published.blocks[cell].index(leaf)


def bits(leaf: bytes, cell: str, published: Published) -> float:
    return int.from_bytes(leaf, "big").bit_count()


def opens_as_no_dummy(leaf: bytes, cell: str, published: Published) -> float:
    """He tries what auditors hold, and every opening that a program might have made instead of chance."""
    tried = [*published.openings.get(cell, ()), *(number.to_bytes(32, "big") for number in range(64))]
    tried += [hashlib.sha256(cell.encode() + bytes([number])).digest() for number in range(64)]
    return leaf not in {dummy_leaf(opening) for opening in tried}


def nowhere_else(leaf: bytes, cell: str, published: Published) -> float:
    """A dummy that fills several blocks is no ballot."""
    return -Counter(leaf for block in published.blocks.values() for leaf in block)[leaf]


def in_both_attempts(leaf: bytes, cell: str, published: Published) -> float:
    """A leaf that a count had written before it was cut off, and wrote again, is a ballot if dummies are made anew."""
    return leaf in published.cut_off[cell]


LOOKS: list[Look] = [first_of_its_block, last_of_its_block, bits, opens_as_no_dummy, nowhere_else, in_both_attempts]


def sigmas(look: Look, rounds: list[Published], cells: list[str]) -> float:
    """Return by how many standard deviations the leaves he picks are ballots more often than picks by chance.

    He is told how many ballots there are, and picks as many leaves.
    """
    named = mean = variance = 0.0
    for published in rounds:
        for cell in cells:
            block, ballots = published.blocks[cell], published.ballots[cell]
            # Equal looks in an order that tells nothing.
            shuffled = sorted(block, key=lambda leaf: hashlib.sha256(leaf).digest())
            picked = sorted(shuffled, key=lambda leaf: -look(leaf, cell, published))[: len(ballots)]
            many, among = len(ballots), len(block)
            named += len(ballots & set(picked))
            mean += many * many / among
            variance += many * (many / among) * (1 - many / among) * (among - many) / (among - 1)
    return (named - mean) / math.sqrt(variance)


def unsorted(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """Ballots first, dummies behind them."""
    documents = []
    for cell in CELLS:
        _block, openings = make_block(leaves[cell], eligible=ELIGIBLE)
        documents.append(store.Document(BLOCK, cell, b"".join([*leaves[cell], *map(dummy_leaf, openings)])))
    return documents


def sorted_apart(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """Dummies first, ballots behind them."""
    return [
        store.Document(kind, name, b"".join([*list(leaves_of(body))[len(leaves[name]) :], *leaves[name]]))
        for kind, name, body in unsorted(leaves, key)
    ]


def numbered(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """Dummies are numbered."""
    return _filled(leaves, lambda number: dummy_leaf(number.to_bytes(32, "big")))


def empty(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """Dummies are not hashed, and mostly zeros."""
    return _filled(leaves, lambda number: bytes(30) + number.to_bytes(2, "big"))


def used_again(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """The same dummies fill every block."""
    stock = [dummy_leaf(key.mac("dummy", bytes([number]))) for number in range(ELIGIBLE)]
    return _filled(leaves, lambda number: stock[number])


def made_anew(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """Every attempt at a count draws dummies of its own: as this software first did it."""
    return [store.Document(BLOCK, cell, make_block(leaves[cell], eligible=ELIGIBLE)[0]) for cell in CELLS]


def all_opened(leaves: dict[str, list[bytes]], key: RoundKey) -> list[store.Document]:
    """What shows that a leaf is a dummy is kept of every cell."""
    documents = []
    for cell in CELLS:
        block, openings = make_block(leaves[cell], eligible=ELIGIBLE)
        documents += [store.Document(BLOCK, cell, block), store.Document(DUMMIES, cell, b"".join(openings))]
    return documents


def _filled(leaves: dict[str, list[bytes]], dummy: Callable[[int], bytes]) -> list[store.Document]:
    return [
        store.Document(BLOCK, cell, b"".join(sorted([*leaves[cell], *map(dummy, range(ELIGIBLE - len(leaves[cell])))])))
        for cell in CELLS
    ]


@pytest.fixture(scope="module")
def rounds() -> list[Published]:
    return [publish_blocks(seed, as_built) for seed in range(ROUNDS)]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_no_look_tells_ballots_from_dummies(rounds: list[Published], look: Look) -> None:
    hidden = [CELLS[0], CELLS[1], CELLS[3]]
    came_to = sigmas(look, rounds, hidden)
    log.info("%s: %+.1f sigma", look.__name__, came_to)
    assert abs(came_to) < LIMIT


def test_auditors_tell_them_apart_where_the_cell_is_counted(rounds: list[Published]) -> None:
    """He is as strong as he is said to be: with the openings nothing is left to guess."""
    assert sigmas(opens_as_no_dummy, rounds, [CELLS[2]]) > LIMIT


@pytest.mark.parametrize(
    ("look", "make"),
    [
        (first_of_its_block, unsorted),
        (last_of_its_block, sorted_apart),
        (bits, empty),
        (opens_as_no_dummy, numbered),
        (opens_as_no_dummy, all_opened),
        (nowhere_else, used_again),
        (in_both_attempts, made_anew),
    ],
    ids=lambda part: part.__name__,
)
def test_each_look_bites_where_blocks_have_its_fault(look: Look, make: Make) -> None:
    broken = [publish_blocks(1000 + seed, make) for seed in range(BROKEN_ROUNDS)]
    came_to = sigmas(look, broken, CELLS)
    log.info("%s, %s: %+.1f sigma", look.__name__, make.__name__, came_to)
    assert came_to > BITES


# How few there were, and of whom a joined group is made up


def some(first: int, last: int) -> list[dict[str, Any]]:
    """Return the same people's ballots whichever class they vote in."""
    return spread(12)[first:last]


def published(leaders: int, *, few: int = 2) -> Round:
    """Return a round in which eight marked 甲, so many of them leaders, and a few 乙."""
    cells: dict[tuple[Any, str], list[dict[str, Any]]] = {
        ("甲", "leaders"): some(0, leaders),
        ("甲", "staff"): some(leaders, 8),
        ("乙", "leaders"): some(0, few // 2),
        ("乙", "staff"): some(few // 2, few),
        ("丙", "leaders"): some(0, 6),
        ("丙", "staff"): some(6, 12),
    }
    who = {cell: [make_user() for _voter in range(ELIGIBLE)] for cell in cells}
    return make_published_round(cells, who=who, floor=FLOOR)


def everything_public(round: Round) -> dict[str, Any]:
    """Return what every reader is shown of a round, without its random names and hashes."""
    address = [round.public_id]
    leader = make_user("Leader", "leadership", "staff")
    client = Client()
    client.force_login(leader)
    cells = list(round.cells.order_by("pk").values_list("key", flat=True))
    order = {cell: place for place, cell in enumerate(cells)}
    bulletin = client.get(reverse("peer_review:bulletin-json", args=address)).json()
    proofs = client.get(reverse("peer_review:bulletin-cells", args=address), {"cell": cells}).json()["cells"]
    head = client.get(reverse("peer_review:bulletin-head", args=address)).json()["head"]
    token = Client(headers={"authorization": f"Api-Key {api_key(leader)}"})
    shown = [
        (row["subject"], row["score"], row["shown"], row["ballots"], row["classes"], row["joined"], row["criteria"])
        for row in _results(round)
    ]
    return {
        "rows": sorted((order[row["cell"]], sorted(row.items())[1:]) for row in bulletin["cells"]),
        "groups": [{name: value for name, value in group.items() if name != "columns"} for group in bulletin["groups"]],
        "blocks": Counter(len(block) for block in bulletin["blocks"]),
        # How long its path is depends on the cells' random names.
        "proofs": sorted((order[proof["row"]["cell"]], len(proof["block"])) for proof in proofs),
        "head": {name: value for name, value in head.items() if isinstance(value, int)},
        "totals": client.get(reverse("peer_review:bulletin", args=address)).context["totals"],
        "api": _without_names(token.get(reverse("peer_review_api:bulletin", args=address)).json(), round),
        "results": _without_names(token.get(reverse("peer_review_api:round-results", args=address)).json(), round),
        "shown": shown,
    }


def _results(round: Round) -> list[dict[str, Any]]:
    rows = []
    for result in Result.objects.filter(round=round).order_by("scope", "sort_order"):
        criteria = CriterionResult.objects.filter(result=result).order_by("criterion")
        rows.append(
            {
                "subject": result.label,
                "score": result.score,
                "shown": result.shown,
                "ballots": result.ballots,
                "classes": result.classes,
                "joined": result.joined,
                "criteria": list(criteria.values_list("criterion", "value", "low", "high", "n", "abstentions", "bars")),
            }
        )
    return rows


def _without_names(value: Any, round: Round) -> Any:
    """Return an answer without what differs from round to round: keys, ids, times and hashes."""
    if isinstance(value, dict):
        named = {
            "id",
            "key",
            "public_id",
            "round",
            "title",
            "url",
            "root",
            "signature",
            "fingerprint",
            "head",
            "subject",
        }
        return {
            name: _without_names(part, round)
            for name, part in value.items()
            if name not in named and not name.endswith("_at")
        }
    if isinstance(value, list):
        return [_without_names(part, round) for part in value]
    return len(value) if isinstance(value, str) and len(value) > 12 else value


database = pytest.mark.django_db(databases=["default", "box"])


@database
@pytest.mark.parametrize("leaders", [1, 3, 4])
def test_of_whom_a_joined_group_is_made_up_is_told_by_nothing_public(leaders: int) -> None:
    assert everything_public(published(leaders)) == everything_public(published(2))


@database
@pytest.mark.parametrize("few", [0, 1, 4])
def test_how_many_voted_under_the_floor_is_told_by_nothing_public(few: int) -> None:
    assert everything_public(published(3, few=few)) == everything_public(published(3, few=2))


@database
def test_another_number_above_the_floor_is_told() -> None:
    """The comparison bites."""
    assert everything_public(published(3, few=9)) != everything_public(published(3, few=2))


@database
@pytest.mark.parametrize(("few", "fates"), [(2, {"counted", "few", "merged"}), (9, {"counted", "merged"})])
def test_no_figure_under_the_floor_stands_in_the_bulletin(few: int, fates: set[str]) -> None:
    """Every number of it but the floor itself, numbers of groups and how many people may vote. Here nobody holds two
    papers: of people nothing is told where a paper was destroyed."""
    round = published(3, few=few)
    bulletin = json.loads(Client().get(reverse("peer_review:bulletin-json", args=[round.public_id])).content.decode())
    head = bulletin["head"]
    assert head["counted"] >= FLOOR
    if "few" in fates:
        assert (head["people"], head["drawn"]) == (0, 0)
    else:
        assert head["people"] == 6 * ELIGIBLE
        assert FLOOR <= head["drawn"] < head["people"]
    rows = bulletin["cells"] + bulletin["groups"]
    assert set().union(*rows) == {"cell", "eligible", "fate", "group", "columns"}
    assert {row["fate"] for row in bulletin["cells"]} == fates
