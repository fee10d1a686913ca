"""What the count destroys is in no file: before, during and after it; on PostgreSQL in no log and no base backup.

Every needle is something real of the round. That they would be found is shown each time on a broken variant, or beside
what is kept.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from peer_review.domain.ballots import drawing
from peer_review.domain.rounds.lifecycle import close_round, open_round
from peer_review.domain.tally import count, opened_rows, wipe
from tests.peer_review.privacy.attack.database_files import Cluster, SQLiteFiles
from tests.peer_review.privacy.attack.destroyed import DestroyedRound, expected_fates, found, lost, make_draft
from zhengyan_crypto.round_key import RoundKey

Files = SQLiteFiles | Cluster
MOMENTS = ("open", "closed", "opened", "counted")


def hold(files: Files, *, at: Callable[[str, DestroyedRound], None]) -> DestroyedRound:
    """Hold the round, calling `at` at each of MOMENTS; on PostgreSQL a base backup is taken at each."""
    held = make_draft()

    def pause(moment: str) -> None:
        if isinstance(files, Cluster):
            files.base_backup(f"{held.round.pk}-{moment}")
        at(moment, held)

    open_round(held.round, by=held.round.organiser)
    held.vote()
    pause("open")
    close_round(held.round, by=None)
    held.note_rows()
    pause("closed")
    held.open_some()
    pause("opened")
    count.finish_opening(held.round, by=held.running.round.scrutineers.get())
    pause("counted")
    return held


def test_nothing_that_is_destroyed_is_ever_in_a_file_a_log_or_a_backup(files: Files) -> None:
    passed = []

    def look(moment: str, held: DestroyedRound) -> None:
        passed.append(moment)
        assert found(held.needles.never, files.everything()) == []
        # Who drew stands there under the round's key until the count; so does each cell's key until closing.
        tables = files.tables()
        if moment == "open":
            assert lost(held.needles.until, tables) == []
        if moment == "counted":
            assert found(held.needles.until, tables) == []
        # Where the others would be found, ballots are that are kept.
        assert lost(held.needles.kept, tables) == ([] if moment == "counted" else list(held.needles.kept))

    held = hold(files, at=look)

    assert passed == list(MOMENTS)
    assert not [path for folder in key_folders() for path in folder.iterdir()]
    rows = held.round.bulletin.read_outcome()["cells"]
    assert [(row["cell"], row["fate"]) for row in rows] == list(expected_fates(held))


def key_folders() -> list[Path]:
    return [Path(folder) for folder in settings.PEER_REVIEW_ROUND_KEY_FOLDERS]


# Each in turn is left out, and what it guards is found


def seen_by_moment(files: Files, kind: str) -> dict[str, list[str]]:
    """Return which needles of a kind are found at each moment."""
    seen: dict[str, list[str]] = {}

    def look(moment: str, held: DestroyedRound) -> None:
        needles = getattr(held.needles, kind)
        seen[moment] = found(needles, files.everything() if kind == "never" else files.tables())

    hold(files, at=look)
    return seen


WRITTEN = {"what a few ballot says", "what a merged ballot says", "who cast a destroyed ballot", "revision", "nonce"}


def test_opened_rows_in_the_clear_are_found(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_the_clear(key: RoundKey, cast: bytes, *, length: int) -> bytes:
        return (cast + b"\x80").ljust(length, b"\0")

    monkeypatch.setattr(count, "wrap_cast", in_the_clear)
    monkeypatch.setattr(opened_rows, "unwrap_cast", lambda key, stored: stored.rpartition(b"\x80")[0])

    seen = seen_by_moment(files, "never")

    assert seen["open"] == seen["closed"] == []
    assert {*seen["opened"]} == WRITTEN | {"comment under the floor"}
    # SQLite overwrites them; PostgreSQL's log and every backup keep them, and so would any copy of SQLite's file.
    assert {*seen["counted"]} == (WRITTEN | {"comment under the floor"} if isinstance(files, Cluster) else set())


def test_without_the_rounds_key_sealed_rows_and_cells_keys_are_found(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RoundKey, "wrap", lambda self, plaintext, *, purpose: bytes(plaintext))
    monkeypatch.setattr(RoundKey, "unwrap", lambda self, record, *, purpose: bytes(record))

    seen = seen_by_moment(files, "never")

    assert "a cell's key" in seen["open"]
    assert "sealed row" in seen["closed"]
    assert {*seen["opened"]} >= WRITTEN


def test_blinded_values_in_the_table_of_who_drew_are_found(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "value_of", lambda key, blinded: b"".join(blinded[cell] for cell in sorted(blinded)))

    assert seen_by_moment(files, "never")["open"] == ["blinded"]


def test_a_database_that_is_not_rewritten_still_names_who_drew(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wipe, "_rewrite_main", lambda: True)
    if isinstance(files, SQLiteFiles):
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=OFF")

    seen: Any = seen_by_moment(files, "until")

    connections["default"].close()
    assert "who drew" in seen["open"]
    assert "who drew" in seen["counted"]
