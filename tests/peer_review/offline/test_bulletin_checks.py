"""The standalone verifier: an honest count passes, each kind of fraud is named."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from peer_review.offline import VERIFIER
from peer_review.offline.verifier.cli import main
from peer_review.offline.verifier.signatures import leaf_of
from peer_review.protocol import ballots
from peer_review.protocol.bulletin import block_hash, groups_hash, head_message
from peer_review.protocol.credentials import new_master
from tests.peer_review.protocol.election import CELLS, ROUND, Election
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_encode


@dataclass
class Files:
    """What an auditor holds, still changeable."""

    folder: Path
    manifest: bytes
    bulletin: dict[str, Any]
    entries: list[dict[str, Any]]
    dummies: dict[str, list[str]]

    def arguments(self, **more: str) -> list[str]:
        """Write the files; return the command line."""
        dummies = {"v": 2, "round": ROUND, "cells": self.dummies}
        (self.folder / "dummies.json").write_text(json.dumps(dummies))
        ballots_file = {"v": 1, "round": ROUND, "entries": self.entries}
        (self.folder / "manifest.json").write_bytes(self.manifest)
        (self.folder / "bulletin.json").write_text(json.dumps(self.bulletin))
        (self.folder / "ballots.json").write_text(json.dumps(ballots_file))
        given = ["manifest", "bulletin", "ballots", *(["dummies"] if self.bulletin["v"] == 2 else [])]
        names = [f"--{name}={self.folder / name}.json" for name in given]
        return [*names, *(f"--{name}={value}" for name, value in more.items())]


@pytest.fixture(scope="module")
def election() -> Election:
    return Election()


@pytest.fixture(scope="module")
def counted(election: Election) -> list[dict[str, Any]]:
    """Five ballots in one cell, two in the other."""
    scores = [90, 80, 80, "dk", 100]
    first = [election.entry({"virtue": score, "ability": 60, "diligence": "dk"}) for score in scores]
    return [*first, election.entry(cell=CELLS[1]), election.entry(cell=CELLS[1])]


@pytest.fixture
def files(election: Election, counted: list[dict[str, Any]], tmp_path: Path) -> Files:
    published = election.bulletin(counted)
    dummies = {cell: [b64u_encode(opening) for opening in openings] for cell, openings in election.dummies.items()}
    return Files(tmp_path, election.manifest, published, json.loads(json.dumps(counted)), dummies)


def run(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> tuple[int, str]:
    status = main(arguments)
    return status, capsys.readouterr().out


def failures(output: str) -> list[str]:
    return [line.removeprefix("FAIL  ").split("  |  ")[0] for line in output.splitlines() if line.startswith("FAIL")]


def test_an_honest_count_passes_and_is_counted_again(
    election: Election, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = files.folder / "tally.json"
    status, output = run(capsys, files.arguments(fingerprint=election.fingerprint, tally=str(tally)))
    assert status == 0
    assert failures(output) == []
    assert output.endswith("All checks hold.  |  全部通过。\n")
    assert json.loads(tally.read_text())[CELLS[0]] == {
        "ability": {"n": 5, "abstentions": 0, "sum": 300, "distribution": {"60": 5}},
        "diligence": {"n": 0, "abstentions": 5, "sum": 0, "distribution": {}},
        "virtue": {"n": 4, "abstentions": 1, "sum": 350, "distribution": {"80": 2, "90": 1, "100": 1}},
    }
    assert f"{CELLS[0]} virtue: n=4 dk=1 sum=350 [80×2 90×1 100×1]" in output


@pytest.fixture(scope="module")
def counted_before(election: Election) -> list[dict[str, Any]]:
    """A count of ballots of the first version, which were kept with their revisions."""
    first = [election.first_version({"virtue": score, "ability": 60, "diligence": "dk"}) for score in (90, 80, "dk")]
    return [*first, election.first_version(cell=CELLS[1], revision=999_999)]


def test_count_of_the_first_version_still_passes(
    election: Election, counted_before: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = Files(tmp_path, election.manifest, election.bulletin_of_version_1(counted_before), counted_before, {})
    status, output = run(capsys, files.arguments(fingerprint=election.fingerprint))
    assert (status, failures(output)) == (0, [])


@pytest.mark.parametrize("revision", [0, -1, "1", None, 1.5, True])
def test_revision_of_the_first_version_is_a_number_from_one(
    election: Election,
    counted_before: list[dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    revision: object,
) -> None:
    bulletin = election.bulletin_of_version_1(counted_before)
    files = Files(tmp_path, election.manifest, bulletin, json.loads(json.dumps(counted_before)), {})
    files.entries[0]["ballot"]["rev"] = revision
    assert run(capsys, files.arguments())[0] == 1


@pytest.mark.parametrize("entry", [None, [], "entry", {}, {"ballot": 1}, {"ballot": {"v": 3}}, {"ballot": {"v": True}}])
def test_what_is_no_ballot_is_named_whatever_version_it_claims(
    files: Files, capsys: pytest.CaptureFixture[str], entry: object
) -> None:
    files.entries.insert(0, entry)  # type: ignore[arg-type]
    status, output = run(capsys, files.arguments())
    assert status == 1
    assert len(failures(output)) == 1
    assert failures(output)[0].startswith("form of the ballots: ")


def test_every_line_speaks_both_languages(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    files.entries.pop()
    _, output = run(capsys, files.arguments(fingerprint="0" * 64))
    for line in output.splitlines():
        english, chinese = line.split("  |  ")
        assert english.isascii() or "≤" in english
        assert not chinese.isascii()


def test_it_runs_as_one_file_that_knows_nothing_of_us(files: Files, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere" / "verify_bulletin.py"
    alone.parent.mkdir()
    alone.write_bytes(VERIFIER.read_bytes())
    guard = "import sys, runpy; sys.modules['peer_review'] = sys.modules['django'] = None; "
    run_it = f"sys.argv[0] = {str(alone)!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", guard + run_it, *files.arguments()]
    done = subprocess.run(command, capture_output=True, cwd=alone.parent, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "全部通过" in done.stdout.decode("utf-8")
    files.entries.pop()
    done = subprocess.run([*command[:4], *files.arguments()], capture_output=True, cwd=alone.parent, check=False)
    assert done.returncode == 1


def added(files: Files, election: Election) -> None:
    files.entries.append(election.entry())


def dropped(files: Files, election: Election) -> None:
    files.entries.pop(0)


def dropped_everywhere(files: Files, election: Election) -> None:
    leaf = leaf_of(files.entries.pop(0)).hex()
    files.bulletin["blocks"][0] = files.bulletin["blocks"][0].replace(leaf, "")


def passed_off_as_dummy(files: Files, election: Election) -> None:
    """A ballot is left out, and its leaf called a dummy's: nobody can open it as one."""
    files.entries.pop(0)
    files.dummies[CELLS[0]].append(b64u_encode(bytes(32)))
    files.bulletin["head"]["counted"] -= 1
    resigned(files, election)


