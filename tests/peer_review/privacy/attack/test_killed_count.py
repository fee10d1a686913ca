"""SIGKILL between any two steps from opening to the end of the wipe: the round goes on to the same result.

A process of its own works on the round and kills itself at a named step, as a power cut would. Then another goes on
from there. What it signs is what the first had written; nothing is published while anything is still to be destroyed;
and nothing of what is destroyed lies in any file, at the moment of the kill or afterwards.
"""

import io
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from peer_review.box import store
from peer_review.box.round_keys import RoundKeyMissing, round_key
from peer_review.domain.publication.comments import finish_review
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.lifecycle import close_round, open_round
from peer_review.domain.tally import count
from peer_review.domain.tally.blocks import BLOCK, written_count
from peer_review.domain.tally.bulletin import published_json
from peer_review.domain.tally.merged_groups import read_columns
from peer_review.enums import RoundState
from peer_review.exceptions.base import Refusal
from peer_review.exceptions.tally import NotWipedYet
from peer_review.models import Drawn, Round, Ticket
from peer_review.protocol.bulletin import verify_bulletin
from tests.peer_review.privacy.attack.database_files import Cluster, SQLiteFiles
from tests.peer_review.privacy.attack.destroyed import DestroyedRound, expected_fates, found, make_draft
from zhengyan_crypto.encoding import b64u_decode

Files = SQLiteFiles | Cluster


@dataclass(frozen=True)
class Step:
    """Where a process kills itself: before or after a function, called for the nth time, inside of another or not.

    `uncommitted`: at the end of the function's last transaction, before it is committed.
    """

    function: str
    before: bool = False
    nth: int = 1
    inside: str = ""
    uncommitted: bool = False


KEYS, STORE, LIFE = "peer_review.box.round_keys", "peer_review.box.store", "peer_review.domain.rounds.lifecycle"
COUNT, WIPE = "peer_review.domain.tally.count", "peer_review.domain.tally.wipe"
OPENING = {
    "one copy of the key is on disk": Step(f"{KEYS}.FileStore._write"),
    "the key is on disk, cells' keys are not wrapped": Step(f"{LIFE}.make_round_key"),
    "the box has its table, opening is not committed": Step(f"{STORE}.create_table"),
}
COUNTING = {
    "closed rows are wrapped anew, not committed": Step(f"{STORE}.seal_off", uncommitted=True),
    "closed rows are committed, the round is open": Step(f"{STORE}.seal_off"),
    "a chunk is opened, not committed": Step(f"{STORE}.move_opened", uncommitted=True),
    "one of several chunks is opened": Step(f"{STORE}.move_opened"),
    "all rows are opened": Step(f"{COUNT}.open_rows", nth=2),
    "the ballots are checked": Step(f"{COUNT}.check_opened_rows"),
    "the fates are decided": Step(f"{COUNT}._fates"),
    "the figures are reported, nothing is written": Step(f"{STORE}.write_ballots", before=True),
    "ballots and blocks are written, not committed": Step(f"{STORE}.write_ballots", uncommitted=True),
    "ballots and blocks are committed": Step(f"{STORE}.vacuum", before=True),
    "ballots are written, the box is rewritten": Step(f"{STORE}.write_ballots"),
    "the bulletin is signed, not committed": Step(f"{COUNT}.make_bulletin"),
    "who drew is deleted, not committed": Step(f"{COUNT}._forget_drawing"),
}
WIPING = {
    "the count is committed": Step(f"{COUNT}._conclude"),
    "blocks have left the box": Step(f"{WIPE}._empty_box"),
    "one copy of the key is overwritten": Step("os.fsync", inside=f"{WIPE}.destroy_round_key"),
    "one copy of the key is gone": Step(f"{KEYS}._sync_folder", inside=f"{WIPE}.destroy_round_key"),
    "the key is gone": Step(f"{WIPE}.destroy_round_key"),
    "the main database is rewritten": Step(f"{WIPE}._rewrite_main"),
    "the box's log is emptied": Step(f"{WIPE}._truncate_box"),
}


