"""Pages of the admin beside a scheme's form: a new version, a copy, export and import."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from peer_review.domain.schemes.import_export import MAX_BYTES
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.models import Scheme
from tests.factories.peer_review.admin import admin_client
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_peer_review_scheme:list"


def test_a_copy_needs_a_name_of_its_own() -> None:
    client = admin_client("organiser")
    scheme = SchemeFactory(scale="anchors")
    before = freeze_scheme(scheme)
    copy = reverse("wagtailsnippets_peer_review_scheme:duplicate", args=[scheme.pk])

    refused = client.post(copy, {"name": scheme.name})
    assert refused.status_code == 422
    assert "There is a scheme of this name" in refused.content.decode()
    assert client.post(copy, {"name": "Another"}).status_code == 302
    made = freeze_scheme(Scheme.objects.get(name="Another"))
    assert made == replace(before, name="Another", version=1)
    assert freeze_scheme(Scheme.objects.get(pk=scheme.pk)) == before


def test_a_scheme_leaves_as_a_file_and_comes_in_again() -> None:
    client = admin_client("organiser")
    scheme = SchemeFactory()

    file = client.get(reverse("wagtailsnippets_peer_review_scheme:export", args=[scheme.pk]))
    taken = client.post(
        reverse("wagtailsnippets_peer_review_scheme:import"), {"file": SimpleUploadedFile("a.json", file.content)}
    )
    refused = client.post(
        reverse("wagtailsnippets_peer_review_scheme:import"), {"file": SimpleUploadedFile("a.json", b"{}")}
    )

    assert taken.status_code == 302
    assert Scheme.objects.filter(name=scheme.name).count() == 2
    assert refused.status_code == 422
    assert "not a scheme that was exported here" in refused.content.decode()
    listing = client.get(reverse(LIST)).content.decode()
    for door in ("Copy", "New version", "Export", "Import"):
        assert door in listing


def test_a_version_is_asked_for_before_it_is_made() -> None:
    client, scheme = admin_client("organiser"), SchemeFactory()
    address = reverse("wagtailsnippets_peer_review_scheme:version", args=[scheme.pk])

    assert "Make version 2" in client.get(address).content.decode()
    assert Scheme.objects.count() == 1
    response = client.post(address)

    made = Scheme.objects.get(version=2)
    assert response.url == reverse("wagtailsnippets_peer_review_scheme:edit", args=[made.pk])


@pytest.mark.parametrize("name", ["version", "duplicate", "export"])
def test_pages_of_a_scheme_that_is_not_there_are_missing(name: str) -> None:
    address = reverse(f"wagtailsnippets_peer_review_scheme:{name}", args=[999])

    assert admin_client("organiser").get(address).status_code == 404


def test_an_export_is_named_after_scheme_and_version() -> None:
    scheme = SchemeFactory(name="年度 考核")

    response = admin_client("organiser").get(reverse("wagtailsnippets_peer_review_scheme:export", args=[scheme.pk]))

    assert response.headers["Content-Disposition"].endswith("%E5%B9%B4%E5%BA%A6-%E8%80%83%E6%A0%B8-1.json")
    assert response.headers["Content-Type"] == "application/json"


def test_a_file_that_no_scheme_can_fill_is_refused_unread() -> None:
    file = SimpleUploadedFile("a.json", b" " * (MAX_BYTES + 1))

    response = admin_client("organiser").post(reverse("wagtailsnippets_peer_review_scheme:import"), {"file": file})

    assert response.status_code == 422
    assert "larger than any scheme" in response.content.decode()
