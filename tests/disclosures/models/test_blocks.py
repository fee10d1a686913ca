"""What a document is made of."""

import pytest
from django.test import Client

from organisation.enums import Role
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def reader(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


def test_table_shows_its_cells_as_text() -> None:
    table = {
        "data": [["事项", "期限"], ["<b>一</b>", None]],
        "first_row_is_table_header": True,
        "table_caption": "清单",
    }
    page = make.published(body=[("table", table)])

    text = reader().get(page.url).content.decode()

    assert "&lt;b&gt;一&lt;/b&gt;" in text
    assert '<th scope="col"' in text
    assert "清单" in text
