"""An uploaded file is saved by a browser, never shown or run."""

import socket
import struct
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL.ImageFile import ImageFile
from wagtail.documents.models import Document
from wagtail.embeds.finders import get_finders
from wagtail.images.models import Image

from organisation.enums import Role
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


def picture_of(width: int, height: int) -> bytes:
    """Return a PNG of one colour, as few bytes as it can be, without unpacking it here either."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width + 7) // 8)
    packed = b"".join(packer.compress(row) for _row in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(20_000, 15_000), (8_000, 8_000)])
def test_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(
    client: Client, width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disclosures.index_page()
    content = picture_of(width, height)
    assert len(content) < 100_000
    monkeypatch.setattr(ImageFile, "load", lambda self: pytest.fail("unpacked"))
    client.force_login(disclosures.person(Role.SECTION_HEAD))

    answer = client.post(
        reverse("wagtailimages:add"),
        {"title": "large", "file": SimpleUploadedFile("large.png", content, "image/png")},
        headers={"accept-language": "en", "x-requested-with": "XMLHttpRequest"},
    )

    assert answer.status_code == 200
    assert "too many pixels" in answer.content.decode()
    assert not Image.objects.exists()


def test_picture_of_a_camera_is_taken(client: Client) -> None:
    disclosures.index_page()
    client.force_login(disclosures.person(Role.SECTION_HEAD))

    client.post(
        reverse("wagtailimages:add"),
        {"title": "usual", "file": SimpleUploadedFile("usual.png", picture_of(6_000, 4_000), "image/png")},
        headers={"x-requested-with": "XMLHttpRequest"},
    )

    assert Image.objects.get().width == 6_000


def test_no_address_that_an_editor_types_is_asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    disclosures.index_page()
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: pytest.fail("asked another server"))
    client.force_login(disclosures.person(Role.EDITOR))

    answer = client.post(
        reverse("wagtailembeds:chooser_upload"),
        {"embed-chooser-url": "https://www.youtube.com/watch?v=jNQXAC9IVRw"},
    )

    assert answer.status_code == 200
    assert get_finders() == []
