"""The attacked box: outside every transaction of a test, because what is attacked is what transactions leave."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from peer_review.box.batcher import batcher
from peer_review.conf import conf


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
