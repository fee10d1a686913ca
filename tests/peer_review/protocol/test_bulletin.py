"""The bulletin: signed head, blocks with dummies, rows that keep back what their fate keeps back."""

from collections.abc import Callable
from typing import Any

import pytest

from peer_review.protocol import bulletin
from peer_review.protocol.bulletin import CellOutcome, Fate, GroupOutcome, Totals, verify_bulletin
from tests.peer_review.protocol.election import CELLS, Election
from zhengyan_crypto import merkle
from zhengyan_crypto.encoding import b64u_encode
from zhengyan_crypto.errors import BadBulletin

#: Changes something in place.
Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def election() -> Election:
    return Election()


def merged(
    election: Election, *, counted: int = 5, drawn: int = 6, eligible: tuple[int, int] = (4, 5), floor: int = 5
) -> dict[str, Any]:
    """Return a bulletin in which both cells form one group."""
    cells = [CellOutcome(cell, many, Fate.MERGED, group=1).as_row() for cell, many in zip(CELLS, eligible, strict=True)]
    groups = [GroupOutcome(1, "a" * 64).as_row()]
    blocks = [bulletin.make_block([], eligible=many)[0] for many in eligible]
    return election.sign(cells, groups, blocks, floor=floor, totals=Totals(7, drawn, counted))


class TestBlock:
    def test_holds_a_leaf_for_each_who_was_eligible(self) -> None:
        leaves = [bytes([number]) * 32 for number in range(3)]
        block, openings = bulletin.make_block(leaves, eligible=7)
        assert set(bulletin.leaves_of(block)) == {*leaves, *map(bulletin.dummy_leaf, openings)}
        assert (len(openings), len(block)) == (4, 7 * 32)
        assert list(bulletin.leaves_of(block)) == sorted(bulletin.leaves_of(block))

    def test_dummies_are_new_each_time(self) -> None:
        blocks = {bulletin.make_block([], eligible=2)[0] for _time in range(5)}
        assert len(blocks) == 5

    def test_more_ballots_than_people_make_none(self) -> None:
        with pytest.raises(BadBulletin, match="more ballots"):
            bulletin.make_block([bytes(32), b"1" * 32], eligible=1)

    def test_no_dummy_is_an_entry(self) -> None:
        opening = bulletin.new_dummy()
        assert bulletin.dummy_leaf(opening) == merkle.leaf_hash(b"anon-dummy/v2|" + opening)


class TestRow:
    @pytest.mark.parametrize(
        ("fate", "names"),
        [
            (Fate.COUNTED, set()),
            (Fate.MERGED, {"group"}),
            (Fate.FEW, set()),
            (Fate.VOID, set()),
        ],
    )
    def test_tells_no_number_that_is_not_on_the_roll(self, fate: Fate, names: set[str]) -> None:
        row = CellOutcome("0" * 16, 9, fate, group=4).as_row()
        assert row.keys() == {"cell", "eligible", "fate", *names}


def test_a_bulletin_covers_its_ballots(election: Election) -> None:
    casts = [election.cast(cell=cell) for cell in (*CELLS, CELLS[0])]
    published = election.bulletin([cast["entry"] for cast in casts])
    verify_bulletin(published, receipt_key=election.receipt_public)
    head = published["head"]
    assert (head["people"], head["drawn"], head["counted"]) == (12, 10, 3)
    for cast in casts:
        checked = election.check(cast)
        assert checked.leaf_hex in published["blocks"][CELLS.index(checked.cell)]


def test_an_empty_bulletin_is_possible(election: Election) -> None:
    published = election.sign([], [], [])
    verify_bulletin(published, receipt_key=election.receipt_public)
    assert published["head"]["root"] == merkle.root([]).hex()


def test_totals_that_cannot_be_are_never_signed(election: Election) -> None:
    with pytest.raises(BadBulletin, match="more people drew"):
        election.bulletin([election.entry()], drawn=13)
    with pytest.raises(BadBulletin, match="more ballots than were eligible"):
        election.bulletin([election.entry(), election.entry()], eligible=1)
    blocks = [bulletin.make_block([], eligible=5)[0] for _cell in CELLS]
    for fate, most in ((Fate.COUNTED, 10), (Fate.FEW, 0), (Fate.VOID, 0)):
        rows = [CellOutcome(cell, 5, fate).as_row() for cell in CELLS]
        election.sign(rows, [], blocks, totals=Totals(counted=most))
        with pytest.raises(BadBulletin, match="more than were eligible"):
            election.sign(rows, [], blocks, totals=Totals(counted=most + 1))
    for wrong in (Totals(-1, -1, 0), Totals(5, -1, 0), Totals(5, 5, -1)):
        with pytest.raises(BadBulletin):
            verify_bulletin(election.sign([], [], [], totals=wrong), receipt_key=election.receipt_public)


def test_a_merged_group_is_signed_only_if_it_can_be(election: Election) -> None:
    verify_bulletin(merged(election), receipt_key=election.receipt_public)
    verify_bulletin(merged(election, counted=9), receipt_key=election.receipt_public)
    for wrong in ({"counted": 4}, {"counted": 10}, {"drawn": 8}, {"eligible": (2, 2)}, {"floor": 6}):
        with pytest.raises(BadBulletin):
            merged(election, **wrong)  # type: ignore[arg-type]


def test_groups_are_those_of_the_cells(election: Election) -> None:
    blocks = [bulletin.make_block([], eligible=5)[0] for _cell in CELLS]
    rows = [CellOutcome(cell, 5, Fate.MERGED, group=number).as_row() for number, cell in enumerate(CELLS, 1)]
    one = GroupOutcome(1, "a" * 64).as_row()
    for groups in ([], [one], [one, GroupOutcome(3, "a" * 64).as_row()]):
        with pytest.raises(BadBulletin, match="joined group"):
            election.sign(rows, groups, blocks)


