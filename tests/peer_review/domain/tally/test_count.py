import json
from typing import Any

import pytest
from django.db import connections
from wagtail.models import ModelLogEntry

from peer_review.box import store
from peer_review.box.round_keys import RoundKeyMissing, round_key
from peer_review.conf import conf
from peer_review.domain.keys.custody import box_public
from peer_review.domain.keys.server_keys import key_of
from peer_review.domain.schemes import ballot_papers
from peer_review.domain.tally import count
from peer_review.domain.tally.bulletin import blocks_of, published_json
from peer_review.domain.tally.opened_rows import unwrap_cast
from peer_review.enums import CountPhase
from peer_review.exceptions.base import RoundStateInvalid, WrongKey
from peer_review.exceptions.tally import BoxStillSealed, MoreBallotsThanDrawn, NotCounting
from peer_review.models import Bulletin, CountRun, Drawn, Result
from peer_review.protocol.bulletin import leaves_of, verify_bulletin
from tests.factories.peer_review.box import lay_no_dummies
from tests.factories.peer_review.counted_rounds import (
    content_keys,
    count_all,
    forget_draw,
    make_voted_round,
    open_box,
    open_ready,
)
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_open_round,
    make_ready_round,
    make_subject,
    make_user,
)
from zhengyan_crypto import canonical, merkle, sealing
from zhengyan_crypto.encoding import b64u_decode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def scrutineer(running: RunningRound) -> Any:
    return running.round.scrutineers.get()


def put(running: RunningRound, raw: bytes) -> None:
    """Seal arbitrary bytes into the box, as somebody who can write to the database could."""
    row = sealing.seal(
        raw,
        box_public=box_public(running.round),
        round_id=running.round.public_id,
        length=ballot_papers.row_length(running.round),
    )
    store.insert_sealed(running.round.public_id, [(sealing.new_row_id(), row)])


def test_box_stays_shut_while_the_round_is_open() -> None:
    running = make_voted_round(evaluators=3)
    for attempt in (
        lambda: count.sealed_rows(running.round),
        lambda: count.open_rows(running.round, by=None, keys={}),
        lambda: count.finish_opening(running.round, by=None),
        lambda: count.count_round(running.round),
    ):
        with pytest.raises(RoundStateInvalid):
            attempt()
    assert not CountRun.objects.exists()


def test_box_opens_in_chunks_and_a_chunk_sent_twice_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_no_dummies(monkeypatch)
    running = make_voted_round(evaluators=4)
    running.close()
    assert count.opening(running.round) == count.Opening(opened=0, total=3)
    first = content_keys(running, count.sealed_rows(running.round, limit=2))
    assert count.open_rows(running.round, by=scrutineer(running), keys=first) == count.Opening(2, 3)
    assert count.open_rows(running.round, by=scrutineer(running), keys=first) == count.Opening(2, 3)
    rest = count.sealed_rows(running.round)
    assert len(rest) == 1
    count.open_rows(running.round, by=scrutineer(running), keys=content_keys(running, rest))
    assert count.sealed_rows(running.round) == []
    assert ModelLogEntry.objects.filter(action="peer_review.round.unseal").count() == 1


