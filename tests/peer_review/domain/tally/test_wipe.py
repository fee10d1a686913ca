"""Wiping: the round's key goes, the databases let go of it, and a crash between any two steps loses nothing of that."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from peer_review.box import store
from peer_review.box.round_keys import RoundKeyMissing, round_key
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.tally import wipe as wiping
from peer_review.domain.tally.blocks import BLOCK
from peer_review.domain.tally.wipe import wipe, wipe_due_rounds
from peer_review.exceptions.tally import NotWipedYet
from peer_review.models import Drawn, Round, Ticket
from tests.factories.peer_review.counted_rounds import count_all, make_voted_round
from tests.factories.peer_review.rounds import RunningRound

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def has_key(round: Round) -> bool:
    try:
        round_key(round.public_id)
    except RoundKeyMissing:
        return False
    return True


@pytest.fixture
def voted() -> RunningRound:
    return make_voted_round(evaluators=6)


def test_count_leaves_nothing_to_wipe(voted: RunningRound) -> None:
    assert has_key(voted.round)
    round = count_all(voted)
    assert (has_key(round), round.wipe_pending) == (False, False)
    assert not Drawn.objects.exists()
    assert not Ticket.objects.exists()
    assert wipe(round)


@pytest.fixture
def unreachable(settings: Any, tmp_path: Path) -> Path:
    """Return the folder of the second copy, which can be taken away."""
    settings.PEER_REVIEW_ROUND_KEY_FOLDERS = [str(tmp_path / "first"), str(tmp_path / "second")]
    return tmp_path / "second"


def test_nothing_is_published_while_a_copy_of_the_key_may_exist(unreachable: Path, voted: RunningRound) -> None:
    """The order of fixtures matters: the key was made in these folders."""
    away = unreachable.with_name("away")
    voted.close()
    unreachable.rename(away)

    round = count_all(voted)

    assert (round.state, round.wipe_pending) == ("counted", True)
    with pytest.raises(NotWipedYet):
        publish_round(round, by=round.organiser)
    assert wipe_due_rounds() == []

    away.rename(unreachable)
    call_command("peer_review_tick", "--no-keys", verbosity=0)

    round.refresh_from_db()
    assert (round.wipe_pending, list(unreachable.iterdir())) == (False, [])
    assert publish_round(round, by=round.organiser).state == "published"


@pytest.mark.parametrize("step", ["_empty_box", "destroy_round_key", "_rewrite_main", "_truncate_box"])
def test_wiping_that_is_cut_off_anywhere_is_finished_by_the_tick(
    voted: RunningRound, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: Any) -> None:
        raise SystemError("killed")

    with monkeypatch.context() as cut:
        cut.setattr(wiping, step, die)
        count_all(voted)
    round = Round.objects.get()
    assert (round.state, round.wipe_pending) == ("counted", True)

    assert wipe_due_rounds() == [round]

    round.refresh_from_db()
    assert (round.wipe_pending, has_key(round)) == (False, False)
    assert wipe_due_rounds() == []


def test_busy_database_keeps_the_mark(voted: RunningRound, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(wiping, "_truncate_log", lambda database: False)
        round = count_all(voted)
        assert round.wipe_pending
    assert wipe(round)


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_reader_who_began_before_the_count_keeps_the_mark(voted: RunningRound, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite cannot empty its log meanwhile; PostgreSQL cannot rewrite a table that a dump holds."""
    monkeypatch.setattr(wiping, "_TRIES", 1)
    reader = connections.create_connection("default")
    with reader.cursor() as cursor:
        cursor.execute("BEGIN" if reader.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM peer_review_drawn")
        assert cursor.fetchone()[0]
        if reader.vendor == "sqlite":
            connection.ensure_connection()
            with connection.cursor() as own:
                own.execute("PRAGMA busy_timeout=100")  # how long it waits for the reader

        round = count_all(voted)

        assert (round.state, round.wipe_pending, has_key(round)) == ("counted", True, False)
    reader.close()
    assert wipe_due_rounds() == [round]
    connection.close()


def test_what_is_no_longer_needed_leaves_the_box(voted: RunningRound, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the process that counted was killed before."""
    with monkeypatch.context() as killed:
        killed.setattr(wiping, "_empty_box", lambda round: None)
        killed.setattr(wiping, "_truncate_box", lambda: False)
        round = count_all(voted)
    assert list(store.documents(round.public_id, BLOCK))

    assert wipe(round)

    assert not list(store.documents(round.public_id, BLOCK))
    assert list(store.ballots(round.public_id))


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_nothing_that_was_drawn_is_left_in_the_main_databases_files(tmp_path: Path) -> None:
    """A leak is made first: the very bytes are found in file or log before the count, and in neither after it."""
    voted = make_voted_round(evaluators=6)
    ids = [bytes(row.id) for row in Drawn.objects.all()]
    wrapped = [bytes(cell.private_key)[:64] for cell in voted.round.cells.all()]
    if connection.vendor == "sqlite":
        before = main_files()
        assert all(value in before for value in [*ids, *wrapped])

    count_all(voted)

    if connection.vendor == "sqlite":
        after = main_files()
        assert not [value for value in [*ids, *wrapped] if value in after]
    assert not Drawn.objects.exists()
    assert not Ticket.objects.exists()


def main_files() -> bytes:
    path = Path(connections["default"].settings_dict["NAME"])
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def test_void_round_keeps_neither_key_nor_ballot(voted: RunningRound) -> None:
    Drawn.objects.all().delete()  # as if every credential had been signed past the draw
    round = count_all(voted)
    assert (round.state, round.wipe_pending, has_key(round)) == ("void", False, False)
    assert not any(store.table_exists(kind, round.public_id) for kind in ("sealed", "closed", "opened", "ballot"))
