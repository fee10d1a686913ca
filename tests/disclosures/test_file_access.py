"""Who may open a file of the document library."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document

from organisation.enums import Role
from organisation.roles import group_of
from tests.factories import disclosures as make
from tests.factories import forum_pages as forum

pytestmark = pytest.mark.django_db


def reader(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


@pytest.mark.parametrize(("who", "opens"), [("stranger", False), (Role.STAFF, False), (Role.LEADERSHIP, True)])
def test_file_is_as_restricted_as_its_document(who: Any, opens: bool) -> None:
    page = make.published(audience="groups", audience_groups=[group_of(Role.LEADERSHIP)])
    document = make.attachment(page)
    client = Client() if who == "stranger" else reader(who)

    response = client.get(document.url)

    assert (response.status_code == 200) is opens
    if not opens:
        assert b"%PDF" not in getattr(response, "content", b"")


def test_file_of_a_public_document_is_public_and_of_a_draft_is_not() -> None:
    public, draft = make.published(audience="public"), make.draft(audience="public")

    for page, status in ((public, 200), (draft, 404)):
        assert reader().get(make.attachment(page).url).status_code == status
    assert reader(Role.INSPECTOR).get(make.attachment(draft, name="two.pdf").url).status_code == 200


def test_file_of_a_public_document_is_open_to_strangers_and_of_another_page_is_not() -> None:
    document = make.attachment(make.published(audience="public"))
    of_forum = Document.objects.create(title="x", file=ContentFile(b"%PDF", name="x.pdf"), file_size=4)
    link = f'<a linktype="document" id="{of_forum.pk}">x</a>'
    forum.board(description=f"<p>{link}</p>")

    assert Client().get(document.url).status_code == 200
    assert Client().get(of_forum.url).status_code == 404
    assert reader().get(of_forum.url).status_code == 200


def test_file_that_nothing_refers_to_belongs_to_writers() -> None:
    page = make.published()
    document = make.attachment(page)
    page.attachments.all().delete()
    page.save()
    assert Document.objects.filter(pk=document.pk).exists()

    assert reader().get(document.url).status_code == 404
    assert reader(Role.EDITOR).get(document.url).status_code == 200