def test_the_last_chunk_is_as_large_as_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk of one would tell which entry lay in that row."""
    lay_no_dummies(monkeypatch)
    running = make_voted_round(evaluators=10, voters=9)
    running.close()
    sizes = []
    while rows := count.sealed_rows(running.round, limit=8):
        sizes.append(len(rows))
        count.open_rows(running.round, by=scrutineer(running), keys=content_keys(running, rows))
    assert sizes == [5, 4]


def test_what_was_opened_waits_illegible_under_a_new_name_and_all_of_one_length() -> None:
    running = make_open_round(evaluators=4)
    running.stuff(running.evaluators[0], {"quality": 1, "spirit": 1})
    running.stuff(running.evaluators[1], {"quality": 100, "spirit": "dk"})
    running.close()
    sealed = {bytes.fromhex(row["id"]) for row in count.sealed_rows(running.round)}
    open_box(running)
    with connections[conf.BOX_DATABASE].cursor() as cursor:
        cursor.execute(f'SELECT id, entry FROM "opened_{running.round.public_id}"')
        opened = {bytes(row_id): bytes(entry) for row_id, entry in cursor.fetchall()}
    assert len(opened) == len(sealed) > 2  # ballots, and dummies of the same length
    assert not sealed & set(opened)
    assert len({len(entry) for entry in opened.values()}) == 1
    legible = [unwrap_cast(key_of(running.round), entry) for entry in opened.values()]
    assert sum(b"quality" in cast for cast in legible) == 2
    assert not any(b"quality" in entry for entry in opened.values())


def test_wrong_key_opens_nothing_not_even_the_rows_whose_keys_are_right() -> None:
    running = make_voted_round(evaluators=4)
    running.close()
    chosen = content_keys(running, count.sealed_rows(running.round))
    swapped = dict(zip(chosen, [*list(chosen.values())[1:], next(iter(chosen.values()))], strict=True))
    for bad in (swapped, {**chosen, max(chosen): b"\0" * 32}, {**chosen, max(chosen): b"short"}):
        with pytest.raises(WrongKey):
            count.open_rows(running.round, by=scrutineer(running), keys=bad)
    assert count.opening(running.round) == count.Opening(0, len(chosen))


def test_count_waits_until_every_row_is_open() -> None:
    running = make_voted_round(evaluators=4)
    running.close()
    with pytest.raises(NotCounting):
        count.count_round(running.round)
    rows = count.sealed_rows(running.round, limit=2)
    count.open_rows(running.round, by=scrutineer(running), keys=content_keys(running, rows))
    with pytest.raises(BoxStillSealed):
        count.finish_opening(running.round, by=scrutineer(running))
    with pytest.raises(BoxStillSealed):
        count.count_round(running.round)


def test_every_cast_ballot_is_counted_and_provable() -> None:
    running = make_voted_round(evaluators=6, subjects=2)
    leaves = [cast.leaf.hex() for cast in checked_casts(running)]
    round = count_all(running)
    assert round.state == "counted"
    bulletin = round.bulletin
    assert bulletin.size == len(leaves) == 10
    assert round.count_run.accepted == 10
    verify_bulletin(json.loads(published_json(bulletin)), receipt_key=b64u_decode(round.receipt_public))
    assert set(leaves) <= {leaf.hex() for _row, block in blocks_of(bulletin) for leaf in leaves_of(block)}


def checked_casts(running: RunningRound) -> list[Any]:
    from peer_review.protocol.ballots import check_cast

    cells = dict(running.round.cells.values_list("key", "spki"))
    asked = ballot_papers.papers_of(running.round)
    return [
        check_cast(cast, round_id=running.round.public_id, cells=cells, papers=asked)
        for one in running.evaluators
        for cast in one.made
    ]


def test_head_gives_the_numbers_of_the_round_and_rows_give_none() -> None:
    running = make_open_round(evaluators=9)
    for one in running.evaluators[:7]:
        one.draw()
    for one in running.evaluators[:6]:
        running.stuff(one)
    bulletin = count_all(running).bulletin
    head = json.loads(bulletin.head)
    assert (head["people"], head["drawn"], head["counted"]) == (8, 7, 6)
    assert bulletin.read_outcome()["cells"] == [
        {"cell": running.round.cells.get().key, "eligible": 8, "fate": "counted"}
    ]
    assert head["manifest"] == running.round.fingerprint


def test_what_is_told_of_a_count_does_not_tell_how_many_wrote_words() -> None:
    """Marks and words are two ballots. With the words in one number and not in the other, who wrote none was told."""
    told = []
    for writers in (6, 8):
        scheme = SchemeFactory(floor=5, comments=True)
        running = make_ready_round(evaluators=9, subjects=0, scheme=scheme, comment_reviewer=make_user("Reviewer"))
        members = list(running.round.members.order_by("pk"))
        subject = make_subject(running.round, members[8])
        people = [member.user for member in members[:8]]
        marks, words = make_cell(subject, people, "all"), make_comment_cell(subject, people)
        running.evaluators = [Evaluator(user, running.round) for user in people]
        open_ready(running)
        for number, one in enumerate(running.evaluators):
            running.stuff(one, {marks.key: {"quality": 80, "spirit": 70}})
            if number < writers:
                running.stuff(one, {words.key: {"text": f"Words {number}"}})
        round = count_all(running)
        assert {row["fate"] for row in round.bulletin.read_outcome()["cells"]} == {"counted"}
        assert len(list(store.ballots(round.public_id))) == 8 + writers
        run = round.count_run
        entry = ModelLogEntry.objects.get(action="peer_review.round.count", object_id=str(round.pk))
        head = json.loads(round.bulletin.head)["counted"]
        told.append((head, run.accepted, run.done, run.total, entry.data["accepted"], count.count_progress(round)))
    assert told == [(8, 8, 8, 8, 8, count.Progress("done", 0, 0))] * 2


def test_writing_is_watched_in_hundredths() -> None:
    running = make_voted_round(evaluators=5)
    running.close()
    open_box(running)
    CountRun.objects.update(phase=CountPhase.WRITING, done=37, total=4)
    assert count.count_progress(running.round) == count.Progress("writing", 37, 100)


def test_empty_box_counts_to_an_empty_bulletin() -> None:
    running = make_open_round(evaluators=3)
    round = count_all(running)
    assert (round.state, round.bulletin.size, round.count_run.total) == ("counted", 0, 0)


def test_last_revision_counts_and_the_lowest_leaf_among_equals() -> None:
    running = make_voted_round(evaluators=5, voters=1)
    one, voted = running.evaluators[1], {"quality": 70, "spirit": 80}
    for quality, revision in ((10, 1), (20, 3), (30, 2)):
        running.stuff(one, {"quality": quality, "spirit": 50}, revision=revision)
    other = running.evaluators[2]
    for quality in (40, 60):
        running.stuff(other, {"quality": quality, "spirit": 50}, revision=1)
    lowest = min((cast["entry"] for cast in other.made), key=lambda entry: merkle.leaf_hash(canonical.dumps(entry)))
    round = count_all(running)
    counted = sorted(json.loads(raw)["ballot"]["a"]["quality"] for raw in count.counted_entries(round))
    assert counted == sorted([voted["quality"], 20, lowest["ballot"]["a"]["quality"]])
    assert (round.count_run.accepted, round.count_run.total) == (3, 3)


def test_rows_that_are_no_ballots_are_counted_by_reason_and_never_lost() -> None:
    running = make_voted_round(evaluators=4)
    one = running.evaluators[0]
    cast = one.entries({"quality": 1, "spirit": 1}, revision=9)[0]
    entry = cast["entry"]
    altered = {**entry, "ballot": {**entry["ballot"], "a": {"quality": 100, "spirit": 1}}}
    foreign = {**entry, "tok": running.evaluators[1].entries({"quality": 1, "spirit": 1})[0]["entry"]["tok"]}
    outside = one.entries({"quality": 101, "spirit": 1}, revision=8)[0]
    raised = one.made[0] | {"rev": "7" + "f" * 15}
    for value in ({**cast, "entry": altered}, {**cast, "entry": foreign}, outside, raised):
        put(running, canonical.dumps(value))
    put(running, b"not even JSON")
    run = count_all(running).count_run
    # Each under the floor: that there were such rows is told, and not how many.
    each = ("bad_answers", "bad_ballot_signature", "bad_encoding", "bad_revision", "bad_token")
    assert run.rejected == dict.fromkeys(each)
    assert (run.total, run.accepted) == (3, 3)


def test_more_ballots_than_credentials_void_the_vote_and_keep_no_ballot() -> None:
    running = make_voted_round(evaluators=4)
    running.close()
    # As if somebody with the cell's key had signed a token for a ballot nobody drew.
    forget_draw(running.round, running.evaluators[0].user)
    round = count_all(running)
    assert (round.state, round.void_reason) == ("void", "more_ballots_than_drawn")
    assert round.count_run.phase == CountPhase.VOID
    with pytest.raises(MoreBallotsThanDrawn):
        count.count_progress(round)
    assert not Bulletin.objects.exists()
    assert not any(store.table_exists(name, round.public_id) for name in ("closed", "opened", "ballot"))
    assert not Drawn.objects.exists()
    with pytest.raises(RoundKeyMissing):
        round_key(round.public_id)
    assert ModelLogEntry.objects.filter(action="peer_review.round.void").count() == 1


def test_count_destroys_sealed_rows_drawings_and_keys() -> None:
    running = make_voted_round(evaluators=4)
    round = count_all(running)
    assert not any(store.table_exists(name, round.public_id) for name in ("sealed", "closed", "opened", "staged"))
    assert not Drawn.objects.exists()
    with pytest.raises(RoundKeyMissing):
        round_key(round.public_id)
    assert not round.wipe_pending
    assert bytes(round.receipt_key) == b""
    assert not round.cells.exclude(private_key=b"").exists()


def test_no_figure_exists_after_the_count_and_before_publication() -> None:
    count_all(make_voted_round(evaluators=8))
    assert not Result.objects.exists()


def test_count_stopped_while_checking_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    running = make_voted_round(evaluators=5)
    running.close()
    open_box(running)
    CountRun.objects.update(phase=CountPhase.CHECKING, done=2, total=4)
    assert count.count_progress(running.round) == count.Progress("checking", 2, 4)
    count.count_round(running.round)
    running.round.refresh_from_db()
    assert (running.round.state, running.round.bulletin.size) == ("counted", 4)


def test_count_stopped_after_writing_goes_on_from_the_written_ballots(monkeypatch: pytest.MonkeyPatch) -> None:
    running = make_voted_round(evaluators=5)
    running.close()
    open_box(running)

    def stop(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(count, "_conclude", stop)
        with pytest.raises(KeyboardInterrupt):
            count.count_round(running.round)
    assert not store.table_exists("opened", running.round.public_id)
    run = count.finish_opening(running.round, by=scrutineer(running))
    assert (run.phase, run.accepted, run.total) == (CountPhase.DONE, 4, 4)


def test_counting_twice_is_refused_and_changes_nothing() -> None:
    running = make_voted_round(evaluators=4)
    round = count_all(running)
    head = round.bulletin.head
    with pytest.raises(RoundStateInvalid):
        count.count_round(round)
    assert count.count_round_task.call(round.pk) == "wrong_state"
    assert Bulletin.objects.get().head == head


def test_second_counter_whose_rows_were_taken_meanwhile_leaves_what_was_written() -> None:
    running = make_voted_round(evaluators=4)
    running.close()
    open_box(running)
    run = CountRun.objects.get()
    run.total = 3
    run.save()
    cells = dict(running.round.cells.values_list("key", "spki"))
    count._check_and_write(running.round, run, cells)
    before = list(store.ballots(running.round.public_id))
    count._check_and_write(running.round, run, cells)
    assert list(store.ballots(running.round.public_id)) == before
    assert len(before) == 3


def test_counted_ballots_hold_nothing_but_token_cell_and_entry() -> None:
    round = count_all(make_voted_round(evaluators=4))
    with connections[conf.BOX_DATABASE].cursor() as cursor:
        cursor.execute(f'SELECT * FROM "ballot_{round.public_id}"')
        assert [column[0] for column in cursor.description] == ["token", "cell", "entry"]
