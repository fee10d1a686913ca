"""The file that people download is what its package gives, and stands alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from peer_review.offline import OPEN_BOX, VERIFIER, verify_bulletin
from tools import build_verifier

#: What docs/auditors.md promises that auditors may import.
PROMISED = {"Verifier", "Rules", "Votes", "Recount", "Mixed", "Ruler"}


def imported(path: Path) -> set[str]:
    """Return the names of the packages that a file imports, wherever it does."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain} | {
        (node.module or "").split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)
    }


def test_committed_file_is_what_the_package_gives_byte_for_byte() -> None:
    assert VERIFIER.read_bytes() == build_verifier.build().encode()


def test_names_that_are_promised_can_be_imported() -> None:
    assert vars(verify_bulletin).keys() >= PROMISED
    assert {name for name in PROMISED if not isinstance(getattr(verify_bulletin, name), type)} == set()


@pytest.mark.parametrize("path", [VERIFIER, OPEN_BOX], ids=lambda path: path.name)
def test_downloads_need_only_the_standard_library_and_cryptography(path: Path) -> None:
    assert imported(path) - sys.stdlib_module_names == {"cryptography"}


def test_check_names_a_file_that_was_edited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    copy = tmp_path / "verify_bulletin.py"
    copy.write_bytes(VERIFIER.read_bytes())
    monkeypatch.setattr(build_verifier, "ROOT", tmp_path)
    monkeypatch.setattr(build_verifier, "BUILT", copy)
    monkeypatch.setattr(build_verifier, "build", lambda: VERIFIER.read_text("utf-8"))
    assert build_verifier.main(["--check"]) == 0
    copy.write_bytes(copy.read_bytes().replace(b"MAX_DEPTH = 16", b"MAX_DEPTH = 17"))
    assert build_verifier.main(["--check"]) == 1
    assert build_verifier.main([]) == 0
    assert copy.read_bytes() == VERIFIER.read_bytes()


MODULES = {
    "first": '"""One."""\n\nimport json\n\nA = json\n',
    "second": '"""Two."""\n\nfrom peer_review.offline.verifier.first import A\n\nB = A\n',
}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"second": '"""Two."""\n\nA = 1\n'}, "A is defined in first and in second"),
        ({"second": "B = 1\n"}, "docstring"),
        ({"first": '"""One."""\n\nfrom peer_review.offline.verifier.second import B\n'}, "stands below it"),
        ({"second": '"""Two."""\n\nimport json as j\n'}, "under another name"),
        ({"second": '"""Two."""\n\nfrom numpy import array\n'}, "only the standard library"),
        ({"second": '"""Two."""\n\nfrom .first import A\n'}, "only the standard library"),
        ({"second": '"""Two."""\n\nB = 1\nimport re\n'}, "below the head"),
        ({"third": '"""Three."""\n'}, "third"),
    ],
)
def test_modules_that_cannot_stand_in_one_file_are_refused(
    changed: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build_verifier, "PACKAGE", tmp_path)
    monkeypatch.setattr(build_verifier, "ORDER", tuple(MODULES))
    for name, text in (MODULES | changed).items():
        (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(build_verifier.CannotBuildError, match=said):
        build_verifier.build()


def test_modules_are_joined_without_their_imports_of_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(build_verifier, "PACKAGE", tmp_path)
    monkeypatch.setattr(build_verifier, "ORDER", tuple(MODULES))
    for name, text in (MODULES | {"__init__": '"""Both."""\n'}).items():
        (tmp_path / f"{name}.py").write_text(text)
    head, _version, body = build_verifier.build().split("\n\n", 2)
    assert head == '#!/usr/bin/env python3\n"""Both."""'
    assert body == "import json\n\n\n# first: One.\n\nA = json\n\n\n# second: Two.\n\nB = A\n"


def test_a_module_is_imported_whole_beside_names_of_it() -> None:
    imports: dict[str, set[str]] = {}
    sources = ("from itertools import chain", "import itertools", "from itertools import Any, count", "import json")
    for source in sources:
        build_verifier.take_import("first", ast.parse(source).body[0], imports)
    assert build_verifier.import_lines(imports) == (
        "import itertools\nimport json\nfrom itertools import Any, chain, count"
    )


@pytest.mark.parametrize("path", [VERIFIER, OPEN_BOX], ids=lambda path: path.name)
def test_every_name_in_a_download_is_defined(path: Path) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "F", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "All checks passed!")


def test_command_line_checks_the_committed_file() -> None:
    command = [sys.executable, str(build_verifier.ROOT / "tools" / "build_verifier.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0