def test_a_void_round_counts_nothing(election: Election) -> None:
    blocks = [bulletin.make_block([], eligible=5)[0] for _cell in CELLS]
    rows = [CellOutcome(cell, 5, Fate.VOID).as_row() for cell in CELLS]
    verify_bulletin(election.sign(rows, [], blocks), receipt_key=election.receipt_public)
    with pytest.raises(BadBulletin, match="nothing is told"):
        election.sign(rows, [], blocks, totals=Totals(people=5, drawn=1))
    rows[1] = CellOutcome(CELLS[1], 5, Fate.FEW).as_row()
    with pytest.raises(BadBulletin, match="void"):
        election.sign(rows, [], blocks)


BULLETINS: list[Change] = [
    lambda value: value["head"].update(size=1),
    lambda value: value["head"].update(root="0" * 64),
    lambda value: value["head"].update(floor=2),
    lambda value: value["head"].update(groups="0" * 64),
    lambda value: value["head"].update(extra=1),
    lambda value: value["head"].update(drawn=9),
    lambda value: value["head"].update(counted=1),
    lambda value: value["head"].update(people=11),
    lambda value: value["head"].pop("drawn"),
    lambda value: value["cells"][0].update(counted=1),
    lambda value: value["cells"][0].update(fate="few"),
    lambda value: value["cells"][0].update(fate="lost"),
    lambda value: value["cells"][0].update(eligible=11),
    lambda value: value["cells"].reverse(),
    lambda value: value["cells"].pop(),
    lambda value: value["groups"].append({"group": 1, "columns": "a" * 64}),
    lambda value: value["blocks"].pop(),
    lambda value: value["blocks"].reverse(),
    lambda value: value["blocks"].__setitem__(0, value["blocks"][0][64:]),
    lambda value: value["blocks"].__setitem__(0, "f" * 64 + value["blocks"][0][64:]),
    lambda value: value["blocks"].__setitem__(0, "no block"),
    lambda value: value["blocks"].__setitem__(0, 7),
    lambda value: value.update(sig=b64u_encode(bytes(64))),
    lambda value: value.update(v=1),
    lambda value: value.update(v=3),
    lambda value: value.pop("head"),
    lambda value: value.update(leaves=[]),
]


@pytest.mark.parametrize("change", BULLETINS)
def test_an_altered_bulletin_is_refused(election: Election, change: Change) -> None:
    published = election.bulletin([election.entry(), election.entry()])
    change(published)
    with pytest.raises(BadBulletin):
        verify_bulletin(published, receipt_key=election.receipt_public)


def test_a_block_is_proven_at_its_place_only(election: Election) -> None:
    published = election.bulletin([election.entry()])
    head, cells = published["head"], published["cells"]
    blocks = [bytes.fromhex(text) for text in published["blocks"]]
    hashes = [bulletin.block_hash(row, block) for row, block in zip(cells, blocks, strict=True)]
    proof = merkle.inclusion_proof(hashes, 0)
    bulletin.verify_block(head, cells[0], blocks[0], index=0, proof=proof)
    for row, block, index in ((cells[0], blocks[0], 1), (cells[1], blocks[1], 0), (cells[1], blocks[0], 0)):
        with pytest.raises(BadBulletin):
            bulletin.verify_block(head, row, block, index=index, proof=proof)
    with pytest.raises(BadBulletin, match="eligible"):
        bulletin.verify_block(head, cells[0], blocks[0][32:], index=0, proof=proof)


def test_the_hash_of_answers_is_salted() -> None:
    columns = {"cells": ["0" * 16], "counted": 5, "columns": {}}
    assert bulletin.columns_hash(columns, salt=bytes(32)) != bulletin.columns_hash(columns, salt=b"1" * 32)


class TestVersion1:
    """Rounds that were counted before there were blocks."""

    def test_is_verified_as_it_was(self, election: Election) -> None:
        published = election.bulletin_of_version_1([election.entry(cell=cell) for cell in (*CELLS, CELLS[0])])
        verify_bulletin(published, receipt_key=election.receipt_public)
        assert [row["counted"] for row in published["head"]["cells"]] == [2, 1]

    @pytest.mark.parametrize(
        "change",
        [
            lambda value: value["head"].update(size=1),
            lambda value: value["head"].update(root="0" * 64),
            lambda value: value["head"]["cells"][0].update(counted=1),
            lambda value: value["head"].update(extra=1),
            lambda value: value["leaves"].pop(),
            lambda value: value["leaves"].append("f" * 64),
            lambda value: value["leaves"].reverse(),
            lambda value: value["leaves"].append(value["leaves"][-1]),
            lambda value: value["leaves"].append("no leaf"),
            lambda value: value.update(sig=b64u_encode(bytes(64))),
            lambda value: value.update(v=2),
            lambda value: value.pop("head"),
        ],
    )
    def test_is_refused_if_altered(self, election: Election, change: Change) -> None:
        published = election.bulletin_of_version_1([election.entry(), election.entry()])
        change(published)
        with pytest.raises(BadBulletin):
            verify_bulletin(published, receipt_key=election.receipt_public)

    def test_with_more_ballots_than_credentials_is_refused(self, election: Election) -> None:
        published = election.bulletin_of_version_1([election.entry(), election.entry()], drawn=1)
        with pytest.raises(BadBulletin, match="more than was drawn"):
            verify_bulletin(published, receipt_key=election.receipt_public)
