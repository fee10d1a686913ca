"""Write tests/durations.json from what pytest has measured: which files to begin with, and which are slow.

    python -m pytest … --junitxml build/tests.xml && python tools/test_durations.py build/tests.xml …

`make test-fast` leaves out the slow files: those whose tests cost most, until the others fit its minute.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.conftest import BROWSER, LONG, LONG_TESTS, TESTS

#: Seconds of tests that two processes get through in a minute, their start included.
FAST = 80.0
#: Files of fewer seconds matter to no order.
NOTABLE = 1.0


def file_of(classname: str, root: Path = TESTS.parent) -> str | None:
    """Return the file of a test, relative to tests/; None if there is no longer one."""
    parts = classname.split(".")
    while parts:
        path = root.joinpath(*parts).with_suffix(".py")
        if path.is_file():
            return path.relative_to(root / "tests").as_posix()
        parts.pop()
    return None


def measured(reports: list[Path], root: Path = TESTS.parent) -> dict[str, tuple[float, int]]:
    """Return the seconds and the number of tests of each file."""
    seconds: dict[str, float] = defaultdict(float)
    numbers: dict[str, int] = defaultdict(int)
    for report in reports:
        for case in ElementTree.parse(report).iter("testcase"):
            file = file_of(case.get("classname", ""), root)
            if file is not None and case.get("name") not in LONG_TESTS:
                seconds[file] += float(case.get("time", 0))
                numbers[file] += 1
    return {file: (total, numbers[file]) for file, total in seconds.items()}


def slow_files(files: dict[str, tuple[float, int]], *, budget: float = FAST) -> list[str]:
    """Return the files that do not fit the budget when those of the quickest tests come first.

    Files that `make test-fast` leaves out anyway, for their browser or their length, do not count.
    """
    daily = {name: pair for name, pair in files.items() if not {*Path(name).parts} & {*BROWSER, *LONG}}
    slow, spent = [], 0.0
    for name, (seconds, _number) in sorted(daily.items(), key=lambda item: item[1][0] / item[1][1]):
        spent += seconds
        if spent > budget:
            slow.append(name)
    return sorted(slow)


def main() -> int:
    """Write the file; return 1 when no report holds a test."""
    files = measured([Path(name) for name in sys.argv[1:]])
    if not files:
        print("No report of pytest with tests of this repository.", file=sys.stderr)
        return 1
    notable = {name: round(seconds, 1) for name, (seconds, _number) in sorted(files.items()) if seconds >= NOTABLE}
    content = {"seconds": notable, "slow": slow_files(files)}
    (TESTS / "durations.json").write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
