"""What `make coverage` prints."""

from typing import Any

from tools.coverage_report import Cover, covers, report_lines


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


def test_package_that_was_not_measured_is_not_enough() -> None:
    assert report_lines(covers(REPORT), ["app/box"], least=0) == (["app/box: not measured"], False)
