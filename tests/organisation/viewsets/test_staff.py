"""Staff in Wagtail's admin: forms that call the domain."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organisation.domain import staff as verbs
from organisation.enums import Role
from organisation.models import Rank, Section, Staff
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


def staff_form(section: Section, rank: Rank, **changes: object) -> dict[str, object]:
    return {
        "employee_number": "7",
        "name": "张三",
        "section": section.pk,
        "rank": rank.pk,
        "position": "",
        "phone": "",
        "email": "",
        "joined": "2024-01-01",
        **changes,
    }


def test_hire_in_the_admin_with_roles(admin: Client) -> None:
    admin.post(reverse("staff:add"), staff_form(SectionFactory(), RankFactory(), roles=["editor"], username="zhangsan"))

    person = Staff.objects.get()
    assert (person.user.username, person.place.from_date) == ("zhangsan", datetime.date(2024, 1, 1))
    assert set(person.user.groups.values_list("name", flat=True)) == {"staff", "editor"}


def test_transfer_leave_and_return_in_the_admin(admin: Client) -> None:
    person = StaffFactory(employee_number="7", name="张三", joined=datetime.date(2024, 1, 1), roles=[Role.EDITOR])
    url = reverse("staff:edit", args=[person.pk])
    section, rank = SectionFactory(), RankFactory()
    assert admin.get(url).context["form"]["roles"].initial == ["editor"]

    admin.post(url, staff_form(section, rank, since="2025-01-01"))
    assert list(person.memberships.order_by("from_date").values_list("from_date", flat=True)) == [
        datetime.date(2024, 1, 1),
        datetime.date(2025, 1, 1),
    ]
    assert not person.user.groups.filter(name="editor").exists()

    admin.post(url, staff_form(section, rank, left=timezone.localdate().isoformat()))
    assert not Staff.objects.current().exists()
    admin.post(url, staff_form(section, rank))
    assert Staff.objects.current().get().place.from_date == timezone.localdate()


def test_refusal_becomes_an_error_of_the_form_and_changes_nothing(admin: Client) -> None:
    person = StaffFactory(employee_number="7", joined=datetime.date(2024, 1, 1))

    response = admin.post(
        reverse("staff:edit", args=[person.pk]), staff_form(SectionFactory(), RankFactory(), since="2023-01-01")
    )

    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    person.refresh_from_db()
    assert person.user.name != "张三"


def test_staff_are_not_deleted(admin: Client) -> None:
    person = StaffFactory()

    admin.post(reverse("staff:delete", args=[person.pk]))

    assert Staff.objects.filter(pk=person.pk).exists()


def test_staff_list_finds_by_pinyin_and_number_at_one_query_count(admin: Client) -> None:
    section = SectionFactory()
    StaffFactory(name="张三", employee_number="7001", membership__section=section)
    url = reverse("staff:index_results")

    def found(**query: object) -> list[str]:
        return [person.user.name for person in admin.get(url, query).context["object_list"]]

    assert found(q="zs") == found(q="700") == found(section=section.pk) == found(role="staff") == ["张三"]
    assert found(has_left="true") == found(q="ls") == []
    with CaptureQueriesContext(connection) as one:
        admin.get(url)
    for _number in range(30):
        StaffFactory()
    with CaptureQueriesContext(connection) as many:
        admin.get(url)
    assert len(one) == len(many)


def test_history_of_memberships_is_shown(admin: Client) -> None:
    person = StaffFactory(membership__section__name="办公室")
    verbs.transfer(staff=person, section=SectionFactory(name="检疫科"), rank=RankFactory())

    page = admin.get(reverse("staff:inspect", args=[person.pk])).content.decode()

    assert "办公室" in page
    assert "检疫科" in page
