"""What `make coverage` prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.coverage_report import ROOT, Cover, covers, main, report_lines


def entry(statements: int, lines: int, branches: int = 0, taken: int = 0) -> dict[str, Any]:
    summary = {
        "num_statements": statements,
        "covered_lines": lines,
        "num_branches": branches,
        "covered_branches": taken,
    }
    return {"summary": summary}


REPORT = {
    "files": {
        "app/domain/orders/place.py": entry(90, 90, 10, 10),
        "app/domain/orders/pay.py": entry(80, 70, 20, 5),
        "app/domains.py": entry(10, 0),
        "app/rules.py": entry(10, 10),
    }
}


def test_statements_and_branches_count_alike() -> None:
    assert covers(REPORT)["app/domain/orders/pay.py"] == Cover(total=100, covered=75)


def test_package_below_the_least_is_said_with_its_files() -> None:
    lines, enough = report_lines(covers(REPORT), ["app/domain", "app/rules"], least=95)

    assert lines == [
        "app/domain: 87.5 %, less than 95 %",
        "   75.0 % app/domain/orders/pay.py",
        "app/rules: 100.0 %",
    ]
    assert enough is False


def test_packages_that_reach_the_least_are_enough() -> None:
    assert report_lines(covers(REPORT), ["app/domain", "app/rules"], least=80)[1] is True


def test_module_below_the_least_of_modules_is_not_enough() -> None:
    lines, enough = report_lines(covers(REPORT), ["app/domain", "app/rules"], least=85, least_module=80)

    assert lines == [
        "app/domain: 87.5 %",
        "   75.0 % app/domain/orders/pay.py, less than 80 %",
        "app/rules: 100.0 %",
    ]
    assert enough is False
    assert report_lines(covers(REPORT), ["app/domain"], least=85, least_module=75)[1] is True


@pytest.mark.parametrize(("strict", "ends_with"), [([], 0), (["--strict"], 1)])
def test_what_is_not_enough_ends_the_strict_report_with_an_error(
    strict: list[str],
    ends_with: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps(REPORT))
    monkeypatch.setattr("sys.argv", ["coverage_report.py", str(report), *strict])

    assert main() == ends_with
    assert "peer_review/box: not measured" in capsys.readouterr().out


def test_make_coverage_is_strict() -> None:
    assert "tools/coverage_report.py build/coverage.json --strict" in (ROOT / "Makefile").read_text("utf-8")


def test_package_that_was_not_measured_is_not_enough() -> None:
    assert report_lines(covers(REPORT), ["app/box"], least=0) == (["app/box: not measured"], False)
