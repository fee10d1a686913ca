"""An import in Wagtail's admin, from upload to result."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from organisation.domain import imports
from organisation.enums import ImportState, Role
from organisation.models import ImportRun, Section, Staff
from tests.factories.organisation import RankFactory, SectionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(UserFactory(roles=[Role.ADMINISTRATOR]))
    return client


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

    confirm = reverse("organisation_imports:confirm", args=[run.pk])
    unread = admin.post(confirm, {"fingerprint": "0" * 64}, follow=True).content.decode()
    assert "核对之后人事记录有变动" in unread
    assert "张三" in unread
    assert not Staff.objects.exists()

    form = dict(re.findall(r'<input type="hidden" name="(fingerprint)" value="([^"]*)">', page))
    admin.post(confirm, form)
    run.refresh_from_db()
    assert (run.state, Staff.objects.count()) == (ImportState.DONE, 1)
    second = admin.post(confirm, form, follow=True)
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


def test_import_that_died_is_started_again(admin: Client) -> None:
    run = imports.upload(content="科室编号,科室名称\nA,甲\n".encode(), file_name="x.csv", is_complete=False, by=None)

    admin.post(reverse("organisation_imports:again", args=[run.pk]))

    run.refresh_from_db()
    assert run.state == ImportState.CHECKED
