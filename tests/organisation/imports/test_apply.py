"""A plan is carried out whole or not at all."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisation.models import Rank, Section, User
from tests.factories.imports import HEAD, carry_out, csv_bytes, xlsx_bytes
from tests.factories.organisation import SectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def test_importing_needs_no_password_hashing() -> None:
    assert User(password="!x").has_usable_password() is False


def test_two_ranks_and_two_sections_may_trade_places() -> None:
    SectionFactory(code="TOP", name="甲科")
    SectionFactory(code="TOP2", name="乙科")

    carry_out(
        xlsx_bytes(
            科室=[["编号", "名称"], ["TOP", "乙科"], ["TOP2", "甲科"]],
            职级=[["编号", "名称", "排序"], ["KZ", "科员", 2], ["KY", "科长", 1]],
        ),
        "places.xlsx",
    )

    assert dict(Rank.objects.values_list("code", "name")) == {"KZ": "科员", "KY": "科长"}
    assert Section.objects.get(code="TOP").name == "乙科"


def test_import_of_many_takes_no_more_queries_a_row() -> None:
    def queries(rows: int, start: int) -> int:
        table = [[str(start + n), "张三", "BG", "KY", "", "", "2020-01-01"] for n in range(rows)]
        with CaptureQueriesContext(connection) as captured:
            carry_out(csv_bytes(HEAD, *table))
        return len(captured)

    assert queries(1, 100) == queries(50, 200)
