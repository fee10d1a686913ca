"""Every sealed row of a round has one length, whatever paper and answers it holds."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peer_review.protocol.papers import Paper
from peer_review.protocol.revisions import MAX_REVISION, salt_of, write_revision
from peer_review.protocol.row_length import row_length
from tests.peer_review.protocol.election import PAPER, ROUND, Election
from zhengyan_crypto import canonical, sealing
from zhengyan_crypto.encoding import b64u_encode

LENGTH = row_length([PAPER])


@pytest.fixture(scope="module")
def cast(election: Election) -> dict[str, Any]:
    return election.cast()


def filled_in(cast: dict[str, Any], answers: dict[str, Any], revision: int = MAX_REVISION) -> bytes:
    """Return what would be sealed of a ballot with these answers at this revision."""
    ballot = cast["entry"]["ballot"] | {"a": answers, "salt": b64u_encode(salt_of(bytes(16), revision))}
    return canonical.dumps(cast | {"entry": cast["entry"] | {"ballot": ballot}, "rev": write_revision(revision)})


@given(
    answers=st.fixed_dictionaries(dict.fromkeys(PAPER.keys, st.integers(0, 100) | st.just("dk"))),
    revision=st.integers(0, MAX_REVISION),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_ballot_of_a_form_has_the_same_length(
    election: Election, cast: dict[str, Any], answers: dict[str, Any], revision: int
) -> None:
    plaintext = filled_in(cast, answers, revision)
    row = sealing.seal(plaintext, box_public=election.box_public, round_id=ROUND, length=LENGTH)
    assert len(row) == LENGTH
    key = sealing.content_key(election.box.private_bytes_raw(), sealing.ephemeral_public(row), round_id=ROUND)
    assert sealing.open_row(row, key, round_id=ROUND) == plaintext


@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
@pytest.mark.parametrize(("kind", "subjects"), [("rating", 1), ("sheet", 12)])
def test_the_longest_ballot_of_any_scale_fits(cast: dict[str, Any], scale: str, kind: str, subjects: int) -> None:
    paper = replace(PAPER, scale=scale, kind=kind, subjects=subjects)
    for answer in (*paper.bounds, "dk"):
        length = len(filled_in(cast, dict.fromkeys(paper.keys, answer)))
        assert length < row_length([paper]) - sealing.KEY_LENGTH - sealing.TAG_LENGTH


@pytest.mark.parametrize("character", ["x", '"', "\n", "字", "😀"])
def test_the_longest_comment_fits_whatever_it_is_written_in(cast: dict[str, Any], character: str) -> None:
    paper = Paper(kind="comment", limit=50)
    length = len(filled_in(cast, {"text": character * 50}))
    assert length < row_length([paper]) - sealing.KEY_LENGTH - sealing.TAG_LENGTH


def test_rows_are_as_long_as_the_longest_paper_of_the_round() -> None:
    comment = Paper(kind="comment", limit=300)
    assert row_length([PAPER, comment, PAPER]) == row_length([comment]) > row_length([PAPER])


def test_longer_signatures_get_longer_rows() -> None:
    assert row_length([PAPER], token_length=512) > row_length([PAPER])


def test_only_the_answers_vary_in_length(cast: dict[str, Any]) -> None:
    """Whatever version and path a ballot is of: nothing but its answers makes what is sealed of it longer."""
    lengths = {len(filled_in(cast, {}, revision)) for revision in (0, 1, 2**32, 2**62 + 2**50, MAX_REVISION)}
    assert len(lengths) == 1
