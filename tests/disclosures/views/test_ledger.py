"""The ledger and its exports."""

import csv
import datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from disclosures.models import DisclosurePage
from organisation.enums import Role
from organisation.models import Membership
from tests.factories import disclosures as make
from tests.factories.organisation import hold

pytestmark = pytest.mark.django_db


URL = "/admin/reports/disclosures/"


def admin(*roles: Role) -> Client:
    client = Client()
    client.force_login(make.person(*roles))
    return client


@pytest.fixture
def ledger() -> dict[str, DisclosurePage]:
    """Five documents around 1 June 2026."""
    dated = datetime.date(2026, 3, 2)
    due = datetime.date(2026, 3, 30)
    # Published on the evening of its last day in Shanghai, which is the same day in Greenwich; and an hour later.
    with freeze_time("2026-03-30 15:30"):
        in_time = make.published(title="按期", document_date=dated)
    with freeze_time("2026-03-30 16:30"):
        late = make.published(title="迟发", document_date=dated)
    pages = {
        "in time": in_time,
        "late": late,
        "overdue": make.draft(title="超期", document_date=dated),
        "due": make.draft(title="=1+1", document_date=datetime.date(2026, 5, 29)),
        "provisional": make.draft(title="暂定", document_date=datetime.date(2026, 12, 25)),
    }
    assert {in_time.publication_due_date, late.publication_due_date} == {due}
    return pages


@freeze_time("2026-06-01 04:00")
def test_ledger_shows_and_filters(ledger: dict[str, DisclosurePage]) -> None:
    client = admin(Role.EDITOR)

    def shown(**query: Any) -> set[str]:
        text = client.get(URL, query).content.decode()
        return {name for name, page in ledger.items() if reverse("wagtailadmin_pages:edit", args=[page.pk]) in text}

    assert shown() == set(ledger)
    assert shown(ledger_state="overdue") == {"overdue"}
    assert shown(ledger_state="late") == {"late"}
    assert shown(due_is_provisional="true") == {"provisional"}
    assert shown(section=ledger["due"].section.pk) == {"due"}
    assert shown(column=make.column("文", "文化建设", "culture").pk) == set()
    assert shown(document_date=2025) == set()
    assert shown(ledger_state="x", document_date="x", section="x") == set(ledger) | set()


@pytest.mark.parametrize("role", [None, *Role])
def test_ledger_is_for_those_who_answer_for_documents(role: Role | None) -> None:
    allowed = role in {Role.EDITOR, Role.INSPECTOR, Role.LEADERSHIP, Role.SECTION_HEAD}
    client = admin(*([role] if role else []))

    for url in (URL, f"{URL}?export=xlsx", f"{URL}results/"):
        response = client.get(url)
        assert (response.status_code == 200) is allowed
    if allowed:
        assert URL in client.get("/admin/").content.decode()


def test_section_head_exports_the_own_section_only(ledger: dict[str, DisclosurePage]) -> None:
    client = admin(Role.SECTION_HEAD)
    staff = client.get("/admin/").wsgi_request.user.staff
    Membership.objects.filter(staff=staff).update(is_head=True, section=ledger["late"].section)
    hold(staff.user, Role.SECTION_HEAD, section=ledger["late"].section)

    rows = list(csv.reader(StringIO(b"".join(client.get(f"{URL}?export=csv").streaming_content).decode())))

    assert [row[1] for row in rows[1:]] == ["迟发"]


@freeze_time("2026-06-01 04:00")
def test_exports_hold_every_column_and_no_formula(ledger: dict[str, DisclosurePage]) -> None:
    client = admin(Role.LEADERSHIP)

    text = b"".join(client.get(f"{URL}?export=csv").streaming_content).decode()
    sheet = load_workbook(BytesIO(b"".join(client.get(f"{URL}?export=xlsx").streaming_content))).active

    rows = list(csv.reader(StringIO(text)))
    assert len(rows) == len(ledger) + 1
    assert "'=1+1" in [row[1] for row in rows]
    late = next(row for row in rows if row[1] == "迟发")
    assert late[0] == ledger["late"].index_number
    assert late[5:7] == ["2026-03-02", "2026-03-30"]
    assert late[8] == "2026-03-31"
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert sheet.max_row == len(ledger) + 1


def test_ledger_costs_the_same_for_one_and_for_fifty(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = admin(Role.EDITOR)
    make.draft(slug="first")
    client.get(URL)
    with django_assert_max_num_queries(60) as one:
        client.get(URL)
    for number in range(49):
        make.published(slug=f"more-{number}")

    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(URL)
