"""The attacked databases: outside every transaction of a test, because what is attacked is what transactions leave."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from peer_review.box.batcher import batcher
from peer_review.conf import conf
from tests.peer_review.privacy.attack.database_files import Cluster, SQLiteFiles, cluster, programs, sqlite_files


@pytest.fixture(scope="module")
def open_box(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A box to be filled and copied as the real one is; on SQLite a file of its own: copies hold nothing else."""
    with django_db_blocker.unblock():
        if connections[conf.BOX_DATABASE].vendor == "postgresql":
            yield
            return
        database = connections.databases[conf.BOX_DATABASE]
        path = tmp_path_factory.mktemp("box") / "attacked.sqlite3"
        connections.databases["attacked"] = {**database, "NAME": Path(path)}
        with override_settings(PEER_REVIEW_BOX_DATABASE="attacked"):
            yield
            batcher.stop()
            connections["attacked"].close()
        del connections["attacked"]
        del connections.databases["attacked"]


@pytest.fixture(scope="module")
def files(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SQLiteFiles | Cluster]:
    """Both databases in files that are read whole: on PostgreSQL a server of the test's own."""
    folder = tmp_path_factory.mktemp("files")
    keys = [str(folder / "keys" / name) for name in ("first", "second")]
    with django_db_blocker.unblock(), override_settings(PEER_REVIEW_ROUND_KEY_FOLDERS=keys):
        if connections[conf.BOX_DATABASE].vendor == "sqlite":
            with sqlite_files(folder) as databases:
                yield databases
            return
        if (found := programs()) is None:
            pytest.skip("PostgreSQL's server programs (initdb, pg_basebackup) are not on this computer.")
        with cluster(found) as server:
            yield server
