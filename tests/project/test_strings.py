"""Every string that is translated can be collected: xgettext looks into no f-string."""

import ast

from tools.catalogues import CATALOGUES, ROOT

WORDS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}
SOURCES = sorted({path for catalogue in CATALOGUES for path in catalogue.files() if path.suffix == ".py"})


def hidden(source: str) -> list[int]:
    """Return the lines of f-strings in which something is translated."""
    found = []
    for outer in ast.walk(ast.parse(source)):
        if isinstance(outer, ast.JoinedStr):
            calls = [one for one in ast.walk(outer) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
            found += [outer.lineno for one in calls if isinstance(one.func, ast.Name) and one.func.id in WORDS]
    return found


def test_a_hidden_string_is_found() -> None:
    assert hidden("""a = f"{b} {_('c')}\"""") == [1]


def test_no_translated_string_is_hidden_in_an_f_string() -> None:
    found = {str(path.relative_to(ROOT)): hidden(path.read_text("utf-8")) for path in SOURCES}

    assert {path: lines for path, lines in found.items() if lines} == {}
