"""Merged groups: sorted answers, no rows; and for auditors what the tokens show."""

import json
import random
from typing import Any

import pytest
from django.db import connections

from peer_review.box import store
from peer_review.domain.tally.bulletin import blocks_of
from peer_review.domain.tally.merged_groups import merge, read_columns, read_evidence
from peer_review.models import Round
from peer_review.protocol.ballots import token_message
from peer_review.protocol.bulletin import columns_hash, leaves_of
from tests.factories.peer_review.counted_rounds import count_all, open_ready
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_ready_round,
    make_subject,
)
from zhengyan_crypto import blindsig, canonical, merkle
from zhengyan_crypto.encoding import b64u_decode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def entry(number: int, **answers: Any) -> bytes:
    ballot = {"a": answers, "cell": "ab"[number % 2] * 16, "pk": f"pk{number}", "pre": f"pre{number}"}
    return canonical.dumps({"ballot": ballot, "sig": f"sig{number}", "tok": f"tok{number}"})


ENTRIES = [entry(number, quality=90 - 10 * number, spirit=number if number < 4 else "dk") for number in range(6)]


def test_answers_are_kept_in_the_order_of_size_and_nothing_ties_them_together() -> None:
    group = merge(["b" * 16, "a" * 16], random.sample(ENTRIES, 6), floor=4)
    assert group.columns == {
        "cells": ["a" * 16, "b" * 16],
        "counted": 6,
        "columns": {
            "quality": {"answers": [40, 50, 60, 70, 80, 90], "unknown": 0},
            "spirit": {"answers": [0, 1, 2, 3], "unknown": 2},
        },
    }


def test_a_question_that_fewer_than_the_floor_answered_is_dropped() -> None:
    assert merge(["a" * 16], ENTRIES, floor=5).columns["columns"].keys() == {"quality"}


def test_evidence_says_nothing_of_answers_and_has_no_signature() -> None:
    group = merge(["a" * 16], ENTRIES, floor=5)
    assert {row["leaf"] for row in group.evidence} == {merkle.leaf_hash(raw).hex() for raw in ENTRIES}
    assert list(group.evidence) == sorted(group.evidence, key=lambda row: row["leaf"])
    assert all(row.keys() == {"leaf", "cell", "pk", "pre", "tok"} for row in group.evidence)


def test_the_hash_in_the_bulletin_is_of_these_answers_and_their_salt() -> None:
    first, second = (merge(["a" * 16], ENTRIES, floor=5) for _time in range(2))
    assert first.columns == second.columns
    assert first.digest != second.digest
    assert first.digest == columns_hash(first.columns, salt=first.salt)


def test_what_the_box_keeps_is_read_again() -> None:
    group = merge(["a" * 16], ENTRIES, floor=5)
    public_id = "ab" * 16
    store.write_ballots(public_id, [], [*group.documents(2), *group.documents(11)])
    assert read_columns(public_id) == {2: (group.columns, group.salt), 11: (group.columns, group.salt)}
    assert [(number, json.loads(body)) for number, body in read_evidence(public_id)] == [
        (2, list(group.evidence)),
        (11, list(group.evidence)),
    ]
    store.drop_round(public_id)
    assert read_columns(public_id) == {}


@pytest.fixture
def merged_round() -> tuple[RunningRound, Round]:
    """A counted round, cast for real: two of five leaders and six of the staff have marked one person."""
    running = make_ready_round(
        evaluators=12, subjects=0, scheme=SchemeFactory(floor=5, classes=[("leaders", 50), ("staff", 50)])
    )
    first, *others = running.round.members.order_by("pk")
    users = [member.user for member in others]
    subject = make_subject(running.round, first)
    cells = {group: make_cell(subject, of, group) for group, of in (("leaders", users[:5]), ("staff", users[5:]))}
    running.evaluators = [Evaluator(user, running.round) for user in users]
    open_ready(running)
    running.evaluators = running.evaluators[:2] + running.evaluators[5:]
    for number, evaluator in enumerate(running.evaluators):
        cell = cells["leaders" if number < 2 else "staff"]
        running.stuff(evaluator, {cell.key: {"quality": 10 + number, "spirit": 90 - number}})
    return running, count_all(running)


def test_merged_ballots_leave_the_box(merged_round: tuple[RunningRound, Round]) -> None:
    _running, round = merged_round
    assert not list(store.ballots(round.public_id))
    [(columns, _salt)] = read_columns(round.public_id).values()
    assert columns["columns"]["quality"]["answers"] == list(range(10, 18))
    assert columns["columns"]["spirit"]["answers"] == list(range(83, 91))
    assert round.count_run.accepted == round.bulletin.size == 8


def test_auditors_can_check_every_token_of_a_merged_group(merged_round: tuple[RunningRound, Round]) -> None:
    _running, round = merged_round
    blocks = {row["cell"]: set(leaves_of(block)) for row, block in blocks_of(round.bulletin)}
    [(_number, body)] = read_evidence(round.public_id)
    for row in json.loads(body):
        key = blindsig.decode_spki(round.cells.get(key=row["cell"]).spki)
        public, prefix = b64u_decode(row["pk"]), b64u_decode(row["pre"])
        signed = token_message(round.public_id, row["cell"], public_key=public, prefix=prefix)
        assert blindsig.verify(key, signed, b64u_decode(row["tok"]))
        assert bytes.fromhex(row["leaf"]) in blocks[row["cell"]]


def test_no_file_tells_what_came_together_on_one_ballot(merged_round: tuple[RunningRound, Round]) -> None:
    """The pair that each voter gave is in no table, whatever it is looked for as."""
    running, round = merged_round
    with connections["box"].cursor() as cursor:
        tables = connections["box"].introspection.table_names(cursor)
        own = [table for table in tables if round.public_id in table]
        cells = []
        for table in own:
            cursor.execute(f'SELECT * FROM "{table}"')
            cells += [value for values in cursor.fetchall() for value in values]
    kept = b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in map(as_plain, cells))
    assert len(own) == 2
    for number, evaluator in enumerate(running.evaluators):
        assert f'"quality":{10 + number},"spirit":{90 - number}'.encode() not in kept
        assert evaluator.made
        for cast in evaluator.made:
            assert cast["entry"]["sig"].encode() not in kept
            assert cast["entry"]["tok"].encode() in kept


def as_plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
