"""An uploaded file is saved by a browser, never shown or run."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document

from tests.factories import disclosures
from tests.factories.home import home_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "script.js", "paper.pdf"])
def test_uploaded_file_is_an_attachment_that_runs_nothing(client: Client, name: str) -> None:
    home_page()
    person = disclosures.person()
    document = Document.objects.create(title="x", uploaded_by_user=person)
    document.file.save(name, ContentFile(b"<script>alert(1)</script>"))
    client.force_login(person)

    answer = client.get(document.url)

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]
