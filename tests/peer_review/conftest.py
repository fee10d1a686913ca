"""Peer review's tests share one process: what its batcher holds must not outlive a test and its databases."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from pytest_django import Settings

from peer_review.box.batcher import batcher
from peer_review.conf import DEFAULTS, conf
from peer_review.domain.ballots.recent_casts import recent_casts

# Files about one database are collected where that database runs: nothing is ever skipped in silence.
_on_sqlite = settings.DATABASES[conf.BOX_DATABASE]["ENGINE"].endswith("sqlite3")
collect_ignore = ["privacy/test_leaks_postgresql.py" if _on_sqlite else "privacy/test_leaks_sqlite.py"]


@pytest.fixture(autouse=True)
def _roles_by_group(settings: Settings) -> None:
    """The plugin is tested as any site has it. That this site asks for grants, tests/organisation tests."""
    settings.PEER_REVIEW_ROLE_SOURCE = DEFAULTS["ROLE_SOURCE"]


@pytest.fixture(autouse=True)
def _stop_batcher() -> Iterator[None]:
    yield
    batcher.stop()
    recent_casts.clear()
