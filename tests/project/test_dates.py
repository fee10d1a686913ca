"""No test keeps the day on which the run began: a run may cross midnight, and then the site's day is another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
#: What is asked for the day, whatever it is asked of: `timezone.localdate()`, `date.today()`, `timezone.now().date()`.
DAYS = {"localdate", "today", "date", "localtime"}


def days_kept(source: str) -> list[int]:
    """Return the lines that ask for the day when the module is read: constants, parameters, default values."""
    return sorted(set(_asked(ast.parse(source), at_import=True)))


def _asked(node: ast.AST, *, at_import: bool) -> Iterator[int]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = node.args
        early = [*getattr(node, "decorator_list", []), *arguments.defaults, *filter(None, arguments.kw_defaults)]
        late = node.body if isinstance(node.body, list) else [node.body]
        for child in early:
            yield from _asked(child, at_import=at_import)
        for child in late:
            yield from _asked(child, at_import=False)
        return
    # `date(2026, 1, 1)` names a day; `now().date()` asks for it.
    asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args
    if at_import and asks and node.func.attr in DAYS:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _asked(child, at_import=at_import)


def test_no_test_keeps_the_day_of_its_start() -> None:
    kept = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in TESTS.rglob("*.py")
        for line in days_kept(path.read_text("utf-8"))
    }

    assert kept == set()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("TODAY = timezone.localdate()", [1]),
        ("TODAY = datetime.date.today()", [1]),
        ("SOON = timezone.now().date() + DAY", [1]),
        ("@mark.parametrize('day', [timezone.localdate()])\ndef test(day): ...", [1]),
        ("def person(*, since=timezone.localdate()): ...", [1]),
        ("ago = lambda day=timezone.localdate(): day", [1]),
        ("class Form:\n    day = timezone.localdate()", [2]),
        ("def test():\n    assert timezone.localdate()", []),
        ("today = lambda: timezone.localdate()", []),
        ("DAY = datetime.date(2026, 1, 1)", []),
    ],
)
def test_days_kept_are_seen_wherever_a_module_is_read(source: str, lines: list[int]) -> None:
    assert days_kept(source) == lines
