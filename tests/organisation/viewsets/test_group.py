"""The entry of organisation in the admin's menu, and who sees it."""

import pytest
from django.test import Client
from django.urls import reverse

from organisation.enums import Role
from organisation.models import Rank
from organisation.viewsets.group import OrganisationViewSetGroup
from organisation.viewsets.shared import ManagerMenuItem
from tests.factories.organisation import RankFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = ["staff:index", "sections:index", "ranks:index", "organisation_imports:index", "organisation_invitations:index"]


def test_every_page_has_a_viewset_in_the_group() -> None:
    assert [viewset.name for viewset in OrganisationViewSetGroup.items] == [page.split(":")[0] for page in PAGES]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 200), (Role.EDITOR, 302), (Role.INSPECTOR, 302)])
def test_pages_are_for_administrators(client: Client, page: str, role: Role, status: int) -> None:
    client.force_login(UserFactory(roles=[role]))

    response = client.get(reverse(page))

    assert response.status_code in ((200,) if status == 200 else (302, 403))


@pytest.mark.parametrize(("role", "shown"), [(Role.ADMINISTRATOR, True), (Role.EDITOR, False)])
def test_menu_shows_imports_and_invitations_to_managers(rf: object, role: Role, shown: bool) -> None:
    request = rf.get("/admin/")  # type: ignore[attr-defined]
    request.user = UserFactory(roles=[role])

    assert ManagerMenuItem("Import", "/").is_shown(request) is shown


def test_rank_is_edited_and_a_doubled_order_refused(client: Client) -> None:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    first, second = RankFactory(code="KZ", name="科长", order=1), RankFactory(code="KY", name="科员", order=2)

    client.post(reverse("ranks:edit", args=[first.pk]), {"code": "KZ", "name": "处长", "order": 1})
    refused = client.post(reverse("ranks:edit", args=[second.pk]), {"code": "KY", "name": "科员", "order": 1})

    assert Rank.objects.get(pk=first.pk).name == "处长"
    assert set(refused.context["form"].errors) == {"order"}
