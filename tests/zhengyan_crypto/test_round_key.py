"""A round's key: what it names and wraps, and that nothing can be read without its seed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengyan_crypto.errors import KeyUnreadable
from zhengyan_crypto.round_key import SEED_LENGTH, RoundKey, new_seed

ROUND = "0" * 32
SEED = bytes(range(SEED_LENGTH))


def key(seed: bytes = SEED, *, secret: str = "secret", round_id: str = ROUND) -> RoundKey:
    return RoundKey(seed, secret=secret, round_id=round_id)


def test_same_seed_secret_and_round_make_the_same_key() -> None:
    assert key().mac("person", b"1") == key().mac("person", b"1")
    assert key().unwrap(key().wrap(b"text", purpose="row"), purpose="row") == b"text"


@pytest.mark.parametrize(
    "other", [key(new_seed()), key(secret="another"), key(round_id="1" * 32)], ids=["seed", "secret", "round"]
)
def test_another_seed_secret_or_round_makes_another_key(other: RoundKey) -> None:
    assert other.mac("person", b"1") != key().mac("person", b"1")
    with pytest.raises(KeyUnreadable):
        other.unwrap(key().wrap(b"text", purpose="row"), purpose="row")


def test_values_of_two_purposes_differ() -> None:
    assert key().mac("person", b"1") != key().mac("ticket", b"1")
    with pytest.raises(KeyUnreadable):
        key().unwrap(key().wrap(b"text", purpose="row"), purpose="cell")


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_values_are_alike_only_where_every_part_is(first: list[bytes], second: list[bytes]) -> None:
    """Parts cannot run into each other: ("ab", "c") and ("a", "bc") are two things."""
    assert (key().mac("person", *first) == key().mac("person", *second)) == (first == second)


@given(st.binary(max_size=300))
def test_records_unwrap_to_what_was_wrapped_and_no_two_are_alike(text: bytes) -> None:
    own = key()
    first, second = own.wrap(text, purpose="row"), own.wrap(text, purpose="row")
    assert first != second
    assert len(first) == len(text) + 29
    assert own.unwrap(memoryview(first), purpose="row") == text == own.unwrap(second, purpose="row")


@given(st.data())
def test_altered_records_are_refused(data: st.DataObject) -> None:
    record = bytearray(key().wrap(b"some text", purpose="row"))
    at = data.draw(st.integers(0, len(record) - 1))
    record[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(KeyUnreadable):
        key().unwrap(bytes(record), purpose="row")


@pytest.mark.parametrize("record", [b"", b"\x02", b"\x02" + bytes(12), b"\x01" + bytes(60)])
def test_what_is_no_record_is_refused(record: bytes) -> None:
    with pytest.raises(KeyUnreadable):
        key().unwrap(record, purpose="row")


@pytest.mark.parametrize(("seed", "secret"), [(b"short", "secret"), (SEED + b"x", "secret"), (SEED, ""), (b"", "x")])
def test_key_is_made_from_32_bytes_and_a_secret(seed: bytes, secret: str) -> None:
    with pytest.raises(KeyUnreadable):
        key(seed, secret=secret)


def test_key_shows_nothing_of_itself() -> None:
    assert repr(key()) == "<RoundKey>"


def test_seeds_are_never_alike() -> None:
    assert len({new_seed() for _number in range(50)}) == 50
