"""Sections and ranks in Wagtail's admin."""

import pytest
from django.test import Client
from django.urls import reverse

from organisation.enums import Role
from organisation.models import Rank
from tests.factories.organisation import SectionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def test_sections_and_ranks_are_edited_and_cycles_refused(admin: Client) -> None:
    top = SectionFactory()
    below = SectionFactory(parent=top)

    response = admin.post(
        reverse("sections:edit", args=[top.pk]),
        {"code": top.code, "name": "新名", "parent": below.pk, "sort_order": 0},
    )
    assert response.context["form"].errors["parent"]
    admin.post(reverse("sections:edit", args=[below.pk]), {"code": "X", "name": "新名", "parent": "", "sort_order": 3})
    below.refresh_from_db()
    assert (below.parent, below.name) == (None, "新名")
    admin.post(reverse("ranks:add"), {"code": "R", "name": "一级", "order": 900})
    assert Rank.objects.get(code="R").order == 900
