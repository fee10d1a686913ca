"""Columns of disclosures."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def test_code_of_a_column_has_neither_hyphen_nor_space_nor_double() -> None:
    column = make.column()
    for code in ("政-务", "政 务", ""):
        column.code = code
        with pytest.raises(ValidationError):
            column.full_clean()

    with pytest.raises(IntegrityError), transaction.atomic():
        make.column("党", "党务公开", "party").__class__.objects.filter(code="党").update(code="政")
