"""The quick way through a cast finds what the long way finds, fault for fault; so does another process."""

import copy
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.protocol import checking
from peer_review.protocol.ballots import check_cast
from peer_review.protocol.checking import FAULTS, READY, RECORD, RoundChecker, Sound, Terms
from peer_review.protocol.papers import BOUNDS, Paper, SheetRule, check_answers
from tests.peer_review.protocol.election import CELLS, PAPER, ROUND, Election
from tests.peer_review.protocol.test_ballots import ALTERED, Change
from zhengyan_crypto import canonical
from zhengyan_crypto.errors import BadAnswers, CryptoError

SHEET = Paper(kind="sheet", criteria=(("wit", 10_000),), subjects=3, rules=(SheetRule("quota", n=1, points=90),))
WORDS = Paper(kind="comment", limit=20)


def terms(election: Election, paper: Paper = PAPER) -> Terms:
    return Terms(round_id=ROUND, cells=election.cells, papers=dict.fromkeys(CELLS, paper))


def long_way(raw: bytes, asked: Terms) -> Sound | str:
    """What the count found before there was a quick way."""
    try:
        value = canonical.loads_canonical(raw)
        cast = check_cast(value, round_id=asked.round_id, cells=asked.cells, papers=asked.papers)
    except CryptoError as fault:
        return fault.code
    return Sound(cast.token, cast.leaf, cast.revision, cast.cell)


def quick_way(raw: bytes, checker: RoundChecker) -> Sound | str:
    try:
        return checker.check(raw)
    except CryptoError as fault:
        return fault.code


@pytest.fixture(scope="module")
def cast(election: Election) -> dict[str, Any]:
    return election.cast()


@pytest.fixture(scope="module")
def checker(election: Election) -> RoundChecker:
    return RoundChecker(terms(election))


def test_an_honest_cast_takes_the_quick_way(
    checker: RoundChecker, cast: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = canonical.dumps(cast)
    expected = long_way(raw, checker.terms)
    monkeypatch.setattr(checking, "check_cast", None)
    assert checker.check(raw) == expected
    assert isinstance(expected, Sound)


@pytest.mark.parametrize(("name", "change", "error"), ALTERED, ids=[case[0] for case in ALTERED])
def test_an_altered_cast_has_the_same_fault_either_way(
    name: str, change: Change, error: type[CryptoError], checker: RoundChecker, cast: dict[str, Any]
) -> None:
    altered = copy.deepcopy(cast)
    change(altered)
    raw = _json(altered)
    assert quick_way(raw, checker) == long_way(raw, checker.terms) == error.code


def _json(value: Any) -> bytes:
    """Canonical order and spacing, also of what canonical JSON refuses."""
    return canonical._encoder.encode(value).encode()


TEXTS = [
    ("space", lambda raw: raw.replace(b'"v":2', b'"v": 2')),
    ("space after", lambda raw: raw + b" "),
    ("line end", lambda raw: raw + b"\n"),
    ("leading zero", lambda raw: raw.replace(b'"virtue":90', b'"virtue":090')),
    ("minus zero", lambda raw: raw.replace(b'"virtue":90', b'"virtue":-0')),
    ("exponent", lambda raw: raw.replace(b'"virtue":90', b'"virtue":9e1')),
    ("escape", lambda raw: raw.replace(b'"virtue"', b'"virtu\\u0065"')),
    ("another order", lambda raw: re.sub(rb'("nonce":"[^"]+"),("rev":"[^"]+")', rb"\2,\1", raw)),
    ("another order inside", lambda raw: re.sub(rb'("round":"[^"]+"),("salt":"[^"]+")', rb"\2,\1", raw)),
    ("revision of 17 digits", lambda raw: raw.replace(b'"rev":"', b'"rev":"0')),
    ("answer twice", lambda raw: raw.replace(b'"virtue":90', b'"virtue":90,"virtue":90')),
    ("not UTF-8", lambda raw: raw.replace(b"virtue", b"virtu\xff")),
    ("cut", lambda raw: raw[:-1]),
    ("empty", lambda raw: b""),
]


@pytest.mark.parametrize(("name", "change"), TEXTS, ids=[case[0] for case in TEXTS])
def test_another_text_of_the_same_cast_is_refused_either_way(
    name: str, change: Any, checker: RoundChecker, cast: dict[str, Any]
) -> None:
    raw = canonical.dumps(cast)
    changed = change(raw)
    assert changed != raw
    assert quick_way(changed, checker) == long_way(changed, checker.terms) == "bad_encoding"


@given(st.data())
def test_whatever_byte_is_changed_both_ways_find_the_same(
    election: Election, checker: RoundChecker, cast: dict[str, Any], data: st.DataObject
) -> None:
    raw = bytearray(canonical.dumps(cast))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.sampled_from([*b'AQgw0159"{}:,-_ \x00\xff', raw[at] ^ 1]))
    assert quick_way(bytes(raw), checker) == long_way(bytes(raw), checker.terms)


