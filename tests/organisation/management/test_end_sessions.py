"""The command that ends everybody's sessions."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry, Site

from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_everybody_has_to_sign_in_again_and_the_command_says_how_many(in_english: None) -> None:
    clients, out = [Client(), Client()], StringIO()
    for client in clients:
        client.force_login(UserFactory())

    call_command("end_sessions", stdout=out)

    assert "2 sessions ended." in out.getvalue()
    assert [client.get(reverse("account")).status_code for client in clients] == [302, 302]
    (entry,) = ModelLogEntry.objects.filter(action="organisation.end_everybodys_sessions")
    assert (entry.object_id, entry.user_id, entry.data) == (str(Site.objects.get().pk), None, {})
