"""Files of staff as people really have them: encodings, delimiters, odd cells."""

import datetime

import pytest

from organisation.models import Staff
from tests.factories.imports import HEAD, LI, ZHANG, carry_out, csv_bytes, figures, read, xlsx_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_import_adds_people_in_each_encoding(encoding: str) -> None:
    carry_out(csv_bytes(HEAD, ZHANG, LI, encoding=encoding))

    zhang = Staff.objects.get(employee_number="1001")
    assert (zhang.user.name, zhang.user.username, zhang.position, zhang.joined) == (
        "张三",
        "1001",
        "文秘",
        datetime.date(2020, 3, 1),
    )
    assert not zhang.user.has_usable_password()
    assert zhang.search_text == " 张三 zhangsan san zs"
    assert (zhang.place.section.code, zhang.place.rank.code, zhang.place.from_date) == (
        "BG",
        "KY",
        datetime.date(2020, 3, 1),
    )
    assert list(zhang.user.groups.values_list("name", flat=True)) == ["staff"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_import_reads_each_delimiter_and_english_heads(delimiter: str) -> None:
    heads = ["Employee number", "Name", "Section", "Rank", "Joined"]
    content = "\n".join(delimiter.join(row) for row in [heads, ["7", "John Smith", "BG", "KY", "2024-01-02"]]).encode()

    assert figures(carry_out(content)) == (1, 0, 0, 0)


def test_oddities_of_workbooks_are_named_cell_by_cell() -> None:
    content = xlsx_bytes(
        人员=[
            HEAD,
            ["=1+1", *ZHANG[1:]],
            [datetime.datetime(2020, 1, 1), *ZHANG[1:]],
            ["1003", "张三", "BG", "KY", "", datetime.time(8, 0), "2020-01-01"],
            ["1004", "张三", "BG", "KY", "", "", 43831],
            ["1005", "张三", "BG", "#REF!", "", "", datetime.datetime(2020, 1, 1)],
            [],
            ["1006", "张三", "BG", "KY", "", 80012345, datetime.date(2020, 1, 1)],
        ]
    )

    plan = read(content, "staff.xlsx")

    assert [(error.row, error.column, error.reason) for error in plan.errors] == [
        (2, "Employee number", "The cell holds a formula. Replace it by its value."),
        (3, "Employee number", "The cell holds a date. Format it as text."),
        (4, "Phone", "The cell holds a time of day."),
        (5, "Joined", "“43831” is not a date. Write it like 2026-11-22."),
        (6, "Rank", "The cell holds the error value #REF!."),
    ]
    assert [person.phone for person in plan.added] == ["80012345"]
