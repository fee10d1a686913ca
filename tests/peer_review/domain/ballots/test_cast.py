"""Casting: every bad ballot by its name, good ones kept, receipts that verify. HTTP: views/test_anonymous.py."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peer_review.box import store
from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.recent_casts import recent_casts
from peer_review.domain.schemes import ballot_papers
from peer_review.exceptions.base import BadEncoding, NotOpenYet, Refusal, RoundClosed, UnknownRound
from peer_review.models import Round
from peer_review.protocol.ballots import verify_receipt
from peer_review.protocol.papers import DONT_KNOW
from peer_review.protocol.revisions import MAX_REVISION
from tests.factories.peer_review.box import NO_PADDING
from tests.factories.peer_review.rounds import Evaluator, RunningRound, make_open_round, make_ready_round
from zhengyan_crypto import canonical, sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=4, subjects=2)


def rows(running: RunningRound) -> int:
    return store.count_rows("sealed", running.round.public_id)


def test_cast_seals_every_paper_and_returns_a_receipt_for_each(running: RunningRound) -> None:
    evaluator = running.evaluators[3]
    entries = evaluator.entries({"quality": 90, "spirit": DONT_KNOW})

    answers = running.cast(entries)

    public = b64u_decode(running.round.receipt_public)
    assert len(answers) == 2
    for answer in answers:
        leaf = verify_receipt(answer["receipt"], receipt_key=public, round_id=running.round.public_id)
        assert leaf.hex() == answer["leaf"]
    assert rows(running) == 2


def test_every_row_has_the_same_length_and_opens_to_exactly_what_was_cast(running: RunningRound) -> None:
    entries = running.evaluators[2].entries({"quality": 0, "spirit": 0})
    entries += running.evaluators[3].entries({"quality": 100, "spirit": DONT_KNOW}, revision=MAX_REVISION)
    for start in range(0, len(entries), 2):
        assert all(answer["ok"] for answer in running.cast(entries[start : start + 2]))
    public_id = running.round.public_id
    store.seal_off(public_id, padding=NO_PADDING)
    ids = [row_id for row_id, _epk in store.closed_rows(public_id, limit=10)]

    sealed = store.closed_ciphertexts(public_id, ids)

    assert {len(row) for row in sealed.values()} == {ballot_papers.row_length(running.round)}
    opened = {
        sealing.open_row(
            row,
            sealing.content_key(running.box_private, sealing.ephemeral_public(row), round_id=public_id),
            round_id=public_id,
        )
        for row in sealed.values()
    }
    assert opened == {canonical.dumps(entry) for entry in entries}


def altered(cast: dict[str, Any], **ballot: Any) -> dict[str, Any]:
    changed = copy.deepcopy(cast)
    changed["entry"]["ballot"].update(ballot)
    return changed


def changed(cast: dict[str, Any], **entry: Any) -> dict[str, Any]:
    return {**cast, "entry": {**cast["entry"], **entry}}


def resigned(evaluator: Evaluator, cast: dict[str, Any], answers: dict[str, Any]) -> Any:
    """Sign changed content properly: only its content is wrong then."""
    cell = cast["entry"]["ballot"]["cell"]
    return evaluator.credential(cell).make_cast(answers, token=evaluator.tokens[cell], revision=1)


BAD: list[tuple[str, Any, int, str]] = [
    ("unknown cell", lambda e, x: altered(x, cell="0" * 16), 404, "unknown_cell"),
    ("another round", lambda e, x: altered(x, round="0" * 32), 404, "unknown_cell"),
    ("altered score", lambda e, x: altered(x, a={"quality": 1, "spirit": 1}), 403, "bad_ballot_signature"),
    ("altered salt", lambda e, x: altered(x, salt=b64u_encode(bytes(32))), 403, "bad_ballot_signature"),
    ("raised revision", lambda e, x: {**x, "rev": "7" + "f" * 15}, 403, "bad_revision"),
    ("another nonce", lambda e, x: {**x, "nonce": b64u_encode(bytes(16))}, 403, "bad_revision"),
    ("foreign public key", lambda e, x: altered(x, pk=b64u_encode(b"\x01" * 32)), 403, "bad_token"),
    (
        "token of another paper",
        lambda e, x: changed(x, tok=b64u_encode(next(iter(e.tokens.values())))),
        403,
        "bad_token",
    ),
    ("made-up token", lambda e, x: changed(x, tok=b64u_encode(bytes(256))), 403, "bad_token"),
    ("short token", lambda e, x: changed(x, tok=b64u_encode(bytes(255))), 403, "bad_token"),
    ("wrong signature", lambda e, x: changed(x, sig=b64u_encode(bytes(64))), 403, "bad_ballot_signature"),
    ("short signature", lambda e, x: changed(x, sig=b64u_encode(bytes(63))), 400, "bad_encoding"),
    ("padded base64", lambda e, x: changed(x, sig=x["entry"]["sig"] + "=="), 400, "bad_encoding"),
    ("extra field", lambda e, x: {**x, "note": "hello"}, 400, "bad_encoding"),
    ("extra field in the entry", lambda e, x: changed(x, note="hello"), 400, "bad_encoding"),
    ("extra field inside", lambda e, x: altered(x, name="Li"), 400, "bad_encoding"),
    ("missing field", lambda e, x: {"entry": x["entry"], "rev": x["rev"]}, 400, "bad_encoding"),
    ("no object", lambda e, x: "ballot", 400, "bad_encoding"),
    ("bare entry", lambda e, x: x["entry"], 400, "bad_encoding"),
    ("version 1", lambda e, x: altered(x, v=1), 400, "bad_encoding"),
    ("revision in the ballot", lambda e, x: altered(x, rev=1), 400, "bad_encoding"),
    ("revision of 64 bits", lambda e, x: {**x, "rev": "f" * 16}, 400, "bad_encoding"),
    ("score above the scale", lambda e, x: resigned(e, x, {"quality": 101, "spirit": 1}), 422, "bad_answers"),
    ("score below the scale", lambda e, x: resigned(e, x, {"quality": -1, "spirit": 1}), 422, "bad_answers"),
    ("criterion left out", lambda e, x: resigned(e, x, {"quality": 50}), 422, "bad_answers"),
    (
        "criterion of our own",
        lambda e, x: resigned(e, x, {"quality": 5, "spirit": 5, "looks": 5}),
        422,
        "bad_answers",
    ),
    ("words for a score", lambda e, x: resigned(e, x, {"quality": "good", "spirit": 1}), 422, "bad_answers"),
]


@pytest.mark.parametrize(("spoil", "status", "code"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_cast_refuses_a_bad_entry_by_name_and_keeps_the_good_one(
    running: RunningRound, spoil: Any, status: int, code: str
) -> None:
    evaluator = running.evaluators[3]
    good, other = evaluator.entries(running.answers)
    bad = spoil(evaluator, other)

    first, second = running.cast([bad, good])

    assert first == {"ok": False, "status": status, "error": code}
    assert second["ok"]
    assert rows(running) == 1


def test_a_token_spent_on_one_colleague_buys_nothing_for_another(running: RunningRound) -> None:
    evaluator = running.evaluators[3]
    first, second = evaluator.entries(running.answers)
    cells = [one["entry"]["ballot"]["cell"] for one in (first, second)]
    moved = evaluator.credential(cells[1]).make_cast(running.answers, token=evaluator.tokens[cells[0]], revision=1)

    assert running.cast([moved])[0]["error"] == "bad_token"


def test_a_colleagues_token_does_not_fit_ones_own_key(running: RunningRound) -> None:
    thief, owner = running.evaluators[2], running.evaluators[3]
    thief.draw()
    owner.draw()
    cell = next(iter(set(thief.tokens) & set(owner.tokens)))

    stolen = thief.credential(cell).make_cast(running.answers, token=owner.tokens[cell], revision=1)

    assert running.cast([stolen])[0]["error"] == "bad_token"


def test_the_same_ballot_again_is_harmless_and_answered_with_the_same_receipt(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    first = running.cast(entries)

    assert running.cast(entries) == first
    assert running.cast([entries[0], entries[0]]) == [first[0], first[0]]
    assert rows(running) == 2


def test_a_higher_revision_is_taken_and_an_older_one_called_stale(running: RunningRound) -> None:
    evaluator = running.evaluators[3]
    old = evaluator.entries({"quality": 10, "spirit": 10})
    new = evaluator.entries({"quality": 20, "spirit": 20})
    same = []
    for one in new:
        cell, revision = one["entry"]["ballot"]["cell"], int(one["rev"], 16)
        token = evaluator.tokens[cell]
        same.append(evaluator.credential(cell).make_cast(running.answers, token=token, revision=revision))

    assert all(answer["ok"] for answer in running.cast(new))
    assert [answer["error"] for answer in running.cast(old)] == ["stale_revision"] * 2
    assert [answer["error"] for answer in running.cast(same)] == ["stale_revision"] * 2


def test_a_browser_that_took_over_is_outranked_by_no_later_cast_of_the_first(running: RunningRound) -> None:
    """Same recovery code, so the same credentials: the second browser's first ballot is no second vote, and stands."""
    first = running.evaluators[3]
    first.draw()
    second = Evaluator(first.user, running.round, master=first.master)
    while second.drawn_at is None or second.drawn_at == first.drawn_at:
        second = Evaluator(first.user, running.round, master=first.master)
        second.draw()

    for answers in ({"quality": 1, "spirit": 1}, {"quality": 3, "spirit": 3}):
        assert all(answer["ok"] for answer in running.vote(first, answers))
    assert all(answer["ok"] for answer in running.vote(second, {"quality": 2, "spirit": 2}))
    # The first browser draws again whenever it casts in one visit, and keeps the time of its own draw.
    for quality in range(5):
        first.draw()
        again = running.vote(first, {"quality": quality, "spirit": 9})
        assert {answer["error"] for answer in again} == {"stale_revision"}
    assert all(answer["ok"] for answer in running.vote(second, {"quality": 4, "spirit": 4}))


