"""Stored private keys open with their own secret and purpose only."""

import pytest

from zhengyan_crypto import keys_at_rest
from zhengyan_crypto.errors import KeyUnreadable


def test_round_trip_with_text_or_bytes() -> None:
    stored = keys_at_rest.encrypt(b"private", secret="secret", purpose="cell")
    assert b"private" not in stored
    assert keys_at_rest.decrypt(stored, secret=b"secret", purpose="cell") == b"private"
    assert keys_at_rest.decrypt(memoryview(stored), secret="secret", purpose="cell") == b"private"


def test_the_same_key_is_never_stored_alike() -> None:
    assert keys_at_rest.encrypt(b"k", secret="s", purpose="cell") != keys_at_rest.encrypt(
        b"k", secret="s", purpose="cell"
    )


def test_anything_else_is_unreadable() -> None:
    stored = keys_at_rest.encrypt(b"private", secret="secret", purpose="cell")
    for wrong in (b"", b"\x02" + stored[1:], stored[:-1], stored[:20], stored[:-1] + bytes([stored[-1] ^ 1])):
        with pytest.raises(KeyUnreadable):
            keys_at_rest.decrypt(wrong, secret="secret", purpose="cell")
    with pytest.raises(KeyUnreadable):
        keys_at_rest.decrypt(stored, secret="another", purpose="cell")
    with pytest.raises(KeyUnreadable):
        keys_at_rest.decrypt(stored, secret="secret", purpose="receipt")
    with pytest.raises(KeyUnreadable):
        keys_at_rest.encrypt(b"private", secret="", purpose="cell")
