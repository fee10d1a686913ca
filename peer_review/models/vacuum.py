"""Removal of the dead row versions in which PostgreSQL keeps what was deleted or overwritten."""

from django.db import connection, models, transaction


def vacuum_on_commit(*tables: type[models.Model], robust: bool = False) -> None:
    """Have PostgreSQL drop the dead rows of these tables once the transaction is committed.

    SQLite's secure_delete overwrites them at once, so nothing is done there; nor inside another transaction, where
    VACUUM is not allowed. With `robust` a failure is logged and not raised.
    """
    transaction.on_commit(lambda: _vacuum(tables), robust=robust)


def _vacuum(tables: tuple[type[models.Model], ...]) -> None:
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'VACUUM "{table._meta.db_table}"')
