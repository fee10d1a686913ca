"""manage.py close_departed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from organisation.models import Staff
from tests.factories.organisation import StaffFactory


@pytest.mark.django_db
def test_command_prints_how_many_accounts_it_closed() -> None:
    person = StaffFactory()
    Staff.objects.filter(pk=person.pk).update(left=timezone.localdate())
    out = StringIO()

    call_command("close_departed", stdout=out)
    call_command("close_departed", stdout=out)

    assert out.getvalue() == "1\n0\n"
