"""Section heads no longer change files and pictures that others uploaded."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection
from wagtail.models import Collection, GroupCollectionPermission

from organisation.domain.roles import grant_pages
from organisation.enums import Role
from organisation.roles import group_of
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db

migration = importlib.import_module("organisation.migrations.0009_own_media_of_heads")


def held_by(role: Role) -> set[str]:
    held = GroupCollectionPermission.objects.filter(group=group_of(role))
    return set(held.values_list("permission__codename", flat=True))


def test_heads_keep_what_is_their_own_and_editors_everything() -> None:
    page = home_page()
    grant_pages(page=page)
    for codename in ("change_image", "change_document"):
        permission = Permission.objects.get(codename=codename)
        GroupCollectionPermission.objects.create(
            group=group_of(Role.SECTION_HEAD), collection=Collection.get_first_root_node(), permission=permission
        )

    migration.take_back(apps, connection.schema_editor())

    assert held_by(Role.SECTION_HEAD) == {"add_image", "choose_image", "add_document", "choose_document"}
    assert held_by(Role.EDITOR) >= {"change_image", "change_document"}
    grant_pages(page=page)
    assert "change_document" not in held_by(Role.SECTION_HEAD)
