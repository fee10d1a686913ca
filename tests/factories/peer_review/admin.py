"""Clients of Wagtail's admin."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests.factories.peer_review.rounds import make_user


def admin_client(*roles: str, **fields: Any) -> Client:
    """Return a client, in English, signed in as somebody who may enter the admin and has these roles."""
    user = make_user("", *roles, **fields)
    access, _created = Group.objects.get_or_create(name="enters the admin")
    access.permissions.add(Permission.objects.get(codename="access_admin"))
    user.groups.add(access)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client
