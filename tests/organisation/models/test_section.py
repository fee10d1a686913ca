"""What the database refuses about sections."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories.organisation import SectionFactory

pytestmark = pytest.mark.django_db


def test_two_sections_of_one_name_at_one_place_are_refused_by_the_database() -> None:
    top = SectionFactory(name="甲")
    SectionFactory(name="乙", parent=top)

    with pytest.raises(IntegrityError), transaction.atomic():
        SectionFactory(name="甲")
    with pytest.raises(IntegrityError), transaction.atomic():
        SectionFactory(name="乙", parent=top)
    assert SectionFactory(name="甲", parent=top).pk
