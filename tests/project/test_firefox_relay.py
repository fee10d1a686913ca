"""What the relay between Playwright and Firefox changes of what it hands on (tests/e2e/firefox_relay.py)."""

import json

import pytest

from tests.e2e.firefox_relay import accepted, frame, masked

MASK = bytes.fromhex("37fa213d")


def test_masked_text_is_that_of_the_standard() -> None:
    # RFC 6455, section 5.7: "Hello" in one masked frame.
    assert frame(0x81, b"Hello", MASK) == bytes.fromhex("818537fa213d7f9f4d5158")
    assert masked(masked(b"Hello", MASK), MASK) == b"Hello"


@pytest.mark.parametrize(
    ("size", "head"),
    [(125, "81fd"), (126, "81fe007e"), (65535, "81feffff"), (65536, "81ff0000000000010000")],
)
def test_length_takes_the_fewest_bytes(size: int, head: str) -> None:
    text = frame(0x81, bytes(size), MASK)

    assert text.startswith(bytes.fromhex(head) + MASK)
    assert len(text) == len(head) // 2 + 4 + size


def test_command_that_firefox_does_not_know_becomes_a_harmless_one() -> None:
    command = {"id": 7, "method": "emulation.setMediaFeaturesOverride", "params": {"features": {}}}

    assert json.loads(accepted(json.dumps(command).encode())) == {"id": 7, "method": "session.status", "params": {}}


@pytest.mark.parametrize(
    "data",
    [
        b'{"id": 7, "method": "session.new", "params": {}}',
        b'{"id": 8, "method": "script.evaluate", "params": {"expression": "emulation.setMediaFeaturesOverride"}}',
        b"\x03\xe8",
    ],
)
def test_every_other_frame_stays_as_it_is(data: bytes) -> None:
    assert accepted(data) == data
