"""The records that an import meets."""

import pytest
from django.utils import translation

from tests.factories.organisation import RankFactory, SectionFactory


@pytest.fixture
def places(db: None) -> None:
    """Two sections and two ranks; words in English."""
    translation.activate("en")
    office = SectionFactory(code="BG", name="办公室")
    SectionFactory(code="JL", name="检疫科", parent=office)
    RankFactory(code="KZ", name="科长", order=1)
    RankFactory(code="KY", name="科员", order=2)
