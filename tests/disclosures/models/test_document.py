"""A document: validity, audience, bad input."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from disclosures.models import DisclosurePage
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def problems(page: DisclosurePage) -> set[str]:
    try:
        page.full_clean()
    except ValidationError as error:
        return set(error.message_dict)
    return set()


def test_document_in_force_has_no_successor() -> None:
    page, successor = make.draft(), make.draft(slug="successor")
    page.successor = successor

    assert "successor" in problems(page)
    with pytest.raises(IntegrityError), transaction.atomic():
        page.save(clean=False)


@pytest.mark.parametrize(
    ("validity", "named", "sound"),
    [
        ("repealed", False, True),
        ("repealed", True, True),
        ("amended", False, False),
        ("amended", True, True),
    ],
)
def test_amended_document_names_its_successor(validity: str, named: bool, sound: bool) -> None:
    page, successor = make.draft(), make.draft(slug="successor")
    page.validity, page.successor = validity, successor if named else None

    assert ("successor" not in problems(page)) is sound


def test_successors_do_not_run_in_a_circle() -> None:
    first, second, third = (make.draft(slug=slug) for slug in ("a", "b", "c"))
    for page, successor in ((second, third), (third, first)):
        DisclosurePage.objects.filter(pk=page.pk).update(validity="repealed", successor=successor)
    first.validity, first.successor = "repealed", second

    assert problems(first) == {"successor"}


def test_due_date_before_the_document_is_refused() -> None:
    page = make.draft()
    page.publication_due_date = page.document_date.replace(day=1)

    assert problems(page) == {"publication_due_date"}


def test_groups_are_asked_for_where_they_matter() -> None:
    page = make.draft()
    page.audience = "groups"

    assert problems(page) == {"audience_groups"}


def test_code_of_a_column_has_neither_hyphen_nor_space_nor_double() -> None:
    column = make.column()
    for code in ("政-务", "政 务", ""):
        column.code = code
        with pytest.raises(ValidationError):
            column.full_clean()

    with pytest.raises(IntegrityError), transaction.atomic():
        make.column("党", "党务公开", "party").__class__.objects.filter(code="党").update(code="政")
