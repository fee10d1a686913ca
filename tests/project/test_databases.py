"""The ballot box is a database of its own, without Django's tables."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connections


@pytest.mark.django_db(databases=["default", "box"])
def test_box_holds_no_django_tables_but_the_migration_record() -> None:
    get_user_model().objects.create_user("li")

    with connections["box"].cursor() as cursor:
        tables = set(connections["box"].introspection.table_names(cursor))

    of_rounds = re.compile(r"^(sealed|closed|opened|ballot)_[0-9a-f]{32}$")  # left by tests before this one
    assert {table for table in tables if not of_rounds.match(table)} <= {"django_migrations"}