def altered(files: Files, election: Election) -> None:
    files.entries[1]["ballot"]["a"]["virtue"] = 100


def altered_row(files: Files, election: Election) -> None:
    files.bulletin["cells"][0]["fate"] = "few"


def altered_head(files: Files, election: Election) -> None:
    files.bulletin["head"]["floor"] += 1


def swapped_cell(files: Files, election: Election) -> None:
    files.entries[2]["ballot"]["cell"] = CELLS[1]


def duplicate_token(files: Files, election: Election) -> None:
    master = new_master()
    files.entries = [election.entry(master=master), election.entry(master=master, revision=2)]
    files.bulletin = election.bulletin(files.entries)
    files.dummies = {cell: [b64u_encode(one) for one in openings] for cell, openings in election.dummies.items()}


def broken_order(files: Files, election: Election) -> None:
    block = files.bulletin["blocks"][0]
    files.bulletin["blocks"][0] = block[64:128] + block[:64] + block[128:]


def leaf_twice(files: Files, election: Election) -> None:
    """A ballot's leaf stands in a dummy's place."""
    ballot = leaf_of(files.entries[0]).hex()
    leaves = re.findall("." * 64, files.bulletin["blocks"][0])
    dummy = next(leaf for leaf in leaves if leaf not in {leaf_of(entry).hex() for entry in files.entries})
    files.bulletin["blocks"][0] = "".join(sorted(ballot if leaf == dummy else leaf for leaf in leaves))


def resigned(files: Files, election: Election) -> None:
    """Whoever holds the receipt key can sign what they like; it still has to add up."""
    published = files.bulletin
    blocks = [bytes.fromhex(text) for text in published["blocks"]]
    hashes = [block_hash(row, block) for row, block in zip(published["cells"], blocks, strict=True)]
    head = {**published["head"], "size": len(hashes), "root": merkle.root(hashes).hex()}
    head["groups"] = groups_hash(published["groups"])
    published["head"] = head
    published["sig"] = b64u_encode(election.receipt_key.sign(head_message(head)))


