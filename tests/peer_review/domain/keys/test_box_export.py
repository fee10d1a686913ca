"""The file for the scrutineer's command: the test row of a draft, the sealed rows of a closed round, nothing secret."""

import json

import pytest

from peer_review.box import store
from peer_review.domain.keys.box_export import TEST_ROW, rows_file
from peer_review.domain.keys.custody import probe_key
from peer_review.exceptions.base import NoBoxKey, RoundStateInvalid
from tests.factories.peer_review.rounds import RoundFactory, make_open_round, make_ready_round
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_rows_file_of_a_draft_holds_the_test_row() -> None:
    round = make_ready_round(evaluators=4).round

    assert canonical.loads_canonical(rows_file(round)) == {
        "v": 1,
        "round": round.public_id,
        "box": round.box_public,
        "rows": [{"id": TEST_ROW, "epk": b64u_encode(probe_key(round))}],
    }


def test_rows_file_of_a_closed_round_holds_every_sealed_row() -> None:
    running = make_open_round(evaluators=4, subjects=2)
    for evaluator in running.evaluators[2:]:
        running.vote(evaluator)
    round = running.close()

    rows = json.loads(rows_file(round))["rows"]

    sealed = store.closed_rows(round.public_id, limit=1000)
    assert rows == [{"id": row_id.hex(), "epk": b64u_encode(epk)} for row_id, epk in sealed]
    assert len(rows) >= 6  # four ballots, and dummies so that there are as many as papers


def test_rows_file_of_a_round_without_ballots_is_as_long_as_any() -> None:
    round = make_open_round(evaluators=4).close()

    assert len(json.loads(rows_file(round))["rows"]) >= 3


def test_rows_file_refuses_without_a_key_and_in_other_states() -> None:
    with pytest.raises(NoBoxKey):
        rows_file(RoundFactory())
    with pytest.raises(RoundStateInvalid):
        rows_file(make_open_round(evaluators=4).round)
