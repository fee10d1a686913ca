"""The tree of sections."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from organisation.domain.sections import move_section
from organisation.exceptions import (
    SectionCycle,
)
from organisation.models import Section
from tests.factories.organisation import SectionFactory

pytestmark = pytest.mark.django_db


def test_section_cannot_lie_below_itself() -> None:
    top = SectionFactory()
    middle = SectionFactory(parent=top)
    bottom = SectionFactory(parent=middle)

    for parent in (top, middle, bottom):
        with pytest.raises(SectionCycle):
            move_section(section=top, parent=parent)
    top.parent = bottom
    with pytest.raises(ValidationError, match=r"itself|自身"):
        top.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Section.objects.filter(pk=top.pk).update(parent=top.pk)
    move_section(section=bottom, parent=top)
    assert Section.objects.ids_below(top.pk) == {top.pk, middle.pk, bottom.pk}
