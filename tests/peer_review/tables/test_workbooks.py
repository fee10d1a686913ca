"""Workbooks of some kilobytes that would take gigabytes or hours are refused, in little memory and time."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from peer_review.tables.reader import USUAL, read_tables
from peer_review.tables.refusal import TableRefused
from tests.factories.imports import HEAD, ZHANG, xlsx_bytes

ROOT = Path(__file__).resolve().parents[3]
#: More than this process may take besides what Python and Django take.
MEMORY = 400_000_000
SECONDS = 60
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

#: Reads each file in a process of its own that may take so much more memory than it has.
READ = """
import json, os, resource, sys, time
import django
django.setup()
import openpyxl
from peer_review.tables.reader import read_tables
from peer_review.tables.refusal import TableRefused
from django.utils import translation
translation.activate("en")
answers = {}
for path in sys.argv[2:]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        content = open(path, "rb").read()
        pages = int(open("/proc/self/statm").read().split()[0])
        most = pages * resource.getpagesize() + int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        try:
            answer = [sum(1 for _n, row in table.rows if any(row)) for table in read_tables(content, "staff.xlsx")]
        except TableRefused as refusal:
            answer = str(refusal)
        except BaseException as error:
            answer = {"fell": repr(error)[:200]}
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        answer = told.read()
    _pid, status, usage = os.wait4(child, 0)
    answers[path] = [json.loads(answer or "null"), status, usage.ru_utime]
print(json.dumps(answers))
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