def more_drawn_than_people(files: Files, election: Election) -> None:
    files.bulletin["head"]["drawn"] = 13
    resigned(files, election)


def more_counted_than_eligible(files: Files, election: Election) -> None:
    files.bulletin["head"]["counted"] = 25
    resigned(files, election)


def another_number_of_ballots(files: Files, election: Election) -> None:
    files.bulletin["head"]["counted"] -= 1
    resigned(files, election)


def a_cell_with_a_number(files: Files, election: Election) -> None:
    """As version 2 was first meant: each cell told how many drew and voted."""
    files.bulletin["cells"][0] |= {"drawn": 10, "counted": 5}
    resigned(files, election)


def called_few(files: Files, election: Election) -> None:
    """Counted ballots, but the bulletin says that they were destroyed."""
    files.bulletin["cells"][0] = {"cell": CELLS[0], "eligible": 12, "fate": "few"}
    resigned(files, election)


def false_root(files: Files, election: Election) -> None:
    files.bulletin["head"]["root"] = "0" * 64
    head = files.bulletin["head"]
    files.bulletin["sig"] = b64u_encode(election.receipt_key.sign(head_message(head)))


def group_of_nobody(files: Files, election: Election) -> None:
    files.bulletin["groups"].append({"group": 1, "columns": "0" * 64})
    resigned(files, election)


def keys_swapped(files: Files, election: Election) -> None:
    other = Election()
    files.manifest = ballots.Manifest(ROUND, election.receipt_public, other.box_public, election.cells).encode()


def cell_left_out(files: Files, election: Election) -> None:
    files.bulletin["cells"].pop()
    files.bulletin["blocks"].pop()
    resigned(files, election)


def odd_answer(files: Files, election: Election) -> None:
    files.entries[0]["ballot"]["a"]["virtue"] = "excellent"


def salt_exchanged(files: Files, election: Election) -> None:
    files.entries[0]["ballot"]["salt"] = files.entries[1]["ballot"]["salt"]


def salt_shortened(files: Files, election: Election) -> None:
    files.entries[6]["ballot"]["salt"] = files.entries[6]["ballot"]["salt"][:-4]


def revision_kept(files: Files, election: Election) -> None:
    files.entries[1]["ballot"]["rev"] = 1


def two_versions(files: Files, election: Election) -> None:
    files.entries.append(election.first_version())


def first_version_first(files: Files, election: Election) -> None:
    files.entries.insert(0, election.first_version())


def version_relabelled(files: Files, election: Election) -> None:
    """A ballot said to be of the first version, to be rid of its salt."""
    for entry in files.entries:
        entry["ballot"] = {name: value for name, value in entry["ballot"].items() if name != "salt"}
        entry["ballot"] |= {"v": 1, "rev": 1}


