"""A spreadsheet's own answer: workbooks read back, their formulas computed exactly, by other code than ours."""

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

_TOKEN = re.compile(
    r"""\s*(?:
    (\d+(?:\.\d+)?)                                                   # a number
    | ('(?:[^']|'')+'!)? (\$?[A-Z]+\$?\d+ (?::\$?[A-Z]+\$?\d+)?)     # cells, of a sheet
    | ([A-Z]+)\(                                                       # a function
    | ("[^"]*")                                                        # a text
    | (.)                                                              # a sign
    )""",
    re.VERBOSE,
)


class Calculator:
    """Computes formulas of a workbook: ROUND, SUMPRODUCT, SUMIF(…, ">=0", …), AVERAGE, and the four operators."""

    def __init__(self, content: bytes) -> None:
        self.book: Workbook = load_workbook(BytesIO(content))
        self.kept: Workbook = load_workbook(BytesIO(content), data_only=True)

    def formulas(self) -> list[tuple[str, str, Fraction, float]]:
        """Return every formula: its sheet, its cell, what it comes to, and the value that the file keeps for it."""
        return [
            (
                sheet.title,
                cell.coordinate,
                self.compute(sheet.title, cell.value),
                self.kept[sheet.title][cell.coordinate].value,
            )
            for sheet in self.book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        ]

    def compute(self, sheet: str, formula: str) -> Fraction:
        """Return what a formula of a sheet comes to."""
        tokens = [match.groups() for match in _TOKEN.finditer(formula.removeprefix("="))]
        parser = _Parser(self, sheet, tokens)
        value = parser.sum()
        assert parser.at == len(tokens), formula
        assert isinstance(value, Fraction), formula
        return value

    def values(self, sheet: str, name: str) -> list[Fraction | None]:
        """Return the numbers of a range; None for words and nothing."""
        left, top, right, bottom = range_boundaries(name.replace("$", ""))
        return [self.number(sheet, row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]

    def number(self, sheet: str, row: int, column: int) -> Fraction | None:
        cell: Any = self.book[sheet].cell(row=row, column=column)
        if cell.data_type == "f":
            return self.compute(sheet, cell.value)
        return Fraction(str(cell.value)) if cell.data_type == "n" and cell.value is not None else None


class _Parser:
    def __init__(self, book: Calculator, sheet: str, tokens: list[tuple[Any, ...]]) -> None:
        self.book, self.sheet, self.tokens, self.at = book, sheet, tokens, 0

    def sign(self, *wanted: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][5] in wanted:
            self.at += 1
            return str(self.tokens[self.at - 1][5])
        return None

    def sum(self) -> Any:
        value = self.product()
        while sign := self.sign("+", "-"):
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Any:
        value = self.atom()
        while sign := self.sign("*", "/"):
            other = self.atom()
            value = value * other if sign == "*" else value / other
        return value

    def atom(self) -> Any:
        number, sheet, cells, function, text, _sign = self.tokens[self.at]
        self.at += 1
        if number:
            return Fraction(number)
        if text:
            return text
        if cells:
            values = self.book.values(sheet[1:-2].replace("''", "'") if sheet else self.sheet, cells)
            return values if ":" in cells else values[0]
        arguments = [self.sum()]
        while self.sign(","):
            arguments.append(self.sum())
        assert self.sign(")")
        return FUNCTIONS[function](*arguments)


def _round(value: Fraction, places: Fraction) -> Fraction:
    step = Decimal(1).scaleb(-int(places))
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(step, ROUND_HALF_UP))


def _sumif(asked: list[Any], condition: str, added: list[Any]) -> Fraction:
    assert condition == '">=0"'
    return sum(
        (b for a, b in zip(asked, added, strict=True) if a is not None and a >= 0 and b is not None), Fraction(0)
    )


def _average(*ranges: list[Any]) -> Fraction:
    numbers = [one for cells in ranges for one in cells if one is not None]
    return sum(numbers, Fraction(0)) / len(numbers)


FUNCTIONS: dict[str, Any] = {
    "ROUND": _round,
    "SUMIF": _sumif,
    "AVERAGE": _average,
    "SUMPRODUCT": lambda first, second: sum(
        ((a or 0) * (b or 0) for a, b in zip(first, second, strict=True)), Fraction(0)
    ),
}
