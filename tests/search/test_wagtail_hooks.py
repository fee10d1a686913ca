"""The admin's interface to files answers whatever is asked for."""

import pytest
from django.test import Client

from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["documents", "images"])
@pytest.mark.parametrize("sent", ["", "x", "-1", "9" * 40, "1.5", "٣"])
def test_what_names_no_file_finds_none(kind: str, sent: str) -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(f"/admin/api/main/{kind}/find/", {"id": sent}).status_code == 404
