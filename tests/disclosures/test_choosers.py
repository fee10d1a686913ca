"""The chooser for responsible persons."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from organisation.enums import Role
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_responsible_person_is_found_by_pinyin() -> None:
    make.person(name="王小明")
    make.person(name="李建国")
    client = signed_in(make.person(Role.EDITOR, name="何编辑"))
    url = reverse("disclosures_person:choose_results")

    for typed, found in {"wangxm": False, "wxm": True, "小明": True, "\x00": True, "": True}.items():
        text = client.get(url, {"q": typed}).content.decode()
        assert ("王小明" in text) is found, typed
    assert "李建国" not in client.get(url, {"q": "wxm"}).content.decode()


def test_choosers_and_editors_are_closed_to_readers() -> None:
    page = make.draft()
    client = signed_in(make.person())

    for url in (
        reverse("disclosures_person:choose"),
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        reverse("wagtailadmin_pages:view_draft", args=[page.pk]),
    ):
        assert client.get(url).status_code in (302, 403, 404)
