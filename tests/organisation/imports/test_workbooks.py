"""Workbooks of some kilobytes that would take gigabytes or hours are refused, in little memory and time."""

import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from organisation.exceptions import FileRefused
from organisation.imports.tables import MAX_CELLS, MAX_ROWS, read_tables
from tests.factories.imports import HEAD, ZHANG, xlsx_bytes

ROOT = Path(__file__).resolve().parents[3]
#: More than this process may take besides what Python and Django take.
MEMORY = 400_000_000
SECONDS = 60
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

#: Reads a file in a process that may take so much more memory than it has.
READ = """
import json, resource, sys
import django
django.setup()
from organisation.exceptions import FileRefused
from organisation.imports.tables import read_tables
content = open(sys.argv[1], "rb").read()
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    answer = [sum(1 for _number, row in table.rows if any(row)) for table in read_tables(content, "staff.xlsx")]
except FileRefused as refusal:
    answer = str(refusal)
print(json.dumps(answer))
"""


def sheet(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def with_part(name: str, text: str) -> bytes:
    """Return a workbook in which one part is replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_bytes(人员=[HEAD, ZHANG]))) as usual,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for entry in usual.infolist():
            if entry.filename != name:
                archive.writestr(entry, usual.read(entry))
        archive.writestr(name, text)
    return out.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "unpacks to 200 MB": lambda: with_part("xl/media/zeros.bin", "0" * 200_000_000),
    "styles of a million tags": lambda: with_part(
        "xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><fonts>{"<font/>" * 6_000_000}</fonts></styleSheet>'
    ),
    "texts without end": lambda: with_part("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{"<si/>" * 9_000_000}</sst>'),
    "a row of ten million cells": lambda: with_part(SHEET, sheet(f"<row>{'<c/>' * 11_000_000}</row>")),
    "tags before the rows": lambda: with_part(
        SHEET, f'<worksheet xmlns="{MAIN}">{"<a/>" * 11_000_000}<sheetData/></worksheet>'
    ),
    "rows as wide as a sheet": lambda: with_part(SHEET, sheet('<row><c r="XFD1" t="str"><v>x</v></c></row>' * 350_000)),
    "a row number without end": lambda: with_part(
        SHEET, sheet('<row r="1"/><row r="99999999999"><c t="str"><v>x</v></c></row>')
    ),
    "millions of cells": lambda: with_part(SHEET, sheet(f"<row>{'<c><v>1</v></c>' * 20}</row>" * 80_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_small_workbook_takes_little_memory_and_processor_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / "staff.xlsx"
    path.write_bytes(BOMBS[name]())
    assert path.stat().st_size < 300_000
    began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    result = subprocess.run(
        [sys.executable, "-c", READ, str(path), str(MEMORY)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}", "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert result.returncode == 0, result.stderr[-2000:]
    answer = json.loads(result.stdout)
    assert isinstance(answer, str) or answer == [0]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - began < SECONDS


def test_large_list_is_read_as_ever() -> None:
    book = openpyxl.Workbook(write_only=True)
    rows = book.create_sheet("人员")
    rows.append(HEAD)
    for number in range(20_000):
        rows.append([str(number), f"张{number}", *ZHANG[2:]])
    out = io.BytesIO()
    book.save(out)

    (table,) = read_tables(out.getvalue(), "staff.xlsx")

    assert sum(1 for _row in table.rows) == 20_001


def test_csv_of_too_many_cells_is_refused() -> None:
    line = ",".join(["x"] * 1000) + "\n"

    (table,) = read_tables((line * (MAX_CELLS // 1000 + 1)).encode(), "staff.csv")

    with pytest.raises(FileRefused, match=str(MAX_CELLS)):
        list(table.rows)


def test_empty_rows_down_to_the_end_of_a_sheet_are_no_fault() -> None:
    rows = f'<row r="1"><c t="str"><v>x</v></c></row><row r="{MAX_ROWS + 5}"/>'

    (table,) = read_tables(with_part(SHEET, sheet(rows)), "staff.xlsx")

    assert sum(1 for _number, row in table.rows if any(row)) == 1
