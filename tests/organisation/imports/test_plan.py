"""What a file asks for, compared with the records."""

import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organisation.imports.apply import apply_plan
from organisation.models import Membership, Rank, RoleGrant, Section, Staff, User
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes, figures, read, xlsx_bytes
from tests.factories.organisation import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def snapshot() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Staff, Membership, Section, Rank, RoleGrant, User.groups.through)
    ]


def test_import_reads_sections_ranks_and_staff_from_one_workbook() -> None:
    content = xlsx_bytes(
        人员=[
            ["某局人员花名册（2026年）", None, None, None, None],
            [*HEAD[:4], "入职日期", "科室负责人"],
            [2001.0, "王五", "旅检科/旅检一组", "副科长", datetime.datetime(2021, 5, 6), "是"],
        ],
        科室=[["编号", "名称", "上级科室"], ["LJ1", "旅检一组", "旅检科"], ["LJ", "旅检科", ""]],
        职级=[["编号", "名称", "排序"], ["FK", "副科长", 3]],
        备注=[["说明"], ["随便写写"]],
    )

    plan = carry_out(content, "花名册.xlsx")

    assert figures(plan) == (1, 0, 0, 0)
    person = Staff.objects.get(employee_number="2001")
    assert person.place.section.parent.name == "旅检科"
    assert person.place.is_head
    assert set(person.user.groups.values_list("name", flat=True)) == {"staff"}
    proposal = RoleGrant.objects.proposed().get()
    assert (proposal.person, proposal.role, proposal.section) == (person.user, "section_head", person.place.section)
    assert any("备注" in notice for notice in plan.notices)


def test_same_file_twice_changes_nothing() -> None:
    content = csv_bytes(HEAD, ZHANG, LI)
    carry_out(content, is_complete=True)
    before = snapshot()

    plan = carry_out(content, is_complete=True)

    assert figures(plan) == (0, 0, 0, 2)
    assert not plan.changes_anything
    assert snapshot() == before


def test_many_errors_are_counted_and_the_first_kept() -> None:
    plan = read(csv_bytes(HEAD, *([f"{n}", "", *ZHANG[2:]] for n in range(300))))

    assert (plan.error_count, len(plan.errors)) == (300, 200)


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Co"]), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(1, 30),
            cells,
            st.sampled_from(["BG", "检疫科", "办公室/检疫科"]),
            st.sampled_from(["KZ", "科员"]),
            st.booleans(),
            st.dates(datetime.date(1990, 1, 1), datetime.date(2026, 1, 1)),
        ),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[0],
    ),
    st.booleans(),
)
def test_any_file_that_was_carried_out_changes_nothing_the_second_time(rows: list[Any], is_complete: bool) -> None:
    content = csv_bytes(
        ["工号", "姓名", "科室", "职级", "负责人", "入职日期"],
        *(
            [str(n), name, place, rank, "是" if head else "否", day.isoformat()]
            for n, name, place, rank, head, day in rows
        ),
    )
    first = read(content, is_complete=is_complete)
    if first.error_count:
        assert all(error.reason for error in first.errors)
        return
    apply_plan(first)
    before = snapshot()

    second = carry_out(content, is_complete=is_complete)

    assert figures(second) == (0, 0, 0, len(rows))
    assert snapshot() == before
    assert Staff.objects.current().exclude(memberships__to_date=None).count() == 0


def test_left_person_of_a_partial_file_stays_unless_the_list_is_complete() -> None:
    person = StaffFactory()

    carry_out(csv_bytes(HEAD, ZHANG))

    assert Staff.objects.get(pk=person.pk).is_current
