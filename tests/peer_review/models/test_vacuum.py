"""Dead row versions are removed after the commit, and only where the database keeps them."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from peer_review.models import Cell, Notice
from peer_review.models.vacuum import vacuum_on_commit


def vacuumed(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries.captured_queries if "VACUUM" in query["sql"]]


def expected(*statements: str) -> list[str]:
    """PostgreSQL keeps old row versions in its file; SQLite's secure_delete has overwritten them."""
    return list(statements) if connection.vendor == "postgresql" else []


@pytest.mark.django_db(transaction=True)
def test_vacuum_on_commit_names_each_table_after_the_commit() -> None:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        vacuum_on_commit(Cell, Notice)
        assert vacuumed(queries) == []

    assert vacuumed(queries) == expected('VACUUM "peer_review_cell"', 'VACUUM "peer_review_notice"')


@pytest.mark.django_db(transaction=True)
def test_vacuum_on_commit_does_nothing_after_a_rollback() -> None:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        vacuum_on_commit(Cell)
        transaction.set_rollback(True)

    assert vacuumed(queries) == []


@pytest.mark.django_db
def test_vacuum_on_commit_is_left_out_inside_another_transaction(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
        vacuum_on_commit(Cell)

    assert vacuumed(queries) == []
