"""Print the branch coverage of the packages that pyproject.toml names, and their files below the least.

    python tools/coverage_report.py build/coverage.json [--strict]

With --strict a package or a module below its least, or a package that was not measured, ends it with an error.
"""

import json
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Cover:
    """How many statements and branches there are, and how many of them a test has gone through."""

    total: int = 0
    covered: int = 0

    def __add__(self, other: "Cover") -> "Cover":
        return Cover(self.total + other.total, self.covered + other.covered)

    @property
    def percent(self) -> float:
        return 100 * self.covered / self.total if self.total else 100.0


def covers(report: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> dict[str, Cover]:
    """Return what coverage's JSON says of each file."""
    summaries = {name: entry["summary"] for name, entry in report["files"].items()}
    return {
        name: Cover(
            summary["num_statements"] + summary["num_branches"],
            summary["covered_lines"] + summary["covered_branches"],
        )
        for name, summary in summaries.items()
    }


def files_of(package: str, files: dict[str, Cover]) -> dict[str, Cover]:
    """Return the files of a package, which is a folder or one module."""
    return {name: cover for name, cover in files.items() if name == f"{package}.py" or name.startswith(f"{package}/")}


def report_lines(
    files: dict[str, Cover], packages: list[str], *, least: float, least_module: float = 0.0
) -> tuple[list[str], bool]:
    """Return what to print, and whether every package reaches the least and every module of it the least of modules."""
    lines, enough = [], True
    for package in packages:
        parts = files_of(package, files)
        if not parts:
            lines.append(f"{package}: not measured")
            enough = False
            continue
        whole = sum(parts.values(), Cover())
        reached = whole.percent >= least
        enough = enough and reached
        lines.append(f"{package}: {whole.percent:.1f} %" + ("" if reached else f", less than {least:g} %"))
        below = sorted((cover.percent, name) for name, cover in parts.items() if cover.percent < least)
        for percent, name in below:
            missed = percent < least_module
            enough = enough and not missed
            lines.append(f"  {percent:5.1f} % {name}" + (f", less than {least_module:g} %" if missed else ""))
    return lines, enough


def main() -> int:
    """Print the report."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["zhengyan"]["coverage"]
    arguments = [argument for argument in sys.argv[1:] if argument != "--strict"]
    files = covers(json.loads(Path(arguments[0]).read_text("utf-8")))
    lines, enough = report_lines(files, wanted["packages"], least=wanted["least"], least_module=wanted["least_module"])
    print("\n".join(lines))
    return 0 if enough or "--strict" not in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