@pytest.mark.parametrize(
    ("paper", "answers", "fault"),
    [
        (PAPER, {"virtue": 101, "ability": 1, "diligence": 1}, "bad_answers"),
        (PAPER, {"virtue": -1, "ability": 1, "diligence": 1}, "bad_answers"),
        (PAPER, {"virtue": 1, "ability": 1}, "bad_answers"),
        (PAPER, {"virtue": "DK", "ability": 1, "diligence": 1}, "bad_answers"),
        (SHEET, {"1.wit": 95, "2.wit": 89, "3.wit": "dk"}, None),
        (SHEET, {"1.wit": 95, "2.wit": 90, "3.wit": "dk"}, "bad_answers"),
        (WORDS, {"text": '他说："好"{}'}, None),
        (WORDS, {"text": "x" * 21}, "bad_answers"),
    ],
)
def test_signed_answers_are_judged_alike_either_way(
    paper: Paper, answers: dict[str, Any], fault: str | None, election: Election
) -> None:
    checker = RoundChecker(terms(election, paper))
    raw = canonical.dumps(election.cast(answers))
    found = quick_way(raw, checker)
    assert found == long_way(raw, checker.terms)
    assert found == fault if fault else isinstance(found, Sound)


@pytest.mark.parametrize("scale", sorted(BOUNDS))
def test_the_pattern_of_a_paper_takes_exactly_what_the_paper_takes(scale: str) -> None:
    paper = replace(PAPER, scale=scale, criteria=(("b", 1), ("a.c", 2)))
    pattern = paper.written()
    assert pattern is not None
    for answer in (*range(-2, 130), "dk", "", "dK"):
        answers = {"a.c": answer, "b": paper.bounds[0]}
        try:
            check_answers(answers, paper)
        except BadAnswers:
            sound = False
        else:
            sound = True
        assert bool(pattern.fullmatch(canonical.dumps(answers)[1:-1])) is sound, answer
    assert not pattern.fullmatch(b'"axc":1,"b":1')
    assert WORDS.written() is None


def test_a_cell_whose_key_may_not_be_used_has_the_same_fault_either_way(
    election: Election, cast: dict[str, Any]
) -> None:
    asked = replace(terms(election), cells=dict.fromkeys(CELLS, "AAAA"))
    raw = canonical.dumps(cast)
    assert quick_way(raw, RoundChecker(asked)) == long_way(raw, asked) == "bad_key"


def test_records_keep_the_order_of_the_rows_and_name_each_fault(
    election: Election, checker: RoundChecker, cast: dict[str, Any]
) -> None:
    second = election.cast(cell=CELLS[1], revision=2**63 - 1)
    foreign = {**cast, "entry": {**cast["entry"], "tok": second["entry"]["tok"]}}
    raws = [canonical.dumps(one) for one in (second, foreign, cast)]
    records = list(RECORD.iter_unpack(checker.check_many(raws)))
    first = checker.check(raws[0])
    assert records[0] == (first.token, first.leaf, 2**63 - 1, 1, 0)
    assert records[1] == (bytes(32), bytes(32), 0, 0, FAULTS.index("bad_token") + 1)
    assert records[2][3:] == (0, 0)


def test_a_process_answers_what_it_is_asked_and_ends_with_its_input(
    election: Election, checker: RoundChecker, cast: dict[str, Any]
) -> None:
    asked, answers = io.BytesIO(), io.BytesIO()
    raws = [canonical.dumps(cast), b"not even JSON"]
    for message in (terms(election), raws, raws[1:]):
        checking.send(asked, message)
    asked.write(b"\x05\x00")  # whoever asked died here
    asked.seek(0)
    checking.serve(asked, answers)
    assert answers.getvalue() == READY + checker.check_many(raws) + checker.check_many(raws[1:])
