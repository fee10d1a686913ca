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
    """A box to be filled and copied, as the real one is, but never waiting for the disk: what is written is the same.

    On SQLite a file of its own, so that copies hold nothing else.
    """
    with django_db_blocker.unblock():
        box = connections[conf.BOX_DATABASE]
        if box.vendor == "postgresql":
            name = box.ops.quote_name(box.settings_dict["NAME"])
            with box.cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            box.close()
            yield
            with box.cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {name} RESET synchronous_commit")
            box.close()
            return
        database = connections.databases[conf.BOX_DATABASE]
        options = database["OPTIONS"]
        path = tmp_path_factory.mktemp("box") / "attacked.sqlite3"
        hasty = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        assert hasty != options["init_command"]
        connections.databases["attacked"] = {
            **database,
            "NAME": Path(path),
            "OPTIONS": {**options, "init_command": hasty},
        }
        with override_settings(PEER_REVIEW_BOX_DATABASE="attacked"):
            yield
            batcher.stop()
            connections["attacked"].close()
        del connections["attacked"]
        del connections.databases["attacked"]
