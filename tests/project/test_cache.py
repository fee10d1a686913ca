"""Workers of the suite share one Redis, and none empties what another keeps there."""

import uuid

import pytest
from django.conf import settings
from django.core.cache import cache, caches

from tests.factories.cache import OwnKeysCache

pytestmark = pytest.mark.skipif(not isinstance(caches["default"], OwnKeysCache), reason="needs CACHE_URL")


def test_clearing_leaves_the_keys_of_other_workers() -> None:
    neighbour = OwnKeysCache(
        settings.CACHES["default"]["LOCATION"], {"KEY_PREFIX": f"neighbour-{uuid.uuid4().hex}", "TIMEOUT": 60}
    )
    cache.set("own", 1)
    neighbour.set("theirs", 1)
    cache.clear()
    assert (cache.get("own"), neighbour.get("theirs")) == (None, 1)
    neighbour.clear()
    assert neighbour.get("theirs") is None