FIGURES = "numbers of people and of ballots that can be"
FRAUDS: list[tuple[Callable[[Files, Election], None], list[str]]] = [
    (
        added,
        [
            "no ballot added: ballot 8 is not in the bulletin",
            "number of ballots: 7 counted, 8 found",
        ],
    ),
    (dropped, ["no ballot dropped: 1 leaves of the bulletin have no ballot", "number of ballots: 7 counted, 6 found"]),
    (
        dropped_everywhere,
        [
            f"order of the leaves: cell {CELLS[0]}: not a leaf for each who was eligible",
            "root of the tree: it does not cover these leaves",
            "number of ballots: 7 counted, 6 found",
        ],
    ),
    (passed_off_as_dummy, [f"no ballot dropped: cell {CELLS[0]}: other dummies than its block has"]),
    (
        altered,
        [
            "signature of each ballot: ballot 2: altered after it was cast",
            "no ballot dropped: 1 leaves",
            "no ballot added: ballot 2 is not in the bulletin",
        ],
    ),
    (
        altered_row,
        ["root of the tree: it does not cover these leaves", "no ballot added: ballot 1 is not in the bulletin"],
    ),
    (altered_head, ["signature of the bulletin's head: not signed by the round's key, or altered since"]),
    (
        swapped_cell,
        [
            f"token of each ballot, for its cell: ballot 3: its token was not issued for cell {CELLS[1]}",
            "signature of each ballot: ballot 3",
            "no ballot dropped",
            "no ballot added",
        ],
    ),
    (duplicate_token, ["one ballot per credential: ballots 1 and 2 spend the same credential"]),
    (
        broken_order,
        ["order of the leaves: the leaves are not sorted", "root of the tree: it does not cover these leaves"],
    ),
    (
        leaf_twice,
        [
            "order of the leaves: a leaf is there twice",
            "root of the tree: it does not cover these leaves",
            f"no ballot dropped: cell {CELLS[0]}: other dummies than its block has",
        ],
    ),
    (more_drawn_than_people, [f"{FIGURES}: 13 people drew of 12"]),
    (
        more_counted_than_eligible,
        [f"{FIGURES}: 25 ballots counted of 24 that can be", "number of ballots: 25 counted, 7"],
    ),
    (another_number_of_ballots, ["number of ballots: 6 counted, 7 found"]),
    (a_cell_with_a_number, ["form of the bulletin: expected exactly the fields cell, eligible, fate"]),
    (called_few, ["no ballot added: ballot 1 is not in the bulletin"]),
    (false_root, ["root of the tree: it does not cover these leaves"]),
    (
        group_of_nobody,
        [f"{FIGURES}: the merged groups are not those of the cells", "number of ballots: 7 counted, 7 found"],
    ),
    (keys_swapped, ["bulletin belongs to this manifest: made for another manifest: keys were changed"]),
    (
        cell_left_out,
        [
            "bulletin belongs to this manifest: its cells are not those of the manifest",
            "no ballot added: ballot 6 is not in the bulletin",
        ],
    ),
    (odd_answer, ["form of the ballots: ballot 1: an answer is neither an integer nor dk"]),
    (
        salt_exchanged,
        [
            "signature of each ballot: ballot 1: altered after it was cast",
            "no ballot dropped: 1 leaves",
            "no ballot added: ballot 1 is not in the bulletin",
        ],
    ),
    (salt_shortened, ["form of the ballots: ballot 7: a value is not base64url of the right length"]),
    (revision_kept, ["form of the ballots: ballot 2: expected exactly the fields v, round, cell, pk, pre, salt, a"]),
    (two_versions, ["form of the ballots: ballot 8: expected exactly the fields v, round, cell, pk, pre, salt, a"]),
    (first_version_first, ["form of the ballots: ballot 2: expected exactly the fields v, round, cell, pk, pre, rev"]),
    (
        version_relabelled,
        [
            "signature of each ballot: ballot 1: altered after it was cast",
            "no ballot dropped: 7 leaves",
            "no ballot added: ballot 1 is not in the bulletin",
        ],
    ),
]


@pytest.mark.parametrize(("fraud", "messages"), FRAUDS, ids=[fraud.__name__ for fraud, _ in FRAUDS])
def test_each_fraud_is_named(
    election: Election,
    files: Files,
    capsys: pytest.CaptureFixture[str],
    fraud: Callable[[Files, Election], None],
    messages: list[str],
) -> None:
    fraud(files, election)
    status, output = run(capsys, files.arguments())
    assert status == 1
    found = failures(output)
    assert len(found) == len(messages), found
    for line, message in zip(found, messages, strict=True):
        assert line.startswith(message)
    assert "tally" not in output


def test_without_the_dummies_only_numbers_are_compared(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [argument for argument in files.arguments() if not argument.startswith("--dummies")]
    status, output = run(capsys, arguments)
    assert status == 0
    assert "no ballot dropped (dummies not opened: by number only)" in output


class TestVersion1:
    """Packages of rounds that were counted before there were blocks are verified as they were."""

    @pytest.fixture
    def old(self, election: Election, counted: list[dict[str, Any]], files: Files) -> Files:
        files.bulletin = election.bulletin_of_version_1(counted)
        return files

    def test_an_honest_count_passes(self, old: Files, capsys: pytest.CaptureFixture[str]) -> None:
        status, output = run(capsys, old.arguments())
        assert (status, failures(output)) == (0, [])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda old: old["leaves"].pop(), "root of the tree: the head says 7 places, there are 6"),
            (lambda old: old["leaves"].reverse(), "order of the leaves: the leaves are not sorted"),
            (lambda old: old["head"].update(root="0" * 64), "signature of the bulletin's head"),
            (lambda old: old["head"]["cells"][0].update(fate="few"), "form of the bulletin: expected exactly"),
            (lambda old: old.update(blocks=[]), "form of the bulletin: expected exactly"),
            (lambda old: old.update(v=3), "form of the bulletin: an unknown version"),
        ],
    )
    def test_fraud_is_named(
        self,
        old: Files,
        capsys: pytest.CaptureFixture[str],
        change: Callable[[dict[str, Any]], object],
        message: str,
    ) -> None:
        change(old.bulletin)
        status, output = run(capsys, old.arguments())
        assert status == 1
        assert failures(output)[0].startswith(message)

    def test_a_dropped_ballot_is_named(self, old: Files, capsys: pytest.CaptureFixture[str]) -> None:
        old.entries.pop()
        _status, output = run(capsys, old.arguments())
        assert failures(output)[0].startswith("no ballot dropped: 1 leaves of the bulletin have no ballot")


