"""Ranks of a file."""

import pytest

from tests.factories.imports import csv_bytes, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def test_doubled_rank_order_is_refused() -> None:
    plan = read(csv_bytes(["职级编号", "职级名称", "排序"], ["A", "甲", "2"]))

    assert [(error.row, error.reason) for error in plan.errors] == [(2, "The rank 科员 has this already.")]
