"""How long an import of many people takes: seconds, rows per second, and the same file a second time.

Run `make bench`, or `python bench/imports.py 100000` for this alone. Its databases are made and dropped.
"""

# ruff: noqa: PLC0415 - Django is set up with this run's own settings before anything of it is imported

import csv
import io
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import openpyxl
from common import own_databases, start_django

HEAD = ["工号", "姓名", "科室", "职级", "职务", "电话", "邮箱", "入职日期"]
FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉力"
SECTIONS = 200


def people(rows: int) -> list[list[str]]:
    """Return invented people, the same ones every time."""
    table = []
    for n in range(rows):
        name = FAMILY[n % 20] + GIVEN[n // 20 % 28] + GIVEN[n // 560 % 28]
        table.append(
            [
                f"{100000 + n}",
                name,
                f"S{n % SECTIONS}",
                f"R{n % 3}",
                "科员",
                f"0571-8{n:07d}",
                f"p{n}@example.org",
                f"20{n % 20:02d}-0{n % 9 + 1}-{n % 28 + 1:02d}",
            ]
        )
    return table


def as_csv(table: list[list[str]]) -> bytes:
    """Return the people as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *table])
    return out.getvalue().encode()


def as_xlsx(table: list[list[str]]) -> bytes:
    """Return the people as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("人员")
    for row in [HEAD, *table]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def run(label: str, content: bytes, file_name: str, rows: int) -> None:
    """Check and carry out one file; print what it took."""
    from organisation.domain import imports
    from organisation.imports.apply import apply_plan

    start, cpu = time.perf_counter(), time.process_time()
    plan = imports.read_file(content=content, file_name=file_name, is_complete=True)
    checked = time.perf_counter()
    if plan.error_count:
        raise SystemExit(str(plan.errors[:3]))
    apply_plan(plan)
    end = time.perf_counter()
    print(
        f"{label:34} {rows:>8,} rows  check {checked - start:6.1f} s  write {end - checked:6.1f} s  "
        f"together {end - start:6.1f} s  {rows / (end - start):>8,.0f} rows/s  "
        f"CPU {time.process_time() - cpu:6.1f} s  "
        f"(+{len(plan.added)} ~{len(plan.changed)} -{len(plan.left)} ={plan.unchanged})"
    )


def measure(rows: int) -> None:
    """Import, import again, change everybody's section, and read a workbook."""
    from django.db import connection

    from organisation.models import Rank, Section, Staff

    Section.objects.bulk_create(Section(code=f"S{n}", name=f"第{n}科") for n in range(SECTIONS))
    Rank.objects.bulk_create(Rank(code=f"R{n}", name=f"第{n}级", order=n) for n in range(3))
    print(f"Importing staff ({connection.vendor})")
    table = people(rows)
    run("CSV, everybody new", as_csv(table), "staff.csv", rows)
    run("CSV, the same again", as_csv(table), "staff.csv", rows)
    for n, row in enumerate(table):
        row[2], row[5] = f"S{(n + 1) % SECTIONS}", "0571-80000000"
    run("xlsx, everybody transferred", as_xlsx(table), "staff.xlsx", rows)
    assert Staff.objects.current().count() == rows


def main() -> None:
    """Parse and measure."""
    with own_databases("imports"):
        start_django()
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)


if __name__ == "__main__":
    main()
