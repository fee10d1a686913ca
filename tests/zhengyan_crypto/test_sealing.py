"""Sealed rows tell nothing, not even their length; a key opens what it should and nothing else."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peer_review.protocol.row_length import row_length
from tests.peer_review.protocol.election import CELLS, PAPER, ROUND, Election
from zhengyan_crypto import canonical, sealing
from zhengyan_crypto.errors import BadBoxKey, BadEncoding, BadKey, TooLarge, WrongKey

LENGTH = row_length([PAPER])


def seal(election: Election, plaintext: bytes) -> bytes:
    return sealing.seal(plaintext, box_public=election.box_public, round_id=ROUND, length=LENGTH)


def key_of(election: Election, row: bytes) -> bytes:
    epk = sealing.ephemeral_public(row)
    return sealing.content_key(election.box.private_bytes_raw(), epk, round_id=ROUND)


@pytest.fixture(scope="module")
def cast(election: Election) -> dict[str, Any]:
    return election.cast()


@pytest.mark.parametrize("longest", [0, 1, 62, 63, 64, 127, 128, 5000])
def test_sealed_length_has_room_for_the_longest_in_whole_steps(election: Election, longest: int) -> None:
    length = sealing.sealed_length(longest)
    assert (length - sealing.KEY_LENGTH - sealing.TAG_LENGTH) % 64 == 0
    assert sealing.sealed_length(0) == sealing.KEY_LENGTH + 64 + sealing.TAG_LENGTH
    row = sealing.seal(b"x" * longest, box_public=election.box_public, round_id=ROUND, length=length)
    assert sealing.open_row(row, key_of(election, row), round_id=ROUND) == b"x" * longest


def test_what_does_not_fit_is_refused(election: Election) -> None:
    with pytest.raises(TooLarge):
        seal(election, b"x" * LENGTH)


@given(plaintext=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_survive_the_padding(election: Election, plaintext: bytes) -> None:
    row = seal(election, plaintext)
    assert sealing.open_row(row, key_of(election, row), round_id=ROUND) == plaintext


def test_sealing_twice_gives_nothing_in_common(election: Election) -> None:
    first, second = seal(election, b"same"), seal(election, b"same")
    assert sealing.ephemeral_public(first) != sealing.ephemeral_public(second)
    assert first[32:] != second[32:]


def test_one_content_key_opens_its_own_row_only(election: Election) -> None:
    first, second = seal(election, b"first"), seal(election, b"second")
    key = key_of(election, first)
    assert sealing.open_row(first, key, round_id=ROUND) == b"first"
    with pytest.raises(WrongKey) as caught:
        sealing.open_row(second, key, round_id=ROUND)
    assert (caught.value.code, caught.value.status) == ("wrong_key", 422)


def test_another_box_key_opens_nothing(election: Election) -> None:
    row = seal(election, b"ballot")
    other = sealing.generate_box_key().private_bytes_raw()
    key = sealing.content_key(other, sealing.ephemeral_public(row), round_id=ROUND)
    with pytest.raises(WrongKey):
        sealing.open_row(row, key, round_id=ROUND)


def test_any_altered_byte_is_refused(election: Election) -> None:
    row = seal(election, b"ballot")
    box = election.box.private_bytes_raw()
    for at in (0, 31, 32, 100, len(row) - 17, len(row) - 1):
        altered = bytearray(row)
        altered[at] ^= 1
        key = sealing.content_key(box, sealing.ephemeral_public(bytes(altered)), round_id=ROUND)
        with pytest.raises(WrongKey):
            sealing.open_row(bytes(altered), key, round_id=ROUND)


def test_a_row_of_one_round_does_not_open_in_another(election: Election) -> None:
    row = seal(election, b"ballot")
    with pytest.raises(WrongKey):
        sealing.open_row(row, key_of(election, row), round_id=ROUND[::-1])


def test_malformed_keys_are_refused(election: Election) -> None:
    row = seal(election, b"ballot")
    with pytest.raises(BadEncoding):
        sealing.open_row(row, b"short", round_id=ROUND)
    with pytest.raises(BadKey):
        sealing.content_key(b"short", sealing.ephemeral_public(row), round_id=ROUND)
    for low_order in (bytes(32), b"\x01" + bytes(31)):
        with pytest.raises(BadKey):
            sealing.seal(b"x", box_public=low_order, round_id=ROUND, length=LENGTH)


def test_row_ids_are_random() -> None:
    ids = {sealing.new_row_id() for _ in range(100)}
    assert len(ids) == 100
    assert {len(row_id) for row_id in ids} == {16}


def test_box_key_code_survives_typing_and_shows_slips(election: Election) -> None:
    private = election.box.private_bytes_raw()
    code = sealing.encode_box_key(private)
    assert [len(group) for group in code.split("-")] == [4] * 14
    assert sealing.decode_box_key(code.lower().replace("-", " ")) == private
    slip = ("0" if code[0] != "0" else "1") + code[1:]
    with pytest.raises(BadBoxKey, match="checksum"):
        sealing.decode_box_key(slip)
    with pytest.raises(BadBoxKey, match="56 characters"):
        sealing.decode_box_key(code[:-1])
    with pytest.raises(BadBoxKey):
        sealing.encode_box_key(private[1:])


def test_the_form_of_the_longest_ballot_is_that_of_real_ones(election: Election, cast: dict[str, Any]) -> None:
    assert cast["entry"]["ballot"]["cell"] in CELLS
    assert election.check(cast).canonical == canonical.dumps(cast)
