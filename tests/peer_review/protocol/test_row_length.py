"""Every sealed row of a round has one length, whatever paper and answers it holds."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peer_review.protocol.papers import Paper
from peer_review.protocol.row_length import MAX_REVISION, row_length
from tests.peer_review.protocol.election import PAPER, ROUND, Election
from zhengyan_crypto import canonical, sealing

LENGTH = row_length([PAPER])


@pytest.fixture(scope="module")
def entry(election: Election) -> dict[str, Any]:
    return election.entry()


@given(
    answers=st.fixed_dictionaries(dict.fromkeys(PAPER.keys, st.integers(0, 100) | st.just("dk"))),
    revision=st.integers(1, MAX_REVISION),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_ballot_of_a_form_has_the_same_length(
    election: Election, entry: dict[str, Any], answers: dict[str, Any], revision: int
) -> None:
    ballot = entry["ballot"] | {"a": answers, "rev": revision}
    plaintext = canonical.dumps(entry | {"ballot": ballot})
    row = sealing.seal(plaintext, box_public=election.box_public, round_id=ROUND, length=LENGTH)
    assert len(row) == LENGTH
    key = sealing.content_key(election.box.private_bytes_raw(), sealing.ephemeral_public(row), round_id=ROUND)
    assert sealing.open_row(row, key, round_id=ROUND) == plaintext


@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
@pytest.mark.parametrize(("kind", "subjects"), [("rating", 1), ("sheet", 12)])
def test_the_longest_ballot_of_any_scale_fits(entry: dict[str, Any], scale: str, kind: str, subjects: int) -> None:
    paper = replace(PAPER, scale=scale, kind=kind, subjects=subjects)
    for answer in (*paper.bounds, "dk"):
        answers = dict.fromkeys(paper.keys, answer)
        ballot = entry["ballot"] | {"a": answers, "rev": MAX_REVISION}
        length = len(canonical.dumps(entry | {"ballot": ballot}))
        assert length < row_length([paper]) - sealing.KEY_LENGTH - sealing.TAG_LENGTH


@pytest.mark.parametrize("character", ["x", '"', "\n", "字", "😀"])
def test_the_longest_comment_fits_whatever_it_is_written_in(entry: dict[str, Any], character: str) -> None:
    paper = Paper(kind="comment", limit=50)
    ballot = entry["ballot"] | {"a": {"text": character * 50}, "rev": MAX_REVISION}
    length = len(canonical.dumps(entry | {"ballot": ballot}))
    assert length < row_length([paper]) - sealing.KEY_LENGTH - sealing.TAG_LENGTH


def test_rows_are_as_long_as_the_longest_paper_of_the_round() -> None:
    comment = Paper(kind="comment", limit=300)
    assert row_length([PAPER, comment, PAPER]) == row_length([comment]) > row_length([PAPER])


def test_longer_signatures_get_longer_rows() -> None:
    assert row_length([PAPER], token_length=512) > row_length([PAPER])