def die(note: Path, value: object) -> None:
    """Leave the signature behind, if it has been made, and die without a word to anybody."""
    note.write_text(getattr(value, "signature", ""))
    os.kill(os.getpid(), signal.SIGKILL)


def lay_trap(step: Step, note: Path) -> None:
    """Make this process kill itself at a step."""
    within = [not step.inside]
    if step.inside:
        _wrap(step.inside, lambda: within.__setitem__(0, True), lambda _value: within.__setitem__(0, False))
    calls = iter(range(1, 1000))

    def due() -> bool:
        return within[0] and next(calls) == step.nth

    if step.uncommitted:
        working = [False]
        _wrap(step.function, lambda: working.__setitem__(0, True), lambda _value: None)
        atomic = store._atomic

        @contextmanager
        def cut_off() -> Iterator[Any]:
            with atomic() as cursor:
                yield cursor
                if working[0] and due():
                    die(note, None)

        store._atomic = cut_off  # type: ignore[assignment]
    elif step.before:
        _wrap(step.function, lambda: die(note, None) if due() else None, lambda _value: None)
    else:
        _wrap(step.function, lambda: None, lambda value: die(note, value) if due() else None)


def _wrap(path: str, before: Callable[[], object], after: Callable[[Any], object]) -> None:
    owner_path, _dot, name = path.rpartition(".")
    try:
        owner: Any = import_module(owner_path)
    except ModuleNotFoundError:
        module, _dot, owner_name = owner_path.rpartition(".")
        owner = getattr(import_module(module), owner_name)
    work = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        value = work(*args, **kwargs)
        after(value)
        return value

    setattr(owner, name, wrapped)


def in_a_process(work: Callable[[], object], step: Step | None, note: Path) -> int:
    """Do the work in a process of its own and return its exit code, negative for a signal."""

    def run() -> None:
        if step is not None:
            lay_trap(step, note)
        work()

    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(300)
    return process.exitcode if process.exitcode is not None else 1


def work_on(held: DestroyedRound) -> None:
    """Do what is next, until nothing is: as clock, scrutineer and worker do."""
    if held.round.state == RoundState.OPEN:
        close_round(held.round, by=None)
    if held.round.state == RoundState.CLOSED:
        held.open_some()
        count.finish_opening(held.round, by=held.running.round.scrutineers.get())
    call_command("peer_review_tick", "--no-keys", stdout=io.StringIO())


def publish(held: DestroyedRound) -> Round:
    round = held.round
    finish_review(round, by=round.comment_reviewer)
    return publish_round(held.round, by=round.organiser)


@pytest.mark.parametrize("step", OPENING.values(), ids=OPENING)
def test_opening_that_is_killed_is_done_again_with_the_same_key(files: Files, step: Step, tmp_path: Path) -> None:
    held = make_draft()

    assert in_a_process(lambda: open_round(held.round, by=held.round.organiser), step, tmp_path / "note") == -9

    assert held.round.state == RoundState.DRAFT
    left = round_key(held.round.public_id).mac("what", b"was left")
    assert in_a_process(lambda: open_round(held.round, by=held.round.organiser), None, tmp_path / "note") == 0
    assert held.round.state == RoundState.OPEN
    assert round_key(held.round.public_id).mac("what", b"was left") == left
    assert {path.read_bytes() for path in key_files(held)} == {path.read_bytes() for path in key_files(held)[:1]}
    assert len(key_files(held)) == 2
    held.vote()
    assert found(held.needles.never, files.everything()) == []


