"""Columns of disclosures."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosures.models import DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
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


def test_columns_lie_below_the_one_index_and_hold_documents() -> None:
    index_page = make.index_page()

    assert not DisclosureIndexPage.can_create_at(index_page.get_parent())
    assert DisclosureColumnPage.allowed_parent_page_models() == [DisclosureIndexPage]
    assert DisclosureColumnPage.allowed_subpage_models() == [DisclosurePage]
