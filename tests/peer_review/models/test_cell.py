"""Cells: one a subject and class, about a subject or a sheet and never both, with a key that no other cell has."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from peer_review.enums import CellKind
from peer_review.models import Cell, PooledKey, SheetEntry, Subject
from peer_review.models.cell import new_cell_key
from tests.factories.peer_review.rounds import RoundFactory, make_cell, make_member, make_sheet, make_subject, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject() -> Subject:
    round = RoundFactory()
    return make_subject(round, make_member(round, make_user("Li")))


def refused(**fields: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.create(**fields)


def test_new_cell_key_is_sixteen_hexadecimal_characters_that_tell_nothing() -> None:
    keys = {new_cell_key() for _time in range(50)}

    assert {len(key) for key in keys} == {16}
    assert len({int(key, 16) for key in keys}) == 50


def test_a_subject_has_one_cell_a_class_and_kind(subject: Subject) -> None:
    make_cell(subject, [], "all")

    refused(round=subject.round, subject=subject, voter_class="all")
    assert Cell.objects.create(round=subject.round, subject=subject, voter_class="all", kind=CellKind.COMMENT).pk


def test_a_sheet_has_one_cell_a_class(subject: Subject) -> None:
    cell = make_sheet([subject], [], "all")

    refused(round=subject.round, sheet=cell.sheet, kind=CellKind.SHEET, voter_class="all")


def test_a_cell_is_about_a_subject_or_a_sheet(subject: Subject) -> None:
    sheet = make_sheet([subject], []).sheet

    refused(round=subject.round, voter_class="x")
    refused(round=subject.round, subject=subject, sheet=sheet, voter_class="x")
    refused(round=subject.round, subject=subject, kind=CellKind.SHEET, voter_class="x")
    refused(round=subject.round, sheet=sheet, kind=CellKind.RATING, voter_class="x")


def test_a_key_is_never_shared_and_may_be_missing(subject: Subject) -> None:
    first = make_cell(subject, [], "a")
    Cell.objects.filter(pk=first.pk).update(spki="key")
    make_cell(subject, [], "b")

    refused(round=subject.round, subject=subject, voter_class="c", spki="key")
    assert Cell.objects.filter(spki="").count() == 1
    assert str(first) == first.key


def test_a_sheet_lists_a_subject_and_a_position_once_from_one_up(subject: Subject) -> None:
    sheet = make_sheet([subject], []).sheet
    other = make_subject(subject.round, make_member(subject.round, make_user("Wang")))

    for about, position in ((subject, 2), (other, 1), (other, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            SheetEntry.objects.create(sheet=sheet, subject=about, position=position)
    assert str(SheetEntry.objects.get()) == f"{sheet.pk} 1"
    assert str(sheet) == "Sheet"


def test_a_spare_key_is_named_by_its_beginning() -> None:
    assert str(PooledKey(spki="0123456789abcdefXYZ")) == "0123456789abcdef"
