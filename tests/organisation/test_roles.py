"""Roles are Django groups, made after every migrate."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from organisation.enums import Role
from organisation.roles import create_roles

pytestmark = pytest.mark.django_db


def test_migrating_again_makes_missing_roles_and_leaves_changed_ones_alone() -> None:
    Group.objects.get(name=Role.EDITOR).permissions.clear()
    Group.objects.filter(name=Role.INSPECTOR).delete()

    create_roles(sender=apps.get_app_config("organisation"), using="default")

    assert not Group.objects.get(name=Role.EDITOR).permissions.exists()
    assert Group.objects.get(name=Role.INSPECTOR).permissions.count() == 1
    assert set(Role.values) <= set(Group.objects.values_list("name", flat=True))
