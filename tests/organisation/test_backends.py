"""Sign-in by password, for those who still work here."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from organisation.models import Staff
from tests.factories.organisation import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("days", [0, -1])
def test_whoever_has_left_is_out_at_once(client: Client, days: int) -> None:
    person = StaffFactory()
    client.force_login(person.user)
    assert client.get("/directory/").status_code == 200

    Staff.objects.filter(pk=person.pk).update(left=timezone.localdate() + datetime.timedelta(days=days))

    assert client.get("/directory/").status_code == 302
    assert not client.login(username=person.user.username, password=PASSWORD)


def test_superuser_without_staff_record_signs_in(client: Client) -> None:
    user = UserFactory(is_superuser=True)

    assert client.login(username=user.username, password=PASSWORD)
