"""What rows of staff change about those who are recorded."""

import datetime

import pytest
from django.utils import timezone

from organisation.models import Membership, Staff, User
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes, figures, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def test_import_shows_and_carries_out_changes_transfers_and_leavings() -> None:
    carry_out(csv_bytes(HEAD, ZHANG, LI, ["1003", "钱七", "BG", "KY", "", "", "2019-01-01"]))
    moved = ["1001", "张三丰", "检疫科", "科员", "文秘", "0571-9999", "2020-03-01"]

    plan = carry_out(csv_bytes(HEAD, moved, LI), is_complete=True)

    assert figures(plan) == (0, 1, 1, 1)
    zhang = Staff.objects.get(employee_number="1001")
    assert (zhang.user.name, zhang.phone, zhang.search_text.split()[0]) == ("张三丰", "0571-9999", "张三丰")
    assert list(zhang.memberships.order_by("from_date").values_list("section__code", "to_date")) == [
        ("BG", timezone.localdate()),
        ("JL", None),
    ]
    gone = Staff.objects.get(employee_number="1003")
    assert (gone.left, gone.user.is_active, gone.memberships.get().to_date) == (
        timezone.localdate(),
        False,
        timezone.localdate(),
    )
    assert not gone.user.groups.exists()
    assert figures(read(csv_bytes(HEAD, moved, LI), is_complete=True)) == (0, 0, 0, 2)


def test_import_brings_back_whoever_had_left() -> None:
    content = csv_bytes([*HEAD, "离职日期"], [*ZHANG, "2024-05-01"])
    carry_out(content)
    assert figures(read(content)) == (0, 0, 0, 1)
    assert not User.objects.get(username="1001").is_active

    carry_out(csv_bytes([*HEAD, "任职日期"], [*ZHANG, "2025-01-01"]))

    zhang = Staff.objects.get(employee_number="1001")
    assert zhang.user.is_active
    assert list(zhang.memberships.order_by("from_date").values_list("from_date", "to_date")) == [
        (datetime.date(2020, 3, 1), datetime.date(2024, 5, 1)),
        (datetime.date(2025, 1, 1), None),
    ]


def test_columns_that_are_missing_leave_what_is_known() -> None:
    carry_out(csv_bytes([*HEAD, "负责人"], [*LI, "是"]))

    carry_out(csv_bytes(["工号", "电话"], ["1002", "８８８８"]))

    li = Staff.objects.get(employee_number="1002")
    assert (li.phone, li.position, li.place.is_head) == ("8888", "主任", True)


def test_transfer_before_the_present_membership_is_refused() -> None:
    carry_out(csv_bytes(HEAD, ZHANG))

    plan = read(csv_bytes(["工号", "科室", "任职日期"], ["1001", "检疫科", "2020-02-01"]))
    assert [error.reason for error in plan.errors] == ["This day lies before the day of joining."]
    Membership.objects.update(from_date=datetime.date(2022, 1, 1))
    plan = read(csv_bytes(["工号", "科室", "任职日期"], ["1001", "检疫科", "2021-02-01"]))
    assert [error.reason for error in plan.errors] == ["The present membership began on 2022-01-01."]