@pytest.mark.parametrize("name", [*COUNTING, *WIPING])
def test_count_that_is_killed_goes_on_to_the_same_result(files: Files, name: str, tmp_path: Path) -> None:
    held = opened_round()
    note = tmp_path / "note"

    assert in_a_process(lambda: work_on(held), (COUNTING | WIPING)[name], note) == -9

    assert found(held.needles.never, files.everything()) == []
    public_id, interrupted = held.round.public_id, held.round
    assert (interrupted.state == RoundState.COUNTED, interrupted.wipe_pending) == (name in WIPING, name in WIPING)
    written = written_count(public_id) if store.table_exists("kept", public_id) else None
    columns = read_columns(public_id)
    ballots = list(store.ballots(public_id))
    signed = note.read_text() or (interrupted.bulletin.signature if name in WIPING else "")
    with pytest.raises(NotWipedYet if name in WIPING else Refusal):
        publish_round(interrupted, by=interrupted.organiser)

    assert in_a_process(lambda: work_on(held), None, note) == 0

    round = held.round
    assert (round.state, round.wipe_pending) == (RoundState.COUNTED, False)
    bulletin = json.loads(published_json(round.bulletin))
    verify_bulletin(bulletin, receipt_key=b64u_decode(round.receipt_public))
    assert [(row["cell"], row["fate"]) for row in bulletin["cells"]] == list(expected_fates(held))
    if written is not None:
        assert list(store.ballots(public_id)) == ballots
        assert read_columns(public_id) == columns
        assert (bulletin["cells"], bulletin["groups"]) == (written.outcome["cells"], written.outcome["groups"])
        assert not written.blocks or bulletin["blocks"] == [block.hex() for block in written.blocks]
    assert not signed or bulletin["sig"] == signed
    check_wiped(held, files)
    assert publish(held).state == RoundState.PUBLISHED


def opened_round() -> DestroyedRound:
    held = make_draft()
    open_round(held.round, by=held.round.organiser)
    held.vote()
    return held


def check_wiped(held: DestroyedRound, files: Files) -> None:
    """Nothing of what the count destroys is left, nor anything from which it could be made."""
    public_id = held.round.public_id
    assert key_files(held) == []
    with pytest.raises(RoundKeyMissing):
        round_key(public_id)
    for prefix in ("sealed", "closed", "opened", "staged"):
        assert not store.table_exists(prefix, public_id)
    assert not list(store.documents(public_id, BLOCK))
    run = held.round.count_run
    comments = set(held.round.cells.filter(kind="comment").values_list("key", flat=True))
    assert any(ballot.cell in comments for ballot in store.ballots(public_id))
    assert run.total == run.done == run.accepted == held.round.bulletin.size
    assert not Drawn.objects.filter(id__in=held.needles.until["who drew"]).exists()
    assert not Ticket.objects.filter(urn__round=held.round).exists()
    assert found(held.needles.never, files.everything()) == []
    assert found(held.needles.until, files.tables()) == []


def key_files(held: DestroyedRound) -> list[Path]:
    folders = [Path(folder) for folder in settings.PEER_REVIEW_ROUND_KEY_FOLDERS]
    return [path for folder in folders for path in folder.glob(f"{held.round.public_id}*")]


VOID = {
    "the round is void, its rows are there": Step(f"{STORE}.drop_round", before=True),
    "the rows are dropped, not committed": Step(f"{STORE}.drop_round", uncommitted=True),
    "the rows are dropped": Step(f"{STORE}.drop_round"),
    **{name: step for name, step in WIPING.items() if name != "the count is committed"},
}


@pytest.mark.parametrize("step", VOID.values(), ids=VOID)
def test_void_round_that_is_killed_keeps_no_row(files: Files, step: Step, tmp_path: Path) -> None:
    held = opened_round()
    Drawn.objects.filter(id=held.needles.until["who drew"][0]).delete()

    assert in_a_process(lambda: work_on(held), step, tmp_path / "note") == -9

    assert (held.round.state, held.round.wipe_pending) == (RoundState.VOID, True)
    assert found(held.needles.never, files.everything()) == []

    assert in_a_process(lambda: work_on(held), None, tmp_path / "note") == 0

    public_id = held.round.public_id
    assert not held.round.wipe_pending
    assert key_files(held) == []
    assert not any(
        store.table_exists(prefix, public_id) for prefix in ("sealed", "closed", "opened", "staged", "ballot", "kept")
    )
    assert found(held.needles.never, files.everything()) == []
    assert found(held.needles.until, files.tables()) == []
