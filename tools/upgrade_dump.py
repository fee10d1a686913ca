"""A small dump of the databases as they are at a schema, and loading it where that schema has just been made.

It knows no database: rows as JSON, the box's ballots beside them. Migrations of this repository are named in it; other
apps stand at whatever version is installed. The search index is left out, because it is made of the rest.
"""

import base64
import gzip
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.apps.registry import Apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, Model
from django.db.models.sql import InsertQuery
from django.utils import translation
from django.utils.duration import duration_iso_string
from wagtail.models import Site

from peer_review.box import store
from peer_review.models import Round

ROOT = Path(__file__).resolve().parents[1]
ALIASES = ("default", "box")
LEFT_OUT = {"wagtailsearch"}
CHUNK = 100


@contextmanager
def scratch_databases(folder: Path) -> Iterator[None]:
    """Give this thread empty databases beside its own, which are gone afterwards."""
    with ExitStack() as stack:
        for alias in ALIASES:
            stack.enter_context(_scratch_database(alias, folder))
        yield


@contextmanager
def _scratch_database(alias: str, folder: Path) -> Iterator[None]:
    before = connections[alias]
    before.close()
    connection: BaseDatabaseWrapper = connections.create_connection(alias)
    name = (
        str(folder / f"{alias}.sqlite3") if connection.vendor == "sqlite" else f"zhengyan_upgrade_{os.getpid()}_{alias}"
    )
    settings = connection.settings_dict
    connection.settings_dict = {**settings, "TEST": {**settings["TEST"], "NAME": name}}
    connection.creation._create_test_db(verbosity=0, autoclobber=True)
    connection.close()
    connection.settings_dict["NAME"] = name
    connections[alias] = connection
    _forget_rows()
    try:
        yield
    finally:
        connection.close()
        connection.creation._destroy_test_db(name, verbosity=0)
        connections[alias] = before
        _forget_rows()


def _forget_rows() -> None:
    """Clear what the process remembers of rows of another database."""
    ContentType.objects.clear_cache()
    Site.clear_site_root_paths_cache()


# -- dump ----------------------------------------------------------------------------------------------------------


def dump() -> dict[str, Any]:
    """Return what the databases hold, and at which migrations."""
    rounds = Round.objects.order_by("pk").values_list("public_id", flat=True)
    return {
        "migrations": {label: name for label, name in _leaves() if label in _own_labels()},
        "rows": {model._meta.label: rows for model in _models(apps) if (rows := _rows(model))},
        "ballots": {
            public_id: [[_encoded(token), cell, _encoded(entry)] for token, cell, entry in store.ballots(public_id)]
            for public_id in rounds
            if store.table_exists("ballot", public_id)
        },
    }


def write(content: dict[str, Any], path: Path) -> None:
    """Write a dump; the same content is the same bytes."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def read(path: Path) -> dict[str, Any]:
    """Return a dump as it was written."""
    content: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return content


def _own_labels() -> set[str]:
    """Return the labels of this repository's apps. (Its virtual environment may lie inside it.)"""
    return {
        config.label
        for config in apps.get_app_configs()
        if Path(config.path).is_relative_to(ROOT) and "site-packages" not in Path(config.path).parts
    }


def _leaves() -> list[tuple[str, str]]:
    leaves: list[tuple[str, str]] = MigrationExecutor(connections["default"]).loader.graph.leaf_nodes()
    return leaves


def _models(registry: Apps) -> list[type[Model]]:
    """Return every model with a table of its own."""
    models = registry.get_models(include_auto_created=True)
    return [
        model
        for model in models
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in LEFT_OUT
    ]


def _columns(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.local_concrete_fields if not field.generated}


def _rows(model: type[Model]) -> list[dict[str, Any]]:
    columns = _columns(model)
    rows = model._base_manager.order_by("pk").values(*columns)
    return [{name: _prepared(columns[name], value) for name, value in row.items()} for row in rows]


def _prepared(field: Field[Any, Any], value: Any) -> Any:
    prepared = field.get_prep_value(value)
    return _encoded(prepared) if isinstance(prepared, (bytes, memoryview)) else prepared


def _encoded(data: bytes | memoryview) -> str:
    return base64.b64encode(bytes(data)).decode()


def _plain(value: object) -> str:
    """Return what JSON has no word for, as the field reads it."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    raise TypeError(f"{type(value)} in a dump")


# -- load ----------------------------------------------------------------------------------------------------------


def migrate_to(migrations: dict[str, str]) -> Apps:
    """Bring empty databases to the named migrations; return the models as they were then."""
    own = _own_labels()
    targets = [*migrations.items(), *(leaf for leaf in _leaves() if leaf[0] not in own)]
    executor = MigrationExecutor(connections["default"])
    with translation.override(None):  # as `migrate` does
        executor.migrate(targets)
    registry: Apps = executor.loader.project_state(targets).apps
    return registry


def load(content: dict[str, Any], registry: Apps) -> None:
    """Put a dump in place of what migrations have written."""
    connection = connections["default"]
    models = _models(registry)
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")
        for label, rows in content["rows"].items():
            _insert(registry.get_model(label), rows)
        connection.check_constraints()
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    for public_id, ballots in content["ballots"].items():
        if all(len(ballot) == 3 for ballot in ballots):
            store.write_ballots(
                public_id, (store.Ballot(_decoded(one[0]), one[1], _decoded(one[2])) for one in ballots)
            )
        else:
            _write_with_revisions(public_id, ballots)
    _forget_rows()


def _write_with_revisions(public_id: str, ballots: list[list[Any]]) -> None:
    """Write the table of a round that was counted before ballots had salts: each ballot with its revision."""
    name = f'"ballot_{public_id}"'
    connection = connections[ALIASES[1]]
    on_postgresql = connection.vendor == "postgresql"
    blob, rowid = ("bytea", "") if on_postgresql else ("BLOB", " WITHOUT ROWID")
    with transaction.atomic(using=ALIASES[1]), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {name} (token {blob} PRIMARY KEY, cell varchar(16) NOT NULL, rev integer NOT NULL, "
            f"entry {blob} NOT NULL){rowid}"
        )
        cursor.executemany(
            f"INSERT INTO {name} (token, cell, rev, entry) VALUES (%s, %s, %s, %s)",
            [[_decoded(token), cell, rev, _decoded(entry)] for token, cell, rev, entry in ballots],
        )


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


def _insert(model: type[Model], rows: list[dict[str, Any]]) -> None:
    """Insert rows as they are: no default, no moment of saving. What is no longer a column is left out."""
    columns = {name: field for name, field in _columns(model).items() if name in rows[0]}
    instances = [model(**{name: field.to_python(row[name]) for name, field in columns.items()}) for row in rows]
    for start in range(0, len(instances), CHUNK):
        query = InsertQuery(model)
        query.insert_values(list(columns.values()), instances[start : start + CHUNK], raw=True)
        query.get_compiler(connection=connections["default"]).execute_sql()
