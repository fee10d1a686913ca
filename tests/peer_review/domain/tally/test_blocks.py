"""Blocks: what the box keeps for the bulletin, in the transaction that writes the ballots."""

import pytest

from peer_review.box import store
from peer_review.domain.tally.blocks import BLOCK, DUMMIES, OUTCOME, dummies, make_documents, written_count
from peer_review.protocol.bulletin import CellOutcome, Fate, GroupOutcome, Totals, dummy_leaf, leaves_of
from zhengyan_crypto.round_key import RoundKey

pytestmark = pytest.mark.django_db(databases=["default", "box"])
CELLS = [
    CellOutcome("c" * 16, 4, Fate.FEW),
    CellOutcome("a" * 16, 5, Fate.COUNTED),
    CellOutcome("b" * 16, 6, Fate.MERGED, group=1),
]
GROUPS = [GroupOutcome(1, "0" * 64)]
NUMBERS = Totals(people=9, drawn=7, counted=8)
KEY = RoundKey(bytes(32), secret="secret", round_id="cd" * 16)
LEAVES = {"a" * 16: [bytes([number]) * 32 for number in range(3)], "c" * 16: [b"c" * 32]}


@pytest.fixture
def public_id() -> str:
    name = "cd" * 16
    store.write_ballots(name, [], make_documents(CELLS, GROUPS, NUMBERS, LEAVES, key=KEY))
    return name


def test_rows_are_read_again_in_the_order_of_their_names(public_id: str) -> None:
    written = written_count(public_id)
    assert [row["cell"] for row in written.outcome["cells"]] == ["a" * 16, "b" * 16, "c" * 16]
    assert written.outcome["groups"] == [GROUPS[0].as_row()]
    assert written.totals == NUMBERS
    assert [len(block) // 32 for block in written.blocks] == [5, 6, 4]
    assert set(LEAVES["a" * 16]) <= set(leaves_of(written.blocks[0]))


def test_a_destroyed_ballots_leaf_stays_in_its_block(public_id: str) -> None:
    """Its voter finds it there, and reads what became of it."""
    assert b"c" * 32 in set(leaves_of(written_count(public_id).blocks[2]))


def test_only_counted_cells_can_open_their_dummies(public_id: str) -> None:
    [(cell, openings)] = dummies(public_id)
    block = set(leaves_of(written_count(public_id).blocks[0]))
    assert cell == "a" * 16
    assert block - set(LEAVES[cell]) == {dummy_leaf(opening) for opening in openings}
    assert {document.name for document in store.documents(public_id, DUMMIES)} == {cell}


def test_a_count_that_is_begun_again_makes_the_same_dummies() -> None:
    """Two attempts lie in the database's log: leaves that both hold would else be ballots."""
    first, second = (list(make_documents(CELLS, GROUPS, NUMBERS, LEAVES, key=KEY)) for _attempt in range(2))
    other = make_documents(CELLS, GROUPS, NUMBERS, LEAVES, key=RoundKey(b"1" * 32, secret="secret", round_id="cd" * 16))
    assert first == second != list(other)
    blocks = [document.body for document in first if document.kind == BLOCK]
    assert len({leaf for block in blocks for leaf in leaves_of(block)}) == sum(cell.eligible for cell in CELLS)


def test_blocks_go_once_the_bulletin_has_them(public_id: str) -> None:
    store.drop_documents(public_id, BLOCK)
    assert not list(store.documents(public_id, BLOCK))
    assert [document.name for document in store.documents(public_id, OUTCOME)] == [OUTCOME]
