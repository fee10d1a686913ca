"""docs/security.md has a row for each requirement, and names nothing that is not there."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (met|host|n/a) \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+\.\w+|[A-Z]+\.md|pyproject\.toml)`")
#: How many requirements of levels 1 and 2 each chapter of the standard's version 5.0.0 has.
CHAPTERS = {
    **{1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7},
    **{10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7},
}


def rows() -> list[tuple[str, str, str, str, str]]:
    return ROW.findall(PAGE)


def test_each_requirement_has_one_row() -> None:
    numbers = [number for number, *_rest in rows()]

    assert len(numbers) == len(set(numbers))
    assert Counter(int(number.split(".")[0]) for number in numbers) == CHAPTERS
    assert len(numbers) == sum(line.startswith(tuple(f"| {n}." for n in range(1, 18))) for line in PAGE.splitlines())


def test_every_file_and_test_that_is_named_exists() -> None:
    named = set(NAMED.findall(PAGE))
    assert len(named) > 80

    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_what_is_met_says_where_and_what_is_not_says_why() -> None:
    for number, _level, what, state, where in rows():
        assert len(what) > 5, number
        if state == "met":
            assert "`" in where or len(where) > 3, number
        else:
            assert len(where) > 6, number
    assert sum("tests/" in where for _number, _level, _what, state, where in rows() if state == "met") > 100


def test_states_are_counted_rightly() -> None:
    counted = {state: int(count) for state, count in re.findall(r"^\| (met|host|n/a) \| (\d+) \|", PAGE, re.M)}

    assert counted == Counter(state for *_rest, state, _where in rows())