def with_parts(**parts: bytes) -> bytes:
    """Return a workbook with parts more, or others; "__" in a name stands for "/", "_dot_" for "."."""
    content = with_part("xl/other.txt", "")
    for name, text in parts.items():
        out = io.BytesIO()
        path = name.replace("__", "/").replace("_dot_", ".")
        with (
            zipfile.ZipFile(io.BytesIO(content)) as usual,
            zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for entry in usual.infolist():
                if entry.filename != path:
                    archive.writestr(entry, usual.read(entry))
            archive.writestr(path, text)
        content = out.getvalue()
    return content


def listed(count: int) -> bytes:
    """Return a workbook that lists one sheet so many times."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    row = '<sheet name="s{0}" sheetId="{0}" r:id="rId1"/>'
    text = f'<workbook xmlns="{MAIN}" xmlns:r="{relation}"><sheets>'
    return with_part(
        "xl/workbook.xml", text + "".join(row.format(n) for n in range(1, count + 1)) + "</sheets></workbook>"
    )


def types_with(name: str, kind: str) -> bytes:
    """Return the list of content types, in which one part is declared to be of this kind."""
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(人员=[HEAD, ZHANG]))) as usual:
        text = usual.read("[Content_Types].xml").decode()
    text = re.sub(rf"<Override [^>]*{re.escape(kind)}[^>]*/>", "", text)
    content_type = f"application/vnd.openxmlformats-officedocument.{kind}"
    return text.replace("</Types>", f'<Override PartName="{name}" ContentType="{content_type}"/></Types>').encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
BOMBS: dict[str, Callable[[], bytes]] = {
    "unpacks to 200 MB": lambda: with_part("xl/media/zeros.bin", "0" * 200_000_000),
    "styles of a million tags": lambda: with_part(
        "xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><fonts>{"<font/>" * 6_000_000}</fonts></styleSheet>'
    ),
    "texts without end": lambda: with_part("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{"<si/>" * 9_000_000}</sst>'),
    "one text of forty-five megabytes": lambda: with_part(
        "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>{"x" * 45_000_000}</t></si></sst>'
    ),
    "a row of ten million cells": lambda: with_part(SHEET, sheet(f"<row>{'<c/>' * 11_000_000}</row>")),
    "tags before the rows": lambda: with_part(
        SHEET, f'<worksheet xmlns="{MAIN}">{"<a/>" * 11_000_000}<sheetData/></worksheet>'
    ),
    "rows as wide as a sheet": lambda: with_part(SHEET, sheet('<row><c r="XFD1" t="str"><v>x</v></c></row>' * 350_000)),
    "a row number without end": lambda: with_part(
        SHEET, sheet('<row r="1"/><row r="99999999999"><c t="str"><v>x</v></c></row>')
    ),
    "millions of cells": lambda: with_part(SHEET, sheet(f"<row>{'<c><v>1</v></c>' * 20}</row>" * 80_000)),
    "millions of attributes": lambda: with_part(
        SHEET, sheet("<row " + " ".join(f'a{n}=""' for n in range(4_000_000)) + "/>")
    ),
    "attributes of styles": lambda: with_part(
        "xl/styles.xml", f'<styleSheet xmlns="{MAIN}" ' + " ".join(f'a{n}=""' for n in range(4_000_000)) + "/>"
    ),
    "texts in two bytes a letter": lambda: with_parts(
        xl__sharedStrings_dot_xml=f'<sst xmlns="{MAIN}">{"<si/>" * 4_500_000}</sst>'.encode("utf-16")
    ),
    "a sheet in two bytes a letter": lambda: with_parts(
        xl__worksheets__sheet1_dot_xml=sheet(f"<row>{'<c/>' * 5_000_000}</row>").encode("utf-16")
    ),
    "words that stand for a thousand others": lambda: with_part(
        SHEET, f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>' + sheet('<row><c t="str"><v>&l8;</v></c></row>')
    ),
    "such words in two bytes a letter": lambda: with_parts(
        xl__styles_dot_xml=(
            f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><styleSheet xmlns="{MAIN}">&l8;</styleSheet>'
        ).encode("utf-16")
    ),
    "styles nested without end": lambda: with_part(
        "xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{"<a>" * 190_000}{"</a>" * 190_000}</styleSheet>'
    ),
    "fewer nested styles": lambda: with_part(
        "xl/styles.xml", f'<styleSheet xmlns="{MAIN}">{"<dxfs>" * 90_000}{"</dxfs>" * 90_000}</styleSheet>'
    ),
    "cells nested without end": lambda: with_part(
        SHEET, sheet(f"<row><c>{'<is>' * 190_000}{'</is>' * 190_000}</c></row>")
    ),
    "sixty thousand sheets": lambda: listed(60_000),
    "merged cells": lambda: with_part(
        SHEET,
        f'<worksheet xmlns="{MAIN}"><sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/>'
        f"{'<mergeCell/>' * 3_000_000}</mergeCells></worksheet>",
    ),
    "links to other files": lambda: with_parts(
        xl__externalLinks__externalLink1_dot_xml=(
            f'<externalLink xmlns="{MAIN}">{"<a/>" * 9_000_000}</externalLink>'.encode()
        )
    ),
    "texts under another name": lambda: with_parts(
        xl__texts_dot_dat=f'<sst xmlns="{MAIN}">{"<si/>" * 9_000_000}</sst>'.encode()
    ),
    "ends of rows among the texts of one": lambda: with_part(SHEET, sheet(f"<row>{'<c/>row>' * 5_500_000}</row>")),
    "ends of rows in comments": lambda: with_part(
        SHEET, sheet(f"<row>{('<c/>' * 99_999 + '<!--</row>-->') * 100}</row>")
    ),
    "ends of rows in a text as it stands": lambda: with_part(
        SHEET, sheet(f"<row>{('<c/>' * 99_999 + '<v><![CDATA[</row>]]></v>') * 100}</row>")
    ),
    "ends of rows in instructions": lambda: with_part(
        SHEET, sheet(f"<row>{('<c/>' * 99_999 + '<?x </row>?>') * 100}</row>")
    ),
    "rows of another name space": lambda: with_part(
        SHEET, sheet(f'<row><a xmlns="x">{("<row>" + "<c/>" * 99_999 + "</row>") * 100}</a></row>')
    ),
    "rows of another prefix": lambda: with_part(
        SHEET, sheet(f'<row><x:a xmlns:x="x">{("<x:row>" + "<c/>" * 99_999 + "</x:row>") * 100}</x:a></row>')
    ),
    "rows between other things": lambda: with_part(SHEET, sheet(("<row></row>" + "<a/>" * 99_999) * 100)),
    "rows in rows": lambda: with_part(SHEET, sheet(f"<row>{('<row></row>' + '<c/>' * 99_999) * 100}</row>")),
    "rows without end": lambda: with_part(SHEET, sheet("<row></row>" * 4_000_000)),
    "one row again and again": lambda: with_part(SHEET, sheet('<row r="1"><c/></row>' * 2_000_000)),
    "texts that pass for a sheet": lambda: with_parts(
        xl__worksheets__texts_dot_xml=sheet(f"<row>{'<c/>' * 100}</row>" * 90_000).encode(),
        **{"[Content_Types]_dot_xml": types_with("/xl/worksheets/texts.xml", "spreadsheetml.sharedStrings+xml")},
    ),
    "a list of sheets that passes for one": lambda: with_parts(
        xl__worksheets__book_dot_xml=sheet(f"<row>{'<c/>' * 100}</row>" * 90_000).encode(),
        **{"[Content_Types]_dot_xml": types_with("/xl/worksheets/book.xml", "spreadsheetml.sheet.main+xml")},
    ),
    "an encoding said late": lambda: with_parts(
        xl__styles_dot_xml=f'<?xml version="1.0"{" " * 300} encoding="utf-7"?>{"+ADw-a/+AD4-" * 3_000_000}'.encode()
    ),
    "letters of which no tag is counted": lambda: with_parts(
        xl__styles_dot_xml=f'<?xml version="1.0" encoding="utf-7"?>{"+ADw-a/+AD4-" * 3_000_000}'.encode()
    ),
}


@pytest.mark.long
def test_small_workbooks_take_little_memory_and_processor_time(tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{number}.xlsx" for number, name in enumerate(BOMBS)}
    for name, path in paths.items():
        path.write_bytes(BOMBS[name]())
    small = {name for name, path in paths.items() if path.stat().st_size < 400_000}
    assert small >= BOMBS.keys() - {"millions of attributes", "attributes of styles", "sixty thousand sheets"}

    result = subprocess.run(
        [sys.executable, "-c", READ, str(MEMORY), *map(str, paths.values())],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}", "DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )

    assert result.returncode == 0, result.stderr[-2000:]
    answers = {name: json.loads(result.stdout)[str(path)] for name, path in paths.items()}
    assert {name: answer for name, answer in answers.items() if not is_harmless(*answer)} == {}


def is_harmless(answer: object, status: int, seconds: float) -> bool:
    """Return whether a file was refused with a sentence, or read as one with next to nothing in it, and soon."""
    return status == 0 and seconds < SECONDS and (isinstance(answer, str) or answer in ([0], [1], [2]))


def test_workbook_of_too_many_sheets_is_refused_before_any_is_opened(in_english: None) -> None:
    with pytest.raises(TableRefused, match="more than 20 sheets"):
        read_tables(listed(21), "staff.xlsx")
    assert len(read_tables(listed(20), "staff.xlsx")) == 20


def test_marks_that_a_chunk_cuts_in_two_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("peer_review.tables.workbooks.CHUNK", 7)
    bomb = with_part(SHEET, f"<!DOCTYPE x>{sheet('')}")

    with pytest.raises(TableRefused):
        read_tables(bomb, "staff.xlsx")
    with pytest.raises(TableRefused, match="20"):
        read_tables(listed(21), "staff.xlsx")
    assert len(read_tables(listed(20), "staff.xlsx")) == 20


def test_real_workbook_with_pictures_styles_and_notes_is_read() -> None:
    book = openpyxl.Workbook()
    for column in range(1, 60):
        cell = book.active.cell(row=1, column=column, value=f"列{column}")
        cell.font = openpyxl.styles.Font(name=f"宋体{column}", size=column)
        cell.comment = openpyxl.comments.Comment("说明", "李")
    book.active.merge_cells("A2:F2")
    out = io.BytesIO()
    book.save(out)

    (table,) = read_tables(out.getvalue(), "staff.xlsx")

    assert next(row[:2] for _number, row in table.rows) == ["列1", "列2"]


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


def test_empty_rows_down_to_the_end_of_a_sheet_are_no_fault() -> None:
    rows = f'<row r="1"><c t="str"><v>x</v></c></row><row r="{USUAL.rows + 5}"/>'

    (table,) = read_tables(with_part(SHEET, sheet(rows)), "staff.xlsx")

    assert sum(1 for _number, row in table.rows if any(row)) == 1
