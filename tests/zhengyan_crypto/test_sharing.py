"""Shares of the box key: any k give it back, fewer tell nothing, a false one is found."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zhengyan_crypto import sharing
from zhengyan_crypto.encoding import crockford_encode
from zhengyan_crypto.errors import BadKey, BadShare, SharesMissing, SharesMixed, WrongShares
from zhengyan_crypto.sharing import Share, combine, decode_share, split

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sharing.json").read_text())["keys"]
SECRETS = st.binary(min_size=32, max_size=32)


def public_of(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


@st.composite
def choices(draw: st.DrawFn) -> tuple[bytes, list[Share], list[Share]]:
    """A key, its shares, and any k of them in any order."""
    secret = draw(SECRETS)
    shares = draw(st.integers(2, sharing.MAX_SHARES))
    threshold = draw(st.integers(2, shares))
    made = split(secret, threshold=threshold, shares=shares)
    return secret, made, draw(st.permutations(made))[:threshold]


@given(choices())
@settings(max_examples=60, deadline=None)
def test_any_k_of_n_give_the_key_back(given: tuple[bytes, list[Share], list[Share]]) -> None:
    secret, made, chosen = given
    assert [share.number for share in made] == list(range(1, len(made) + 1))
    typed = [decode_share(share.encode().lower().replace("-", " ")) for share in chosen]
    assert typed == chosen
    assert combine(typed, public=public_of(secret)) == (secret, [])


def test_fewer_than_k_shares_leave_every_secret_byte_possible() -> None:
    """Whatever two holders of a 3-of-n key see, each of the 256 bytes is explained by exactly one third share."""
    two = [Share(b"", 3, 1, bytes([17] * 32)), Share(b"", 3, 4, bytes([201] * 32))]
    found = [sharing._value_through([*two, Share(b"", 3, 2, bytes([third] * 32))], 0)[0] for third in range(256)]
    assert sorted(found) == list(range(256))


def test_a_share_is_as_likely_to_be_any_byte_whatever_the_secret_is() -> None:
    """For each secret byte, the 256 random coefficients give the 256 values of a share, each once."""
    for secret in (0, 1, 255):
        for number in (1, 2, 16):
            values = [sharing._value_at(number, [bytes([secret] * 32), bytes([c] * 32)])[0] for c in range(256)]
            assert sorted(values) == list(range(256))


def test_the_field_is_a_field() -> None:
    """Multiplication by the tables equals that by shifting; division undoes it."""

    def slowly(left: int, right: int) -> int:
        product = 0
        while right:
            product ^= left if right & 1 else 0
            left = left << 1 ^ (0x11B if left & 0x80 else 0)
            right >>= 1
        return product

    for left in range(256):
        for right in range(256):
            assert sharing._multiply(left, right) == slowly(left, right)
            if right:
                assert sharing._divide(sharing._multiply(left, right), right) == left


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: f"{one['threshold']}-of-{one['shares']}")
def test_shared_vectors(vector: dict[str, object]) -> None:
    secret = bytes.fromhex(str(vector["secret"]))
    coefficients = iter([bytes.fromhex(one) for one in vector["coefficients"]])  # type: ignore[attr-defined]
    threshold, shares = int(str(vector["threshold"])), int(str(vector["shares"]))
    made = split(secret, threshold=threshold, shares=shares, random=lambda length: next(coefficients))
    assert [share.encode() for share in made] == vector["texts"]
    assert public_of(secret).hex() == vector["public"]
    assert made[0].tag.hex() == vector["tag"]


@given(secret=SECRETS, at=st.integers(0, 63), other=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
@settings(max_examples=60, deadline=None)
def test_a_slip_of_the_pen_shows(secret: bytes, at: int, other: str) -> None:
    text = split(secret, threshold=2, shares=3)[1].encode()
    assert [len(group) for group in text.split("-")] == [4] * 16
    plain = text.replace("-", "")
    slip = plain[:at] + other + plain[at + 1 :]
    assume(slip != plain)
    with pytest.raises(BadShare, match="checksum"):
        decode_share(slip)


def test_what_is_no_share_is_named() -> None:
    text = split(bytes(range(32)), threshold=2, shares=2)[0].encode()
    with pytest.raises(BadShare, match="64 characters, this one 63"):
        decode_share(text[:-1])
    with pytest.raises(BadShare) as caught:
        decode_share("U" + text[1:])
    assert (caught.value.code, caught.value.position) == ("bad_share", 1)
    for body in (b"\x02ab\x02\x01" + bytes(32), b"\x01ab\x01\x01" + bytes(32), b"\x01ab\x02\x00" + bytes(32)):
        with pytest.raises(BadShare, match="version"):
            decode_share(crockford_encode(body + sharing._checksum(body)))


@pytest.mark.parametrize(("threshold", "shares"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_numbers_that_make_no_sense_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(ValueError, match="threshold"):
        split(bytes(32), threshold=threshold, shares=shares)


def test_a_secret_of_another_length_is_refused() -> None:
    with pytest.raises(BadKey):
        split(bytes(31), threshold=2, shares=3)


class TestWrongShares:
    """A share with a sound checksum that is not one of this key."""

    secret = bytes(range(32))
    public = public_of(secret)
    made = split(secret, threshold=2, shares=3)
    forged = Share(made[1].tag, 2, 2, bytes(32))

    def test_with_no_more_than_k_either_may_be_wrong(self) -> None:
        with pytest.raises(WrongShares) as caught:
            combine([self.made[0], self.forged], public=self.public)
        assert caught.value.suspects == [1, 2]

    def test_one_more_share_opens_and_tells_which(self) -> None:
        for shares in ([self.forged, self.made[0], self.made[2]], [self.made[2], self.made[0], self.forged]):
            assert combine(shares, public=self.public) == (self.secret, [2])

    def test_a_share_may_be_given_twice_and_counts_once(self) -> None:
        with pytest.raises(SharesMissing) as caught:
            combine([self.made[0], self.made[0]], public=self.public)
        assert caught.value.missing == 1
        with pytest.raises(SharesMissing):  # the same number, another value: still one holder
            combine([self.made[1], self.forged], public=self.public)
        assert combine([self.made[1], self.forged, self.made[0]], public=self.public) == (self.secret, [2])
        with pytest.raises(SharesMissing) as caught:
            combine([], public=self.public)
        assert caught.value.missing == 2

    def test_shares_of_another_key_are_named_before_anything_is_combined(self) -> None:
        other = split(bytes(32), threshold=2, shares=3)
        for shares in ([self.made[0], other[1]], other[:2]):
            with pytest.raises(SharesMixed):
                combine(shares, public=self.public)

    def test_every_pair_of_three_opens(self) -> None:
        for pair in combinations(self.made, 2):
            assert combine(pair, public=self.public).secret == self.secret