def test_another_fingerprint_is_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    status, output = run(capsys, files.arguments(fingerprint="0" * 64))
    assert status == 1
    assert failures(output) == ["fingerprint of the printed notice: the manifest has another fingerprint"]


def test_a_fingerprint_may_be_typed_in_groups(
    election: Election, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = " ".join(election.fingerprint[i : i + 4] for i in range(0, 64, 4)).upper()
    assert run(capsys, files.arguments(fingerprint=typed))[0] == 0


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data + b"\n", "manifest and its keys: not in canonical form"),
        (lambda data: data[:-1], "manifest and its keys: not strict JSON"),
        (lambda data: data.replace(b'"v":1', b'"v":2'), "manifest and its keys: an unknown version"),
        (lambda data: data.replace(b'"v":1', b'"v":1.0'), "manifest and its keys: not strict JSON"),
        (lambda data: data.replace(b'"v":1', b'"v":1,"v":1'), "manifest and its keys: not strict JSON"),
    ],
)
def test_a_damaged_manifest_ends_the_verification(
    files: Files, capsys: pytest.CaptureFixture[str], damage: Callable[[bytes], bytes], message: str
) -> None:
    files.manifest = damage(files.manifest)
    status, output = run(capsys, files.arguments())
    assert status == 1
    assert len(failures(output)) == 1
    assert failures(output)[0].startswith(message)


def test_cells_that_share_a_key_are_refused(
    election: Election, files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    value = canonical.loads(election.manifest)
    value["cells"][1]["spki"] = value["cells"][0]["spki"]
    files.manifest = canonical.dumps(value)
    _, output = run(capsys, files.arguments())
    assert failures(output) == ["manifest and its keys: two cells share a name or a key"]


@pytest.mark.parametrize("spki", ["AAAA", "", 7, "%%%"])
def test_what_is_no_key_is_refused(
    election: Election, files: Files, capsys: pytest.CaptureFixture[str], spki: object
) -> None:
    value = canonical.loads(election.manifest)
    value["cells"][0]["spki"] = spki
    files.manifest = canonical.dumps(value)
    status, output = run(capsys, files.arguments())
    assert status == 1
    assert len(failures(output)) == 1


def test_receipts_one_by_one_or_in_the_evaluators_file(
    election: Election, files: Files, counted: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    path = files.folder / "receipt.json"
    path.write_text(json.dumps(election.receipt(counted[0])))
    status, output = run(capsys, files.arguments(receipt=str(path)))
    assert status == 0
    assert "receipts (1 of 1 in the bulletin)" in output
    receipts = [election.receipt(entry) for entry in counted[:3]]
    kept = {"v": 1, "round": ROUND, "title": "民主测评", "fingerprint": election.fingerprint, "receipts": receipts}
    path.write_text(json.dumps(kept))
    status, output = run(capsys, files.arguments(receipt=str(path)))
    assert status == 0
    assert "receipts (3 of 3 in the bulletin)" in output


def test_a_receipt_that_is_not_counted_or_not_ours_is_named(
    election: Election, files: Files, counted: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    path = files.folder / "receipt.json"
    receipt = election.receipt(counted[0])
    path.write_text(json.dumps({"receipts": [receipt, election.receipt(election.entry())]}))
    status, output = run(capsys, files.arguments(receipt=str(path)))
    assert status == 1
    assert failures(output) == ["receipts: 1 of 2 in the bulletin (a ballot replaced by a later one is not)"]
    path.write_text(json.dumps(receipt | {"leaf": files.bulletin["blocks"][0][:64][::-1]}))
    _, output = run(capsys, files.arguments(receipt=str(path)))
    assert "was not signed by this round" in failures(output)[0]
    path.write_text(json.dumps({"fingerprint": "0" * 64, "receipts": []}))
    _, output = run(capsys, files.arguments(receipt=str(path)))
    assert failures(output) == ["receipts: kept under another manifest"]


def test_a_missing_file_is_said_with_its_name(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(files.arguments(receipt="/nowhere/receipt.json")) == 2
    assert "/nowhere/receipt.json" in capsys.readouterr().err
