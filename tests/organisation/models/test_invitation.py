"""One open invitation a person."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from organisation.models import Invitation
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_second_open_invitation_is_refused_by_the_database() -> None:
    user, expires_at = UserFactory(), timezone.now() + datetime.timedelta(days=1)
    first = Invitation.objects.create(user=user, token_hash="a", expires_at=expires_at)

    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(user=user, token_hash="b", expires_at=expires_at)
    Invitation.objects.filter(pk=first.pk).update(used=True)
    assert str(Invitation.objects.create(user=user, token_hash="b", expires_at=expires_at)).startswith(user.name)
