"""What a document may say, and when it is due."""

import datetime

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


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.mark.django_db
def test_document_is_due_after_twenty_working_days() -> None:
    page = make.draft(document_date=day("2026-09-10"))

    assert (page.publication_due_date, page.due_is_provisional) == (day("2026-10-14"), False)


@pytest.mark.django_db
def test_due_date_set_by_hand_stays_and_is_not_provisional() -> None:
    page = make.draft(document_date=day("2026-12-20"), publication_due_date=day("2027-01-08"))

    assert (page.publication_due_date, page.due_is_provisional) == (day("2027-01-08"), False)
