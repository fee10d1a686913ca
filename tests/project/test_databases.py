"""The ballot box is a database of its own, without Django's tables."""

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests import migrated


@pytest.mark.django_db(databases=["default", "box"])
def test_box_holds_no_django_tables_but_the_migration_record() -> None:
    get_user_model().objects.create_user("li")

    with connections["box"].cursor() as cursor:
        tables = set(connections["box"].introspection.table_names(cursor))

    of_rounds = re.compile(r"^(sealed|closed|opened|ballot)_[0-9a-f]{32}$")  # left by tests before this one
    assert {table for table in tables if not of_rounds.match(table)} <= {"django_migrations"}


def test_tests_begin_with_every_migration_applied_and_another_byte_makes_another_beginning(tmp_path: Path) -> None:
    files = migrated.migration_files()
    known = MigrationLoader(None).disk_migrations
    assert len([path for path in files if path.name != "__init__.py"]) == len(known) > 200
    changed = tmp_path / files[0].parent.parent.name / files[0].parent.name / files[0].name
    changed.parent.mkdir(parents=True)
    changed.write_bytes(files[0].read_bytes())
    assert migrated.fingerprint([changed, *files[1:]]) == migrated.fingerprint(files)
    changed.write_bytes(files[0].read_bytes() + b"\n")
    assert migrated.fingerprint([changed, *files[1:]]) != migrated.fingerprint(files)


@pytest.mark.django_db
def test_no_migration_is_left_to_apply() -> None:
    executor = MigrationExecutor(connections["default"])
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
