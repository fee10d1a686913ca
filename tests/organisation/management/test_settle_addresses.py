"""The nightly command about mail addresses."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from freezegun import freeze_time

from organisation.domain.addresses import enter
from organisation.models import User
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_command_says_how_many_addresses_hold_from_now_on() -> None:
    user, out = UserFactory(email="old@example.org"), StringIO()
    enter(account=user, address="new@example.org", by=None)

    call_command("settle_addresses", stdout=out)
    with freeze_time(timezone.now() + timedelta(days=8)):
        call_command("settle_addresses", stdout=out)

    assert out.getvalue().split() == ["0", "1"]
    assert User.objects.get(pk=user.pk).email == "new@example.org"
