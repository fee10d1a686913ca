"""People in Wagtail's admin: forms that call the domain, and the import from upload to result."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organisation.domain import imports
from organisation.domain import staff as verbs
from organisation.enums import ImportState, Role
from organisation.imports.progress import Reporter, last_step
from organisation.models import ImportRun, Rank, Section, Staff, User
from tests.factories.organisation import RankFactory, SectionFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


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

    admin.post(url, staff_form(section, rank, left=TODAY.isoformat()))
    assert not Staff.objects.current().exists()
    admin.post(url, staff_form(section, rank))
    assert Staff.objects.current().get().place.from_date == TODAY


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


def test_wagtail_accounts_have_one_name_and_make_no_superusers(admin: Client) -> None:
    person = StaffFactory(name="张三")
    assert "张三" in admin.get(reverse("wagtailusers_users:index")).content.decode()
    url = reverse("wagtailusers_users:edit", args=[person.user_id])
    assert admin.get(url).status_code == 200

    response = admin.post(
        url, {"username": person.user.username, "name": "李四", "email": "", "is_active": "on", "is_superuser": "on"}
    )

    assert response.status_code == 302
    person.refresh_from_db()
    assert (person.user.name, person.user.is_superuser, person.name_key) == ("李四", False, "li si")


# -- import ------------------------------------------------------------------------------------------------------


def upload(admin: Client, content: str, **fields: str) -> ImportRun:
    file = SimpleUploadedFile("人员.csv", content.encode())
    admin.post(reverse("organisation_imports:index"), {"file": file, **fields})
    return ImportRun.objects.latest("pk")


def test_import_from_upload_to_result(admin: Client) -> None:
    SectionFactory(code="BG", name="办公室")
    RankFactory(code="KY", name="科员")
    content = "工号,姓名,科室,职级,入职日期\n1,张三,BG,KY,2020-01-01\n"

    run = upload(admin, content)
    page = admin.get(reverse("organisation_imports:run", args=[run.pk])).content.decode()
    assert run.state == ImportState.CHECKED
    assert "张三" in page
    assert not Staff.objects.exists()

    admin.post(reverse("organisation_imports:confirm", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, Staff.objects.count()) == (ImportState.DONE, 1)
    second = admin.post(reverse("organisation_imports:confirm", args=[run.pk]), follow=True)
    assert second.status_code == 200
    again = upload(admin, content)
    assert again.report["changes_anything"] is False


def test_refused_import_names_every_cell_in_the_admin(admin: Client) -> None:
    run = upload(admin, "工号,姓名\n,张三\n2,\n")

    page = admin.get(reverse("organisation_imports:run", args=[run.pk])).content.decode()

    assert run.state == ImportState.REFUSED
    assert "此单元格不能为空" in page


def test_cancelled_import_changes_nothing_and_keeps_no_file(admin: Client) -> None:
    SectionFactory(code="BG")
    run = upload(admin, "科室编号,科室名称\nNEW,新科\n")

    admin.post(reverse("organisation_imports:cancel", args=[run.pk]))

    run.refresh_from_db()
    assert (run.state, run.content) == (ImportState.CANCELLED, None)
    assert not Section.objects.filter(code="NEW").exists()


def test_progress_is_shown_to_another_process(admin: Client) -> None:
    run = imports.upload(content=b"x", file_name="x.csv", is_complete=False, by=None)
    reporter = Reporter(run.pk)
    reporter("rows", 500, 2000)
    assert last_step(run.pk).percent == 25

    page = admin.get(reverse("organisation_imports:status", args=[run.pk]))
    assert "500 / 2000" in page.content.decode().replace(",", "")
    assert "X-Import-Ended" not in page.headers

    imports.cancel(run=run, by=None)
    reporter.clear()
    assert admin.get(reverse("organisation_imports:status", args=[run.pk])).headers["X-Import-Ended"] == "1"
    assert last_step(run.pk) is None


def test_import_that_died_is_started_again(admin: Client) -> None:
    run = imports.upload(content="科室编号,科室名称\nA,甲\n".encode(), file_name="x.csv", is_complete=False, by=None)

    admin.post(reverse("organisation_imports:again", args=[run.pk]))

    run.refresh_from_db()
    assert run.state == ImportState.CHECKED


def test_importing_needs_no_password_hashing() -> None:
    assert User(password="!x").has_usable_password() is False
