"""Who may open a file of the document library."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.documents.models import Document

from disclosures.file_access import may_open, opened_by
from organisation.enums import Role
from organisation.models import Membership
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


def test_file_of_a_draft_is_open_to_whoever_uploaded_or_answers_for_it() -> None:
    uploader, head = make.person(Role.EDITOR), make.person(Role.SECTION_HEAD)
    Membership.objects.filter(staff=head.staff).update(is_head=True)
    page = make.draft(section=head.staff.memberships.get().section)
    document = make.attachment(page)
    document.uploaded_by_user = uploader
    document.save()

    may = {
        name: may_open(document, user)
        for name, user in {
            "uploader": uploader,
            "head": head,
            "leader": make.person(Role.LEADERSHIP),
            "other head": make.person(Role.SECTION_HEAD),
            "staff": make.person(),
            "stranger": AnonymousUser(),
        }.items()
    }

    assert may == {
        "uploader": True,
        "head": True,
        "leader": True,
        "other head": False,
        "staff": False,
        "stranger": False,
    }


@pytest.mark.parametrize(("who", "status"), [("stranger", 302), (Role.STAFF, 404), (Role.LEADERSHIP, 200)])
def test_picture_is_as_restricted_as_its_document(who: Any, status: int) -> None:
    image = make.picture()
    page = make.published(audience="groups", audience_groups=[group_of(Role.LEADERSHIP)])
    make.show_picture(page, image)

    response = (Client() if who == "stranger" else reader(who)).get(image.get_rendition("width-10").url)

    assert response.status_code == status
    assert "no-store" in response.headers["Cache-Control"]


def test_picture_of_a_public_document_is_public_and_may_be_kept() -> None:
    image = make.picture()
    make.show_picture(make.published(audience="public"), image)

    response = Client().get(image.get_rendition("width-10").url)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-cache"


def test_picture_that_is_also_on_an_open_page_is_open() -> None:
    image = make.picture()
    make.show_picture(make.published(slug="a", audience="groups", audience_groups=[group_of(Role.LEADERSHIP)]), image)
    assert not may_open(image, make.person())
    make.show_picture(make.published(slug="b"), image)

    assert may_open(image, make.person())


def test_picture_costs_the_same_queries_however_many_pages_show_it() -> None:
    image = make.picture()
    address = image.get_rendition("width-10").url
    client = reader()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    make.show_picture(make.published(slug="first"), image)
    queries()
    few = queries()
    for number in range(6):
        make.show_picture(make.published(slug=f"more-{number}"), image)

    assert queries() == few


@pytest.mark.parametrize("kind", ["document", "picture"])
def test_lists_hold_what_each_reader_may_open(kind: str) -> None:
    uploader, leader = make.person(Role.EDITOR), make.person(Role.LEADERSHIP)
    head, other = make.person(Role.SECTION_HEAD), make.person(Role.SECTION_HEAD)
    Membership.objects.filter(staff=head.staff).update(is_head=True)
    section = head.staff.memberships.get().section
    pages = [
        make.published(slug="public", audience="public"),
        make.published(slug="staff"),
        make.published(slug="leaders", audience="groups", audience_groups=[group_of(Role.LEADERSHIP)]),
        make.draft(slug="draft", section=section),
        None,
    ]
    files = [make.attachment(page) if page else make.loose_document() for page in pages]
    if kind == "picture":
        files = [make.picture() for _page in pages]
        for page, image in zip(pages, files, strict=True):
            if page:
                make.show_picture(page, image)
        files.append(forum.picture_of_a_board())
    for file in files:
        file.uploaded_by_user = uploader
        file.save()
    model = type(files[0])

    opened = {}
    for name, user in {"uploader": uploader, "leader": leader, "head": head, "other": other}.items():
        listed = set(opened_by(model.objects.all(), user))
        assert listed == {file for file in files if may_open(file, user)}, name
        opened[name] = len(listed)

    more = kind == "picture"
    assert opened == {"uploader": 5 + more, "leader": 5 + more, "head": 3 + more, "other": 2 + more}
