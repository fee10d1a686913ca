"""Credentials come from the master secret alone; the recovery code is that secret, typed by people."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from peer_review.protocol import ballots, credentials
from tests.peer_review.protocol.election import CELLS, ROUND, Election, cell_key
from zhengyan_crypto import blindsig, canonical, sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.errors import BadKey, BadRecoveryCode, BadToken

#: When everybody drew, in milliseconds.
DRAWN_AT = 1_790_000_000_000
VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "credentials.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["credentials"])
def test_credentials_match_the_shared_vectors(vector: dict[str, Any]) -> None:
    """The browser is held to the same file by tests/e2e/test_vectors.py."""
    key = blindsig.decode_private(b64u_decode(VECTORS["test_only_private_key"]))
    master = bytes.fromhex(vector["master"])
    credential = credentials.Credential(master, vector["round"], vector["cell"])
    signed = blindsig.blind_sign(key, b64u_decode(vector["blinded"]))
    token = credential.finalize(key.public_key(), signed)
    revision = credential.revision_of(vector["version"], drawn_at=vector["drawn_at"])
    nonce = bytes.fromhex(vector["nonce"])
    cast = credential.make_cast(vector["answers"], token=token, revision=revision, nonce=nonce)
    assert credentials.encode_recovery_code(master) == vector["recovery_code"]
    assert credential.public_key.hex() == vector["public_key"]
    assert credential.prefix.hex() == vector["prefix"]
    assert cast["rev"] == vector["revision"]
    assert credential.message.hex() == vector["message"]
    assert b64u_encode(credential.blind(key.public_key()).blinded) == vector["blinded"]
    assert b64u_encode(signed) == vector["blind_sig"]
    assert canonical.dumps(cast).decode() == vector["cast"]
    checked = ballots.check_cast(cast, round_id=vector["round"], cells={vector["cell"]: VECTORS["spki"]}, papers=None)
    assert checked.leaf_hex == vector["leaf"]


@pytest.mark.parametrize("vector", VECTORS["content_keys"])
def test_content_keys_match_the_shared_vectors(vector: dict[str, Any]) -> None:
    private = bytes.fromhex(vector["box_private"])
    key = sealing.content_key(private, bytes.fromhex(vector["epk"]), round_id=vector["round"])
    assert key.hex() == vector["content_key"]
    assert sealing.encode_box_key(private) == vector["box_key_code"]
    assert sealing.decode_box_key(vector["box_key_code"]) == private


def test_cells_rounds_and_masters_share_nothing() -> None:
    master = bytes(20)
    keys = {
        credentials.Credential(master, ROUND, CELLS[0]).public_key,
        credentials.Credential(master, ROUND, CELLS[1]).public_key,
        credentials.Credential(master, ROUND[::-1], CELLS[0]).public_key,
        credentials.Credential(b"\x01" * 20, ROUND, CELLS[0]).public_key,
    }
    assert len(keys) == 4


def test_revisions_rise_with_each_version_and_with_each_later_draw() -> None:
    credential = credentials.Credential(bytes(20), ROUND, CELLS[0])
    first = credential.revision_of(1, drawn_at=DRAWN_AT)
    assert [credential.revision_of(version, drawn_at=DRAWN_AT) - first for version in (1, 2, 1023)] == [0, 1, 1022]
    # The first version after the next millisecond's draw outranks the last that an earlier draw allows.
    assert credential.revision_of(1, drawn_at=DRAWN_AT + 1) == first + 1024
    for version in (0, 1024):
        with pytest.raises(ValueError, match="out of bounds"):
            credential.revision_of(version, drawn_at=DRAWN_AT)


def test_revisions_of_one_sitting_tie_no_two_papers_to_each_other() -> None:
    """Two people with two papers each, drawn at once; one of them came back twice. Plain numbers would tell."""
    cast = [
        credentials.Credential(bytes([master]) * 20, ROUND, cell).revision_of(version, drawn_at=DRAWN_AT)
        for master, version in ((1, 1), (2, 3))
        for cell in CELLS[:2]
    ]
    gaps = {abs(left - right) for left, right in itertools.combinations(cast, 2)}
    assert min(gaps) > 2**50  # by chance alone smaller once in a thousand


def test_a_nonce_is_derived_from_no_code_and_used_once() -> None:
    credential = credentials.Credential(bytes(20), ROUND, CELLS[0])
    casts = [credential.make_cast({}, token=b"", revision=1) for _version in range(50)]
    assert len({cast["nonce"] for cast in casts}) == len({cast["entry"]["ballot"]["salt"] for cast in casts}) == 50
    assert {cast["rev"] for cast in casts} == {"0000000000000001"}


def test_a_factor_without_inverse_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    key = cell_key(0)
    numbers = key.private_numbers()
    credential = credentials.Credential(bytes(20), ROUND, CELLS[0])
    honest = credentials.Credential._derive
    asked = []

    def derive(self: credentials.Credential, purpose: str, length: int) -> bytes:
        asked.append(purpose)
        unusable = {"blind": 0, "blind|1": numbers.p * 2}
        if purpose in unusable:
            return unusable[purpose].to_bytes(length, "big")
        return honest(self, purpose, length)

    monkeypatch.setattr(credentials.Credential, "_derive", derive)
    blinding = credential.blind(key.public_key())
    assert [purpose for purpose in asked if purpose.startswith("blind")] == ["blind", "blind|1", "blind|2"]
    assert credential.finalize(key.public_key(), blindsig.blind_sign(key, blinding.blinded))


def test_no_factor_at_all_ends_in_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials.Credential, "_derive", lambda self, purpose, length: bytes(length))
    with pytest.raises(BadKey):
        credentials.Credential(bytes(20), ROUND, CELLS[0])._factor(cell_key(0).public_key())


def test_an_answer_for_another_cell_is_not_taken(election: Election) -> None:
    master = credentials.new_master()
    first, second = (credentials.Credential(master, ROUND, cell) for cell in CELLS)
    key = election.keys[CELLS[0]]
    signed = blindsig.blind_sign(key, first.blind(key.public_key()).blinded)
    with pytest.raises(BadToken):
        second.finalize(key.public_key(), signed)


def test_recovery_code_survives_the_way_people_type() -> None:
    master = credentials.new_master()
    code = credentials.encode_recovery_code(master)
    assert [len(group) for group in code.split("-")] == [4] * 8
    for typed in (
        code,
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " — "),
        code.replace("0", "O"),
        f"\t{code}\n",
    ):
        assert credentials.decode_recovery_code(typed) == master
    assert credentials.decode_recovery_code("O" * 31 + "i") == bytes(19) + b"\x01"


@pytest.mark.parametrize(
    ("typed", "message", "position"),
    [
        ("", "32 characters, this one 0", None),
        ("ABCD", "32 characters, this one 4", None),
        ("0" * 33, "32 characters, this one 33", None),
        ("0" * 10_000, "32 characters, this one 10000", None),
        ("U" + "0" * 31, "character 1 never", 1),
        ("0000-000!" + "0" * 24, "character 8 never", 8),
        ("0" * 31 + "中", "character 32 never", 32),
    ],
)
def test_a_wrong_recovery_code_says_where(typed: str, message: str, position: int | None) -> None:
    with pytest.raises(BadRecoveryCode, match=message) as caught:
        credentials.decode_recovery_code(typed)
    assert caught.value.position == position
    assert (caught.value.code, caught.value.status) == ("bad_recovery_code", 422)


def test_a_master_of_another_length_has_no_code() -> None:
    with pytest.raises(BadRecoveryCode):
        credentials.encode_recovery_code(bytes(19))
