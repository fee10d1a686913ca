"""Which ballots count, and what is signed around them."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from peer_review.protocol import ballots
from peer_review.protocol.credentials import Credential, new_master
from peer_review.protocol.papers import check_answers
from peer_review.protocol.revisions import salt_of
from tests.peer_review.protocol.election import CELLS, PAPER, ROUND, Election, leaf_of
from zhengyan_crypto import canonical, merkle
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import (
    BadAnswers,
    BadBallotSignature,
    BadEncoding,
    BadManifest,
    BadReceipt,
    BadRevision,
    BadToken,
    CryptoError,
    UnknownCell,
)

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def cast(election: Election) -> dict[str, Any]:
    return election.cast()


@pytest.fixture(scope="module")
def entry(cast: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = cast["entry"]
    return kept


def test_an_honest_ballot_counts(election: Election, cast: dict[str, Any], entry: dict[str, Any]) -> None:
    checked = election.check(cast)
    assert checked.cell == CELLS[0]
    assert checked.answers == {"virtue": 90, "ability": 80, "diligence": "dk"}
    assert checked.revision == 1
    assert checked.canonical == canonical.dumps(cast)
    assert checked.entry == canonical.dumps(entry)
    assert checked.leaf == merkle.leaf_hash(checked.entry)
    assert checked.leaf_hex == checked.leaf.hex()
    assert len(checked.token) == 32


def test_a_revision_is_nowhere_in_what_is_kept(election: Election) -> None:
    """Whoever keeps the entry has its leaf and its salt, and neither tells the revision."""
    master, revision = new_master(), 0x1D3B_5A7C_9E2F_4861
    first, second = (election.cast(master=master, revision=revision) for _version in range(2))
    kept = canonical.dumps(first["entry"])
    assert election.check(first).revision == revision
    for trace in (first["rev"], str(revision), first["nonce"], b64u_decode(first["nonce"]).hex()):
        assert trace.encode() not in kept
    # The same answers at the same revision, and yet another salt, signature and leaf.
    assert first["entry"]["ballot"].keys() == {"v", "round", "cell", "pk", "pre", "salt", "a"}
    assert first["entry"]["ballot"]["salt"] != second["entry"]["ballot"]["salt"]
    assert election.check(first).leaf != election.check(second).leaf


def ballot(**changes: Any) -> Change:
    return lambda cast: cast["entry"]["ballot"].update(changes)


def entry_with(**changes: Any) -> Change:
    return lambda cast: cast["entry"].update(changes)


ALTERED: list[tuple[str, Change, type[CryptoError]]] = [
    ("score altered", ballot(a={"virtue": 91, "ability": 80, "diligence": "dk"}), BadBallotSignature),
    ("salt altered", ballot(salt=b64u_encode(bytes(32))), BadBallotSignature),
    ("salt of another revision", ballot(salt=b64u_encode(salt_of(bytes(16), 2))), BadBallotSignature),
    ("revision raised", lambda cast: cast.update(rev="7" + "f" * 15), BadRevision),
    ("foreign nonce", lambda cast: cast.update(nonce=b64u_encode(bytes(16))), BadRevision),
    ("cell swapped", ballot(cell=CELLS[1]), BadToken),
    ("foreign public key", ballot(pk=b64u_encode(bytes(32))), BadToken),
    ("foreign prefix", ballot(pre=b64u_encode(bytes(32))), BadToken),
    ("foreign token", entry_with(tok=b64u_encode(b"\x01" * 256)), BadToken),
    ("short token", entry_with(tok=b64u_encode(b"\x01" * 255)), BadToken),
    ("foreign signature", entry_with(sig=b64u_encode(bytes(64))), BadBallotSignature),
    ("short signature", entry_with(sig=b64u_encode(bytes(63))), BadEncoding),
    ("padded token", lambda cast: cast["entry"].update(tok=cast["entry"]["tok"] + "=="), BadEncoding),
    ("unknown cell", ballot(cell="ffffffffffffffff"), UnknownCell),
    ("unknown round", ballot(round="f" * 32), UnknownCell),
    ("cell of another kind", ballot(cell=7), BadEncoding),
    ("cell in capitals", ballot(cell="0A0A0A0A0A0A0A0A"), BadEncoding),
    ("extra field in the ballot", ballot(name="me"), BadEncoding),
    ("extra field in the entry", entry_with(name="me"), BadEncoding),
    ("extra field in the cast", lambda cast: cast.update(name="me"), BadEncoding),
    ("revision in the ballot", ballot(rev=1), BadEncoding),
    ("field missing", lambda cast: cast["entry"]["ballot"].pop("salt"), BadEncoding),
    ("version 1", ballot(v=1), BadEncoding),
    ("version true", ballot(v=True), BadEncoding),
    ("short salt", ballot(salt=b64u_encode(bytes(31))), BadEncoding),
    ("salt as number", ballot(salt=1), BadEncoding),
    ("short nonce", lambda cast: cast.update(nonce=b64u_encode(bytes(15))), BadEncoding),
    ("nonce missing", lambda cast: cast.pop("nonce"), BadEncoding),
    ("revision missing", lambda cast: cast.pop("rev"), BadEncoding),
    ("revision of 64 bits", lambda cast: cast.update(rev="8" + "0" * 15), BadEncoding),
    ("revision in capitals", lambda cast: cast.update(rev="0" * 15 + "A"), BadEncoding),
    ("revision as number", lambda cast: cast.update(rev=1), BadEncoding),
    ("short revision", lambda cast: cast.update(rev="1"), BadEncoding),
    ("answers as list", ballot(a=[]), BadEncoding),
    ("float among the answers", ballot(a={"virtue": 1.5}), BadEncoding),
    ("entry as list", lambda cast: cast.update(entry=[]), BadEncoding),
    ("ballot as list", entry_with(ballot=[]), BadEncoding),
]


@pytest.mark.parametrize(("change", "error"), [case[1:] for case in ALTERED], ids=[case[0] for case in ALTERED])
def test_an_altered_cast_is_refused(
    election: Election, cast: dict[str, Any], change: Change, error: type[CryptoError]
) -> None:
    altered = copy.deepcopy(cast)
    change(altered)
    with pytest.raises(error) as caught:
        election.check(altered)
    assert type(caught.value) is error


@pytest.mark.parametrize("cast", [None, [], "cast", 7, {}])
def test_what_is_no_cast_at_all_is_refused(election: Election, cast: Any) -> None:
    with pytest.raises(BadEncoding):
        election.check(cast)


def test_an_older_version_cannot_be_passed_off_as_the_newest(election: Election) -> None:
    """Somebody who can write to the box holds an earlier version whole, and wants it to stand."""
    master = new_master()
    old, new = (election.cast(master=master, revision=revision) for revision in (10, 20))
    for forged in (old | {"rev": "7" + "f" * 15}, old | {"rev": new["rev"], "nonce": new["nonce"]}):
        with pytest.raises(BadRevision):
            election.check(forged)
    # Nor can he put the newest ballot's salt into the old one, for that is signed.
    moved = copy.deepcopy(old)
    moved["entry"]["ballot"]["salt"] = new["entry"]["ballot"]["salt"]
    with pytest.raises(BadBallotSignature):
        election.check(moved | {"rev": new["rev"], "nonce": new["nonce"]})
    assert [one.revision for one in ballots.latest([election.check(old), election.check(new)])] == [20]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"virtue": 1, "ability": 1},
        {"virtue": 1, "ability": 1, "diligence": 1, "integrity": 1},
        {"virtue": -1, "ability": 1, "diligence": 1},
        {"virtue": 101, "ability": 1, "diligence": 1},
        {"virtue": "", "ability": 1, "diligence": 1},
        {"virtue": "DK", "ability": 1, "diligence": 1},
        {"virtue": [1], "ability": 1, "diligence": 1},
    ],
)
def test_answers_outside_the_form_are_refused_even_if_signed(election: Election, answers: dict[str, Any]) -> None:
    with pytest.raises(BadAnswers) as caught:
        election.check(election.cast(answers))
    assert (caught.value.code, caught.value.status) == ("bad_answers", 422)


def test_the_bounds_of_the_form_are_answers_too(election: Election) -> None:
    check_answers({"virtue": 0, "ability": 100, "diligence": "dk"}, PAPER)
    with pytest.raises(BadAnswers):
        check_answers({"virtue": 0, "ability": 5, "diligence": "dk"}, replace(PAPER, scale="anchors"))


def test_a_token_buys_one_cell_only(election: Election) -> None:
    master = new_master()
    first, second = (election.cast(cell=cell, master=master) for cell in CELLS)
    assert first["entry"]["ballot"]["pk"] != second["entry"]["ballot"]["pk"]
    second["entry"]["tok"] = first["entry"]["tok"]
    with pytest.raises(BadToken):
        election.check(second)


def test_latest_keeps_the_highest_revision_then_the_lowest_leaf(election: Election) -> None:
    master = new_master()
    changes = [{"virtue": score, "ability": 1, "diligence": 1} for score in (10, 20, 30)]
    old = election.check(election.cast(changes[0], master=master, revision=1))
    tied = [election.check(election.cast(change, master=master, revision=2)) for change in changes[1:]]
    other = election.check(election.cast())
    lowest = min(tied, key=lambda entry: entry.leaf)
    for order in ([old, *tied, other], [other, *reversed(tied), old], [tied[0], other, old, tied[1]]):
        kept = ballots.latest(order)
        assert kept == sorted([lowest, other], key=lambda entry: entry.token)


# Manifest


def test_manifest_survives_its_encoding(election: Election) -> None:
    manifest = ballots.Manifest.parse(election.manifest, expected_fingerprint=election.fingerprint)
    assert manifest.cells == election.cells
    assert (manifest.round_id, manifest.receipt_key, manifest.box_key) == (
        ROUND,
        election.receipt_public,
        election.box_public,
    )
    assert manifest.encode() == election.manifest


def test_a_changed_manifest_has_another_fingerprint(election: Election) -> None:
    changed = election.manifest.replace(ROUND.encode(), ROUND[::-1].encode())
    with pytest.raises(BadManifest, match="fingerprint"):
        ballots.Manifest.parse(changed, expected_fingerprint=election.fingerprint)


MANIFESTS: list[Change] = [
    lambda value: value.update(extra=1),
    lambda value: value.update(v=2),
    lambda value: value.update(round="short"),
    lambda value: value.update(box_key="AAAA"),
    lambda value: value["cells"].reverse(),
    lambda value: value["cells"][0].update(spki=value["cells"][1]["spki"]),
    lambda value: value["cells"][0].update(cell=value["cells"][1]["cell"]),
    lambda value: value["cells"][0].update(spki="AAAA"),
    lambda value: value["cells"].append(7),
    lambda value: value.update(cells={}),
]


@pytest.mark.parametrize("change", MANIFESTS)
def test_a_malformed_manifest_is_refused(election: Election, change: Change) -> None:
    value = canonical.loads(election.manifest)
    change(value)
    with pytest.raises(BadManifest):
        ballots.Manifest.parse(canonical.dumps(value))


def test_a_manifest_that_is_not_canonical_is_refused(election: Election) -> None:
    with pytest.raises(BadManifest):
        ballots.Manifest.parse(election.manifest + b"\n")


# Receipts


def test_a_receipt_names_the_leaf(election: Election, entry: dict[str, Any]) -> None:
    receipt = election.receipt(entry)
    leaf = ballots.verify_receipt(receipt, receipt_key=election.receipt_public, round_id=ROUND)
    assert leaf == leaf_of(entry)
    assert receipt.keys() == {"v", "round", "leaf", "sig"}


def test_forged_receipts_are_refused(election: Election, entry: dict[str, Any]) -> None:
    receipt = election.receipt(entry)
    other = ballots.generate_receipt_key().public_key().public_bytes_raw()
    with pytest.raises(BadReceipt):
        ballots.verify_receipt(receipt, receipt_key=other, round_id=ROUND)
    for change in ({"leaf": "0" * 64}, {"sig": b64u_encode(bytes(64))}, {"round": "f" * 32}):
        with pytest.raises(BadReceipt):
            ballots.verify_receipt(receipt | change, receipt_key=election.receipt_public, round_id=ROUND)
    with pytest.raises(BadEncoding):
        ballots.verify_receipt(receipt | {"at": 1}, receipt_key=election.receipt_public, round_id=ROUND)


def test_a_credential_is_the_same_whenever_it_is_derived(election: Election) -> None:
    master = new_master()
    public = election.keys[CELLS[0]].public_key()
    first, second = (Credential(master, ROUND, CELLS[0]) for _ in range(2))
    assert first.blind(public) == second.blind(public)
    assert first.message == second.message
