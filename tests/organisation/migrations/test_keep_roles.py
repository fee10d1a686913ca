"""Whoever held a role when grants were introduced holds it on, by a grant that says so."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from wagtail.models import ModelLogEntry

from organisation.enums import Role
from organisation.models import RoleGrant
from organisation.roles import group_of
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db

migration = importlib.import_module("organisation.migrations.0003_keep_roles")


def test_memberships_become_confirmed_grants_and_the_log_says_so() -> None:
    inspector, head = UserFactory(name="纪"), StaffFactory(membership__is_head=True)
    inspector.groups.add(group_of(Role.INSPECTOR), group_of(Role.EDITOR))
    head.user.groups.add(group_of(Role.SECTION_HEAD))
    StaffFactory(membership__is_head=True)  # by the record, without the role

    migration.keep_roles(apps, connection.schema_editor())

    grants = RoleGrant.objects.in_force().order_by("pk").values_list("person", "role", "section", "origin")
    assert list(grants) == [
        (inspector.pk, "inspector", None, "earlier"),
        (head.user_id, "section_head", head.memberships.get().section_id, "earlier"),
    ]
    entries = ModelLogEntry.objects.filter(action="organisation.keep_roles").order_by("pk")
    assert [(entry.label, entry.data) for entry in entries] == [
        ("纪", {"role": "inspector"}),
        (head.user.name, {"role": "section_head"}),
    ]
    assert entries[0].content_type.model_class() is type(inspector)


def test_site_without_roles_gets_no_line_in_its_log() -> None:
    migration.keep_roles(apps, connection.schema_editor())

    assert not ModelLogEntry.objects.exists()
