"""Wiping: what was needed to collect and count a round is destroyed, and stays destroyed in the databases' own files.

The count's last transaction marks the round `wipe_pending`. Then what it no longer needs leaves the box, and the
round's key is destroyed in every copy, so that no value and no record made with it means anything any more, wherever a
copy of it may lie; then the databases are told to let go of their logs and dead rows; then the mark is taken away. Each
step may be cut off and done again: the tick does so. Nothing is published meanwhile. WAL archives, backups and disks
cannot be wiped: what must vanish was therefore never written to them in the clear (docs/anonymity.md).
"""

import logging
import re
import time
from typing import Any

from django.db import DatabaseError, OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from peer_review.box import store
from peer_review.box.round_keys import destroy_round_key
from peer_review.conf import conf
from peer_review.domain.tally.blocks import BLOCK
from peer_review.models import Bulletin, Cell, CountRun, Drawn, PooledKey, Round, Ticket

logger = logging.getLogger(__name__)
#: Tables of the main database out of which rows or values vanish between opening and the end of the count.
_TABLES = (Drawn, Ticket, Cell, PooledKey, CountRun, Round)
#: How long a table is waited for. Whoever comes meanwhile queues behind, so it is short.
_PATIENCE = "2s"
#: How often a table is rewritten until no dead row is left in it, and the seconds between; then the tick goes on.
_TRIES, _PAUSE = 5, 1.0


def wipe(round: Round) -> bool:
    """Finish the wiping of a counted or void round; return whether nothing is pending any more.

    False where a copy of the key cannot be reached, or somebody still reads the database: it is tried again.
    """
    if not Round.objects.filter(pk=round.pk, wipe_pending=True).exists():
        return True
    _empty_box(round)
    try:
        destroy_round_key(round.public_id)
    except OSError as error:
        logger.error("The key of round %s could not be destroyed: %s", round.public_id, type(error).__name__)
        return False
    if not (_rewrite_main() and _truncate_box()):
        logger.warning("Round %s is not wiped yet: its database is busy", round.public_id)
        return False
    Round.objects.filter(pk=round.pk).update(wipe_pending=False)
    return True


def wipe_due_rounds() -> list[Round]:
    """Finish whatever wiping is pending; return the rounds that are wiped now."""
    return [round for round in Round.objects.filter(wipe_pending=True).order_by("pk") if wipe(round)]


def _empty_box(round: Round) -> None:
    """Drop from the box what the count no longer needs: blocks that the bulletin holds now, and all of a round that has
    no bulletin."""
    if Bulletin.objects.filter(round=round).exists():
        store.drop_documents(round.public_id, BLOCK)
    else:
        store.drop_round(round.public_id)


def _rewrite_main() -> bool:
    """Rewrite the tables that rows have vanished from; return False while somebody still reads those rows.

    Inside a transaction, where that is not allowed, nothing is done.
    """
    if connection.in_atomic_block:
        return True
    if connection.vendor != "postgresql":
        return _truncate_log(connection)
    return all(_rewrite(table._meta.db_table) for table in _TABLES)


def _rewrite(table: str) -> bool:
    """Rewrite a table until it holds no dead row; return False if it still does after some tries.

    Any transaction that writes somewhere on the server, in another database too, keeps the rows that died since it
    began. Most end within the second.
    """
    for tried in range(1, _TRIES + 1):
        if _rewrite_once(table):
            return True
        if tried < _TRIES:
            time.sleep(_PAUSE)
    return False


def _rewrite_once(table: str) -> bool:
    """Have PostgreSQL write a table into a new file; return False if it had to take dead rows along, or if somebody, a
    dump perhaps, does not let go of the table.

    Plain VACUUM only frees the space that dead rows lie in. But FULL too keeps those that a transaction which began
    before their end, a dump perhaps, may still read. How many, is told in whatever language the server speaks, and is
    the first number of the detail.
    """
    details: list[str] = []

    def note(notice: Any) -> None:
        details.append(notice.message_detail or "")

    with connection.cursor() as cursor:
        driver = connection.connection
        driver.add_notice_handler(note)
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [_PATIENCE])
        try:
            cursor.execute(f'VACUUM (FULL, VERBOSE) "{table}"')
        except OperationalError:
            return False
        finally:
            driver.remove_notice_handler(note)
            cursor.execute("RESET lock_timeout")
    numbers = [re.search(r"\d+", detail) for detail in details]
    return not any(number and int(number[0]) for number in numbers)


def _truncate_box() -> bool:
    return _truncate_log(connections[conf.BOX_DATABASE])


def _truncate_log(database: BaseDatabaseWrapper) -> bool:
    """Move SQLite's write-ahead log into the file and empty it; return False while somebody reads.

    PostgreSQL recycles its log by itself, so nothing is done there.
    """
    if database.vendor != "sqlite" or database.in_atomic_block:
        return True
    try:
        with database.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _pages, _moved = cursor.fetchone()
    except DatabaseError:
        return False
    return not busy
