"""What several attacks look through."""

from collections.abc import Callable

import pytest

from tests.peer_review.privacy.disk import written_since_now


@pytest.fixture
def disk() -> Callable[[], bytes]:
    """Return a function that gives everything the databases have written since the test began."""
    return written_since_now()
