"""Recovery codes of an earlier version stay good, and their seed goes."""

from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.db import connection

from organisation.domain import recovery_codes
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db
hash_recovery_codes = import_module("organisation.migrations.0012_sessions_and_codes").hash_recovery_codes


def test_unused_codes_of_a_seed_become_hashes_and_used_ones_are_gone() -> None:
    owner, newer = UserFactory(), UserFactory()
    earlier = RecoveryCodes.activate(owner)
    used, *codes = earlier.get_unused_codes()
    assert earlier.validate_code(used)
    kept = recovery_codes.renew(newer)

    hash_recovery_codes(apps, connection.schema_editor())

    assert set(Authenticator.objects.get(user=owner).data) == {"hashes"}
    assert not recovery_codes.use(owner, used)
    assert all(recovery_codes.use(owner, code) for code in codes)
    assert recovery_codes.use(newer, kept[0])
