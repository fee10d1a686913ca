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


TODAY = timezone.localdate()


DAY = datetime.timedelta(days=1)


def test_overlapping_memberships_are_refused_by_clean_and_two_open_ones_by_the_database() -> None:
    person = StaffFactory()
    other = Membership(
        staff=person, section=SectionFactory(), rank=RankFactory(), from_date=TODAY, to_date=TODAY + 5 * DAY
    )

    with pytest.raises(ValidationError, match=r"already belongs|已"):
        other.full_clean()
    other.to_date = None
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    other.from_date, other.to_date = TODAY, TODAY
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_name_keys_follow_a_corrected_name() -> None:
    person = StaffFactory(name="张三")

    verbs.correct_details(staff=person, name="李四", employee_number=person.employee_number, joined=person.joined)

    assert Staff.objects.named_like("lisi").get() == person
    assert not Staff.objects.named_like("zs").exists()
