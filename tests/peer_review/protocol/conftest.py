"""One election for all tests of a module: nothing in it changes."""

import pytest
from hypothesis import HealthCheck, settings

from tests.peer_review.protocol.election import Election

# A busy machine is not a fault of the code: no example is failed for being slow.
settings.register_profile("unhurried", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="module")
def election() -> Election:
    """A round with two cells."""
    return Election()
