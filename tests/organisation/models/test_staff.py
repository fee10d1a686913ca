"""What the database refuses about people and their memberships."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from organisation.domain import staff as verbs
from organisation.models import Membership, Staff
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory

pytestmark = pytest.mark.django_db


DAY = datetime.timedelta(days=1)


def test_overlapping_memberships_are_refused_by_clean_and_two_open_ones_by_the_database() -> None:
    person = StaffFactory()
    other = Membership(
        staff=person,
        section=SectionFactory(),
        rank=RankFactory(),
        from_date=timezone.localdate(),
        to_date=timezone.localdate() + 5 * DAY,
    )

    with pytest.raises(ValidationError, match=r"already belongs|已"):
        other.full_clean()
    other.to_date = None
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    other.from_date, other.to_date = timezone.localdate(), timezone.localdate()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_name_keys_follow_a_corrected_name() -> None:
    person = StaffFactory(name="张三")

    verbs.correct_details(staff=person, name="李四", employee_number=person.employee_number, joined=person.joined)

    assert Staff.objects.named_like("lisi").get() == person
    assert not Staff.objects.named_like("zs").exists()


@pytest.mark.parametrize(("left", "is_current"), [(None, True), (1, True), (0, False), (-1, False)])
def test_person_is_current_until_the_day_of_leaving(left: int | None, is_current: bool) -> None:
    assert Staff(left=None if left is None else timezone.localdate() + left * DAY).is_current is is_current


def test_place_is_that_of_today() -> None:
    person = StaffFactory()
    present = person.memberships.get()
    assert person.place == present

    Membership.objects.filter(pk=present.pk).update(to_date=timezone.localdate())
    assert person.place is None
    assert Staff.objects.with_place().get(pk=person.pk).place is None


def test_nobody_leaves_before_joining() -> None:
    person = StaffFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Staff.objects.filter(pk=person.pk).update(left=person.joined - DAY)


def test_names_say_who_and_where() -> None:
    person = StaffFactory(name="张三")

    assert (str(person), str(person.place)) == ("张三", f"张三 · {person.place.section.name}")
