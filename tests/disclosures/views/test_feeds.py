"""Feeds of the newest documents."""

import pytest
from django.test import Client

from organisation.enums import Role
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def reader(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


def test_feed_of_a_column_that_is_not_there() -> None:
    assert reader().get("/disclosure-feeds/999999/").status_code == 404
    assert reader().get("/disclosure-feeds/99999999999999999999999/").status_code == 404
