"""Integrations: who sees them, and which open anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from peer_review.api.models import Integration
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.api.conftest import token_of

pytestmark = pytest.mark.django_db


def integration_of(user: Any, **changes: Any) -> Integration:
    token_of(user)
    integration = Integration.objects.filter(acts_for=user).latest("created")
    for name, value in changes.items():
        setattr(integration, name, value)
    integration.save()
    return integration


def test_everybody_sees_their_own_confirmers_all_and_strangers_none() -> None:
    owner, other = make_user("甲"), make_user("乙")
    integration = integration_of(owner)
    administrator = make_user("管理员", "administrator")
    inspector = make_user("纪检", "inspector")
    superuser = make_user("超", is_superuser=True)
    closed = make_user("丙", "administrator", is_active=False)
    for user, seen in (
        (owner, True),
        (administrator, True),
        (inspector, True),
        (superuser, False),
        (other, False),
        (closed, False),
        (AnonymousUser(), False),
        (None, False),
    ):
        assert Integration.objects.all().visible_to(user).filter(pk=integration.pk).exists() is seen


def test_revoked_expired_and_orphaned_tokens_open_nothing() -> None:
    usable = integration_of(make_user("甲"))
    integration_of(make_user("乙"), revoked=True)
    integration_of(make_user("丙"), expiry_date=timezone.now() - timedelta(seconds=1))
    integration_of(make_user("丁"))
    closed = make_user("戊")
    integration_of(closed)
    closed.is_active = False
    closed.save()
    names = {one.acts_for.get_full_name() for one in Integration.objects.all().usable()}
    assert names == {usable.acts_for.get_full_name(), "丁"}


@pytest.mark.parametrize(("revoked", "left", "is_usable"), [(False, 1, True), (True, 1, False), (False, -1, False)])
def test_a_token_says_by_itself_whether_it_opens_anything(revoked: bool, left: int, is_usable: bool) -> None:
    expiry_date = timezone.now() + timedelta(days=left)
    assert integration_of(make_user("甲"), revoked=revoked, expiry_date=expiry_date).is_usable is is_usable


def test_every_token_ends() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        integration_of(make_user("甲"), expiry_date=None)
