"""The ballot box as tests read it whole and clear it away; a site does neither."""

from collections.abc import Iterator

from peer_review.box import store


def opened_entries(public_id: str) -> Iterator[bytes]:
    """Yield every opened entry, in the order of the random ids; nothing if no row was ever opened."""
    for rows in store.opened_chunks(public_id):
        yield from (entry for _row_id, entry in rows)


def drop_round(public_id: str) -> None:
    """Remove every table of a round."""
    with store._atomic() as cursor:
        store._harden(cursor)
        for prefix in ("sealed", "closed", "opened", "staged", "ballot"):
            cursor.execute(f"DROP TABLE IF EXISTS {store._name(prefix, public_id)}")