def test_another_process_takes_what_this_one_would_call_stale(running: RunningRound) -> None:
    """What was cast lately is memory of one process; the count decides over all that was cast."""
    evaluator = running.evaluators[3]
    running.cast(evaluator.entries(running.answers, revision=2))
    recent_casts.clear()

    assert all(answer["ok"] for answer in running.cast(evaluator.entries(running.answers, revision=1)))


def test_a_credential_is_cast_so_often_and_no_more(running: RunningRound, settings: Any) -> None:
    settings.PEER_REVIEW_CAST_LIMIT = 2
    evaluator = running.evaluators[3]
    for _ in range(2):
        assert all(answer["ok"] for answer in running.vote(evaluator))

    assert {answer["error"] for answer in running.vote(evaluator)} == {"too_many_casts"}


def test_what_a_process_remembers_is_bounded(running: RunningRound, settings: Any) -> None:
    settings.PEER_REVIEW_CAST_MEMORY = 3
    for evaluator in running.evaluators[2:]:
        running.vote(evaluator)

    assert len(recent_casts._seen) == 3


def test_cast_is_possible_only_while_the_round_is_open(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    ready = make_ready_round()
    with pytest.raises(NotOpenYet):
        cast(ready.round.public_id, entries)
    with pytest.raises(UnknownRound):
        cast("0" * 32, entries)
    with pytest.raises(RoundClosed):
        running.cast(entries, now=running.round.closes_at)
    running.close()
    for moment in (timezone.now(), timezone.now() - timedelta(hours=2), running.round.opens_at - timedelta(days=1)):
        with pytest.raises(RoundClosed):
            running.cast(entries, now=moment)


def test_a_round_opened_ahead_of_its_time_takes_no_ballot_before_it(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    Round.objects.update(opens_at=timezone.now() + timedelta(hours=1))

    with pytest.raises(NotOpenYet):
        running.cast(entries)


def test_a_clock_set_back_behind_the_opening_shuts_nobody_out(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)

    assert all(answer["ok"] for answer in running.cast(entries, now=running.round.opens_at - timedelta(days=3)))


def test_a_batch_that_comes_after_the_box_was_sealed_off_gives_no_receipt(running: RunningRound) -> None:
    """Another process closed the round between our look at its state and the batch."""
    evaluator = running.evaluators[3]
    entries = evaluator.entries(running.answers)
    store.seal_off(running.round.public_id, padding=NO_PADDING)

    answers = running.cast(entries)

    assert answers == [{"ok": False, "status": 410, "error": "round_closed"}] * 2
    assert not recent_casts._seen


def test_a_list_of_nothing_or_of_too_much_is_refused_whole(running: RunningRound) -> None:
    entry = running.evaluators[3].entries(running.answers)[0]
    for entries in ([], [entry] * 3):
        with pytest.raises(BadEncoding):
            running.cast(entries)


values = st.recursive(
    st.integers() | st.text(max_size=20) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SPOTS = [
    ("rev",),
    ("nonce",),
    ("entry",),
    *[("entry", name) for name in ("sig", "tok", "ballot")],
    *[("entry", "ballot", name) for name in ("v", "round", "cell", "pk", "pre", "salt", "a")],
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spot=st.sampled_from(SPOTS), value=values)
def test_whatever_is_put_into_an_entry_is_refused_by_a_name_and_never_stored(
    running: RunningRound, spot: tuple[str, ...], value: Any
) -> None:
    evaluator = running.evaluators[3]
    entry = copy.deepcopy(evaluator.entries(running.answers, revision=1)[0])
    holder = entry
    for name in spot[:-1]:
        holder = holder[name]
    if holder[spot[-1]] == value and type(holder[spot[-1]]) is type(value):
        return
    holder[spot[-1]] = value

    answer = running.cast([entry])[0]

    assert answer["ok"] is False
    refused = {"bad_encoding", "unknown_cell", "bad_token", "bad_ballot_signature", "bad_revision", "bad_answers"}
    assert answer["error"] in refused
    assert rows(running) == 0


def test_refusals_are_exceptions_with_a_code_a_status_and_words() -> None:
    kinds = [Refusal]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())

    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    for kind in kinds:
        assert 400 <= kind.status < 600
        assert str(kind.text)
