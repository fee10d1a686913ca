"""Files with staff records of an invented office, and what an import makes of them."""

import csv
import io
from typing import Any

import openpyxl

from organisation.domain import imports
from organisation.imports.model import ImportPlan
from organisation.models import Membership, Rank, Section, Staff, User
from tests.factories.organisation import RankFactory, SectionFactory

HEAD = ["工号", "姓名", "科室", "职级", "职务", "电话", "入职日期"]
ZHANG = ["1001", "张三", "办公室", "科员", "文秘", "0571-8001", "2020-03-01"]
LI = ["1002", "李四", "办公室", "科长", "主任", "0571-8002", "2015/7/9"]


def csv_bytes(*rows: list[str], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def xlsx_bytes(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, file_name: str = "staff.csv", *, is_complete: bool = False) -> ImportPlan:
    return imports.read_file(content=content, file_name=file_name, is_complete=is_complete)


def carry_out(content: bytes, file_name: str = "staff.csv", *, is_complete: bool = False) -> ImportPlan:
    plan = read(content, file_name, is_complete=is_complete)
    assert plan.errors == []
    imports.write(plan)
    return plan


def figures(plan: ImportPlan) -> tuple[int, int, int, int]:
    return len(plan.added), len(plan.changed), len(plan.left), plan.unchanged


def make_places() -> None:
    """Make the two sections and two ranks that the files name."""
    office = SectionFactory(code="BG", name="办公室")
    SectionFactory(code="JL", name="检疫科", parent=office)
    RankFactory(code="KZ", name="科长", order=1)
    RankFactory(code="KY", name="科员", order=2)


def snapshot() -> list[Any]:
    """Return every row that an import may write."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (User, Staff, Membership, Section, Rank, User.groups.through)
    ]
