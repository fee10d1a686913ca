"""How far a task is, shown to another process."""

import pytest
from django.test import Client
from django.urls import reverse

from organisation.domain import imports
from organisation.enums import Role
from organisation.imports.progress import Reporter, last_step
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def test_progress_is_shown_to_another_process(admin: Client) -> None:
    run = imports.upload(content=b"x", file_name="x.csv", is_complete=False, by=None)
    reporter = Reporter(run.pk)
    reporter("rows", 500, 2000)
    assert last_step(run.pk).percent == 25

    page = admin.get(reverse("organisation_imports:status", args=[run.pk]))
    assert "500 / 2000" in page.content.decode().replace(",", "")
    assert "X-Import-Ended" not in page.headers

    imports.cancel(run=run, by=None)
    reporter.clear()
    assert admin.get(reverse("organisation_imports:status", args=[run.pk])).headers["X-Import-Ended"] == "1"
    assert last_step(run.pk) is None
