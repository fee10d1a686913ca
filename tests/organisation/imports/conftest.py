"""The records that an import meets."""

import pytest
from django.utils import translation

from tests.factories.imports import make_places


@pytest.fixture
def places(db: None) -> None:
    """Two sections and two ranks; words in English."""
    translation.activate("en")
    make_places()
