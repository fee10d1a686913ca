"""A member of staff in Wagtail's admin."""

import datetime

import pytest

from organisation.enums import Role
from organisation.forms.staff import StaffForm
from organisation.models import Membership, Staff
from tests.factories.organisation import StaffFactory

pytestmark = pytest.mark.django_db


def test_new_person_has_neither_transfer_nor_leaving() -> None:
    fields = set(StaffForm().fields)

    assert {"username", "section", "rank", "joined"} <= fields
    assert not {"left", "since"} & fields


def test_form_of_a_person_shows_the_latest_place_and_the_roles_given_by_hand() -> None:
    person = StaffFactory(name="张三", roles=[Role.EDITOR])
    latest = Membership.objects.get(staff=person)
    Membership.objects.filter(pk=latest.pk).update(is_head=True)

    form = StaffForm(instance=person)

    assert "username" not in form.fields
    initial = {name: form.fields[name].initial for name in ("name", "section", "rank", "is_head", "roles")}
    assert initial == {
        "name": "张三",
        "section": latest.section_id,
        "rank": latest.rank_id,
        "is_head": True,
        "roles": ["editor"],
    }


def test_person_without_a_place_has_an_empty_one() -> None:
    person = StaffFactory(membership=None)

    assert StaffForm(instance=person).fields["section"].initial is None


def test_only_roles_that_one_person_gives_are_offered() -> None:
    offered = {value for value, _label in StaffForm.base_fields["roles"].choices}  # type: ignore[attr-defined]

    assert offered == {"editor", "moderator"}


def test_number_has_no_space_around_it() -> None:
    person = StaffFactory()
    place = person.memberships.get()
    form = StaffForm(
        {
            "employee_number": " 77 ",
            "name": "张三",
            "section": place.section_id,
            "rank": place.rank_id,
            "joined": datetime.date(2020, 1, 1),
        },
        instance=Staff.objects.get(pk=person.pk),
    )

    assert form.is_valid(), form.errors
    assert form.cleaned_data["employee_number"] == "77"
