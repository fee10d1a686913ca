"""An attack is written about accounts there are, and tells nobody which there are."""

import pytest
from wagtail.models import ModelLogEntry

from organisation.domain.sign_ins import record_attack
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_attack_stands_under_the_account_and_nowhere_for_a_name_that_nobody_has() -> None:
    owner = UserFactory(username="wang")

    record_attack(username=" wang ")
    record_attack(username="nobody")
    record_attack(username="王" * 500)

    (entry,) = ModelLogEntry.objects.filter(action="organisation.attacked")
    assert (entry.object_id, entry.user_id) == (str(owner.pk), None)
