"""The glossary names what the code has, each term once."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
SOURCES = ("peer_review", "forum_pages", "zhengyan_crypto", "site", "templates")


def terms() -> list[tuple[str, str, str]]:
    """Return the rows that have a Chinese term: field term, what the code calls it, 中文."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in GLOSSARY.splitlines() if "|" in line]
    return [
        (row[0], row[1], row[2]) for row in rows if len(row) == 3 and row[0] != "field term" and "---" not in row[0]
    ]


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every word that stands in the sources, and every name of a file or folder."""
    found: set[str] = set()
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*"):
            if "node_modules" in path.parts or "static" in path.parts:
                continue
            found |= set(re.findall(r"\w+", path.relative_to(ROOT).as_posix()))
            if path.suffix in {".py", ".html", ".js"}:
                found |= set(re.findall(r"\w+", path.read_text("utf-8")))
    return found


def test_every_term_has_chinese_and_stands_once() -> None:
    without = [term for term, _code, chinese in terms() if not re.search(r"[\u4e00-\u9fff]", chinese)]
    assert without == []
    assert [term for term, count in Counter(term for term, _code, _chinese in terms()).items() if count > 1] == []
    assert len(terms()) > 150


def test_every_name_of_the_glossary_stands_in_the_code(words: set[str]) -> None:
    named = {
        word
        for _term, code, _chinese in terms()
        for part in re.findall(r"`([^`]+)`", code)
        for word in re.findall(r"\w+", part)
    }
    assert sorted(named - words) == []
