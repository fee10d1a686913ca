"""Workbooks: text stays text, formulas keep their values, and nothing is in the file that is not shown."""

import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from peer_review.reports import checks
from peer_review.reports.book import FORMULA_STARTS, POINTS, Book, Figure, Formula, across, at, down
from tests.peer_review.reports.formulas import Calculator


def new_book() -> Book:
    return Book(title="2026", footer="Bulletin root ab & cd", day=date(2026, 11, 22), language="en")


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_text_that_begins_like_a_formula_is_text(start: str) -> None:
    book = new_book()
    label = f'{start}HYPERLINK("http://127.0.0.1","甲")'
    book.sheet("A").line([label, "甲"])

    sheet = load_workbook(BytesIO(book.save()))["A"]

    assert (sheet["A1"].data_type, sheet["A1"].value, sheet["A1"].quotePrefix) == ("s", label, True)
    assert sheet["B1"].quotePrefix is False


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    book = new_book()
    book.sheet("A").line(["甲\x0b\x00乙"])

    assert load_workbook(BytesIO(book.save()))["A"]["A1"].value == "甲乙"


def test_formula_keeps_what_it_comes_to_for_whoever_does_not_calculate() -> None:
    book = new_book()
    book.sheet("A").line([Figure(80.5), Figure(70.0), Formula("ROUND(A1-B1,1)", 10.5, POINTS)])
    saved = book.save()

    assert load_workbook(BytesIO(saved))["A"]["C1"].value == "=ROUND(A1-B1,1)"
    assert load_workbook(BytesIO(saved), data_only=True)["A"]["C1"].value == 10.5
    assert load_workbook(BytesIO(saved))["A"]["C1"].number_format == "0.0"


def test_file_says_nothing_of_who_and_when() -> None:
    book = new_book()
    book.sheet("A").line(["甲"])

    with ZipFile(BytesIO(book.save())) as archive:
        core = archive.read("docProps/core.xml").decode()
        times = {info.date_time for info in archive.infolist()}

    assert "creator" not in core
    assert "lastModifiedBy" not in core
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-11-22T00:00:00Z"}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_same_figures_make_the_same_bytes() -> None:
    def made() -> bytes:
        book = new_book()
        sheet = book.sheet("A")
        sheet.head(["Criterion", "Score"])
        sheet.line(["德", Figure(80.5)])
        return book.save()

    assert made() == made()


def test_heads_stay_in_sight_and_repeat_on_paper() -> None:
    book = new_book()
    sheet = book.sheet("A")
    sheet.head(["Criterion", "Score"], rows=2)
    sheet.line(["Weight", Figure(50.0)])
    sheet.line(["德", Figure(80.5)])

    made = load_workbook(BytesIO(book.save()))["A"]

    assert (made.freeze_panes, made.print_title_rows) == ("B3", "$1:$2")
    assert made["A1"].font.b is True
    assert made.oddFooter.left.text == "Bulletin root ab && cd"


def test_width_of_a_column_follows_its_words_within_reason() -> None:
    book = new_book()
    sheet = book.sheet("A")
    sheet.line(["公共服务和市场管理科", "a", "字" * 300])

    columns = load_workbook(BytesIO(book.save()))["A"].column_dimensions

    assert [columns[letter].width for letter in "ABC"] == [22, 8, 60]


def test_names_of_cells() -> None:
    assert (at(2, 5), at(28, 1), down(2, 5, 7), across(5, 2, 4)) == ("B5", "AB1", "B$5:B$7", "B5:D5")


# Checks


def test_weighted_mean_leaves_out_what_is_not_shown_and_its_weight() -> None:
    formula = checks.weighted_mean("A1:A3", "B1:B3", weights=[50, 30, 20], values=[80.0, None, 70.1])
    assert formula is not None
    book = new_book()
    sheet = book.sheet("A")
    for weight, value in ((50.0, Figure(80.0)), (30.0, "样本不足"), (20.0, Figure(70.1))):
        sheet.line([Figure(weight), value])
    sheet.line([formula])

    [(_sheet, _cell, computed, kept)] = Calculator(book.save()).formulas()

    assert float(computed) == kept == formula.value == 77.2  # (50 × 80 + 20 × 70.1) / 70 = 77.17…


def test_weighted_mean_of_nothing_is_none() -> None:
    assert checks.weighted_mean("A1:A1", "B1:B1", weights=[100], values=[None]) is None


@pytest.mark.parametrize(("first", "second", "difference"), [(80.1, 79.8, 0.3), (70.0, 73.4, -3.4), (61.2, 61.2, 0.0)])
def test_difference_is_that_of_the_figures_shown(first: float, second: float, difference: float) -> None:
    made = checks.difference("A1", "B1", first, second)
    assert made is not None
    assert (made.text, made.value) == ("ROUND(A1-B1,1)", difference)


def test_difference_from_what_is_not_shown_is_not_shown() -> None:
    assert checks.difference("A1", "B1", 80.1, None) is None
    assert checks.difference("A1", "B1", None, 80.1) is None


def test_half_is_rounded_up_as_in_the_counting() -> None:
    formula = checks.weighted_mean("A1:A2", "B1:B2", weights=[50, 50], values=[70.1, 70.2])
    assert formula is not None
    assert formula.value == 70.2
