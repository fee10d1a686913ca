"""What Wagtail's admin offers on the pages of disclosure."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosures.exceptions import NotThroughWorkflow, NumberedStays
from disclosures.models import DisclosurePage
from organisation.enums import Role
from tests.factories import disclosures as make
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_numbered_document_cannot_be_deleted_in_the_admin() -> None:
    page, editor = make.published(), make.person(Role.EDITOR)

    signed_in(editor).post(reverse("wagtailadmin_pages:delete", args=[page.pk]))

    assert DisclosurePage.objects.filter(pk=page.pk).exists()


@pytest.fixture
def people() -> dict[str, Any]:
    return make.people()


@pytest.mark.parametrize("who", ["editor", "inspector", "leader", "all", "superuser"])
def test_nobody_publishes_directly(people: dict[str, Any], who: str) -> None:
    page = make.draft(owner=people["editor"])

    with pytest.raises(NotThroughWorkflow):
        page.get_latest_revision().publish(user=people[who])

    assert not page.permissions_for_user(people[who]).can_publish()
    assert not make.column().permissions_for_user(people[who]).can_publish_subpage()
    assert not DisclosurePage.objects.get(pk=page.pk).live


def test_numbered_document_is_neither_deleted_nor_moved(people: dict[str, Any]) -> None:
    page, culture = make.published(), make.column("文", "文化建设", "culture")

    with pytest.raises(NumberedStays):
        page.delete()
    with pytest.raises(NumberedStays):
        page.move(culture, pos="last-child")

    permissions = page.permissions_for_user(people["superuser"])
    assert not permissions.can_delete()
    assert not permissions.can_move_to(culture)


def test_draft_may_be_deleted_and_moved(people: dict[str, Any]) -> None:
    page, culture = make.draft(), make.column("文", "文化建设", "culture")

    page.move(culture, pos="last-child")
    DisclosurePage.objects.get(pk=page.pk).delete()

    assert not DisclosurePage.objects.exists()


def test_only_the_leadership_withdraws(people: dict[str, Any]) -> None:
    page = make.published()

    allowed = {who for who, user in people.items() if page.permissions_for_user(user).can_unpublish()}

    assert allowed == {"leader", "all"}


def test_audience_takes_the_place_of_view_restrictions() -> None:
    superuser = UserFactory(is_superuser=True)

    assert not make.draft().permissions_for_user(superuser).can_set_view_restrictions()
    assert make.column().permissions_for_user(superuser).can_set_view_restrictions()


def test_leadership_takes_back_a_date_of_publication(people: dict[str, Any]) -> None:
    page = make.draft()

    allowed = {who for who, user in people.items() if page.permissions_for_user(user).can_unschedule()}

    assert allowed == {"leader", "all"}


def test_draft_is_not_withdrawn(people: dict[str, Any]) -> None:
    assert not make.draft().permissions_for_user(people["leader"]).can_unpublish()
