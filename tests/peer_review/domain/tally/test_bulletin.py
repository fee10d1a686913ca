import json
import subprocess
import sys
from pathlib import Path

import pytest

from peer_review.box.round_keys import make_round_key
from peer_review.domain.keys.server_keys import make_receipt_key
from peer_review.domain.tally import bulletin as bulletins
from peer_review.domain.tally.count import counted_entries
from peer_review.exceptions.tally import UnknownLeaf
from peer_review.offline import VERIFIER
from peer_review.protocol.ballots import verify_bulletin
from tests.factories.peer_review.counted_rounds import count_all, let_draw, make_counted_round, make_voted_round, papers
from zhengyan_crypto import merkle
from zhengyan_crypto.encoding import b64u_decode
from zhengyan_crypto.errors import BadBulletin

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_bulletin_lists_the_leaf_of_every_counted_ballot_sorted() -> None:
    round = make_counted_round({("甲", "all"): papers(7), ("乙", "all"): papers(6)})
    leaves = sorted(merkle.leaf_hash(entry) for entry in counted_entries(round))
    assert round.bulletin.leaf_hashes() == leaves
    assert json.loads(bulletins.published_json(round.bulletin))["leaves"] == [leaf.hex() for leaf in leaves]
    assert round.bulletin.root == merkle.root(leaves).hex()


def test_every_leaf_is_proven_and_no_other() -> None:
    round = make_counted_round({("甲", "all"): papers(11)})
    bulletin = round.bulletin
    for leaf in bulletin.leaf_hashes():
        proof = bulletins.inclusion_proof(bulletin, leaf.hex())
        assert merkle.verify_inclusion(
            leaf,
            index=proof["index"],
            size=proof["size"],
            proof=[bytes.fromhex(step) for step in proof["proof"]],
            root=bytes.fromhex(bulletin.root),
        )
    for wrong in ("0" * 64, "f" * 64, "", "xyz", bulletin.root.upper(), bulletin.leaf_hashes()[0].hex()[:-1]):
        with pytest.raises(UnknownLeaf):
            bulletins.inclusion_proof(bulletin, wrong)


def test_figures_that_do_not_add_up_are_never_signed() -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    round.bulletin.delete()
    key = make_round_key(round.public_id)
    round.receipt_key, round.receipt_public = make_receipt_key(key)
    let_draw(round, list(round.cells.get().assignments.values_list("evaluator_id", flat=True)[:4]))
    with pytest.raises(BadBulletin):
        bulletins.make_bulletin(round)


def test_published_bulletin_verifies_under_the_rounds_receipt_key_only() -> None:
    round = make_counted_round({("甲", "all"): papers(5)})
    published = json.loads(bulletins.published_json(round.bulletin))
    verify_bulletin(published, receipt_key=b64u_decode(round.receipt_public))
    with pytest.raises(BadBulletin):
        verify_bulletin(published, receipt_key=bytes(32))


@pytest.mark.parametrize("tampered", ["nothing", "dropped", "altered", "added"])
def test_standalone_verifier_passes_the_count_and_refuses_a_tampered_one(tampered: str, tmp_path: Path) -> None:
    running = make_voted_round(evaluators=5)
    extra = running.evaluators[0].entries({"quality": 1, "spirit": 1}, revision=99)[0]["entry"]
    round = count_all(running)
    entries = [json.loads(entry) for entry in counted_entries(round)]
    if tampered == "dropped":
        entries.pop()
    elif tampered == "altered":
        entries[0]["ballot"]["a"]["quality"] = 100
    elif tampered == "added":
        entries.append(extra)
    (tmp_path / "manifest.json").write_text(round.manifest)
    (tmp_path / "bulletin.json").write_bytes(bulletins.published_json(round.bulletin))
    (tmp_path / "ballots.json").write_text(json.dumps({"v": 1, "round": round.public_id, "entries": entries}))
    files = [
        part for name in ("manifest", "bulletin", "ballots") for part in (f"--{name}", str(tmp_path / f"{name}.json"))
    ]
    done = subprocess.run(
        [sys.executable, str(VERIFIER), *files, "--fingerprint", round.fingerprint], capture_output=True, check=False
    )
    assert (done.returncode == 0) is (tampered == "nothing"), done.stdout.decode()
