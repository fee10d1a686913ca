"""How a cell of each column is read."""

import datetime

import pytest
from django.utils import timezone, translation

from organisation.imports import cells
from organisation.imports.cells import CellError
from peer_review.tables.reader import BadCell, Cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), ("", ""), ("  张  三\t", "张 三"), ("a\u3000b", "a b"), ("100%", "100%")],
)
def test_text_has_no_space_at_its_ends_and_one_between_words(cell: Cell, text: str) -> None:
    assert cells.text_of(cell) == text
    assert cells.short_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("=A1", "The cell holds a formula. Replace it by its value."),
        ("@SUM(A1)", "The cell holds a formula. Replace it by its value."),
        ("#N/A", "The cell holds the error value #N/A."),
        ("张\u200b三", "The cell holds an invisible character (U+200B)."),
        ("张\ue000三", "The cell holds an invisible character (U+E000)."),
        ("a" * 81, "The text is longer than 80 characters."),
        (datetime.date(2026, 1, 1), "The cell holds a date. Format it as text."),
        (BadCell("The cell holds a time of day."), "The cell holds a time of day."),
    ],
)
def test_text_that_nobody_meant_is_refused(cell: Cell, reason: str) -> None:
    with translation.override("en"), pytest.raises(CellError) as refusal:
        cells.text_of(cell)

    assert str(refusal.value) == reason


def test_a_number_sign_that_is_no_error_value_is_text() -> None:
    assert cells.text_of("#1") == "#1"


@pytest.mark.parametrize(("cell", "code"), [("１００１", "1001"), ("A-1/b.c_2", "A-1/b.c_2"), ("", "")])
def test_code_has_plain_digits(cell: str, code: str) -> None:
    assert cells.code(cell) == code


@pytest.mark.parametrize("cell", ["张三", "-1", "a b", "a" * 41])
def test_code_of_other_characters_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        cells.code(cell)


def test_reference_may_be_a_long_path() -> None:
    assert cells.reference("总局/" * 70) == "总局/" * 70
    with pytest.raises(CellError):
        cells.reference("a" * 301)


@pytest.mark.parametrize(
    ("cell", "username"), [("zhang.san@x", "zhang.san@x"), ("ｚｈａｎｇ", "zhang"), ("张三", "张三")]
)
def test_username_takes_letters_digits_and_some_signs(cell: str, username: str) -> None:
    assert cells.username(cell) == username
    with pytest.raises(CellError):
        cells.username(f"{cell} x")


@pytest.mark.parametrize(("cell", "phone"), [("0571-8001 转 2", "0571-8001 转 2"), ("０５７１", "0571"), ("", "")])
def test_phone_takes_digits_and_what_stands_between_them(cell: str, phone: str) -> None:
    assert cells.phone(cell) == phone
    with pytest.raises(CellError):
        cells.phone(f"{cell} home")


def test_email_is_an_address_or_empty() -> None:
    assert [cells.email(cell) for cell in ("a@example.org", "", None)] == ["a@example.org", "", ""]
    with pytest.raises(CellError):
        cells.email("a@")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-3-1",
        "2026/03/01",
        "2026.3.1",
        "2026年3月1日",
        "20260301",
        "2026-03-01 00:00:00",
        "２０２６-03-01",
        datetime.date(2026, 3, 1),
    ],
)
def test_day_is_read_as_people_write_it(cell: Cell) -> None:
    assert cells.day(cell) == datetime.date(2026, 3, 1)


def test_day_of_an_empty_cell_is_none() -> None:
    assert [cells.day(cell) for cell in ("", "  ", None)] == [None, None, None]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("yesterday", "“yesterday” is not a date. Write it like 2026-11-22."),
        ("2026-02-30", "There is no such day as “2026-02-30”."),
        ("1939-12-31", "The date 1939-12-31 is out of range."),
        (datetime.date(1900, 1, 1), "The date 1900-01-01 is out of range."),
    ],
)
def test_day_that_is_none_or_out_of_range_is_refused(cell: Cell, reason: str) -> None:
    with translation.override("en"), pytest.raises(CellError) as refusal:
        cells.day(cell)

    assert str(refusal.value) == reason


def test_day_lies_at_most_two_years_ahead() -> None:
    year = timezone.localdate().year

    assert cells.day(f"{year + 2}-12-31") == datetime.date(year + 2, 12, 31)
    with pytest.raises(CellError):
        cells.day(f"{year + 3}-01-01")


@pytest.mark.parametrize("cell", ["是", "Yes", "y", "TRUE", "1", "√", "对"])
def test_yes_is_written_in_many_ways(cell: str) -> None:
    assert cells.yes_or_no(cell) is True


@pytest.mark.parametrize("cell", ["", None, "否", "No", "n", "false", "0", "×"])
def test_no_is_written_in_many_ways_and_empty(cell: Cell) -> None:
    assert cells.yes_or_no(cell) is False


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(CellError):
        cells.yes_or_no("perhaps")


def test_order_is_a_whole_number_up_to_9999() -> None:
    assert [cells.order(cell) for cell in ("0", "９９９９", "", None)] == [0, 9999, None, None]
    for cell in ("10000", "-1", "1.5", "first"):
        with pytest.raises(CellError):
            cells.order(cell)
