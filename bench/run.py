"""Run every benchmark, one after the other, and print what was measured: `make bench`.

    python bench/run.py [--quick] [crypto] [imports] [forum] [setup] [subtraction] [casting] [count] [check]
                        [scores] [large] [severity]

Each runs in a process of its own, on databases of its own that are deleted afterwards: SQLite, or two new ones on the
server that DATABASE_URL names. `--quick` measures small numbers, to see that everything runs. Each also runs alone.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from common import ROOT, machine, own_databases

BENCH = Path(__file__).resolve().parent
#: Name: (title, arguments, arguments when quick, the longest it may take in seconds).
BENCHES: dict[str, tuple[str, list[str], list[str], int]] = {
    "crypto": ("Cryptography, one core", [], ["0.1"], 120),
    "imports": ("Importing employees", ["100000"], ["2000"], 600),
    "forum": (
        "Forum: board pages, topic pages, posting",
        [],
        ["--topics", "2000", "--comments", "100", "--rounds", "5"],
        600,
    ),
    "setup": ("Setting a large round up", [], ["--people", "600", "--keys", "5"], 600),
    "subtraction": ("Searching earlier rounds, with the pre-flight", [], ["--subjects", "300"], 600),
    "casting": (
        "Casting ballots over HTTP",
        [],
        ["--ballots", "200", "--browsers", "40", "--at-once", "50", "--kills", "2"],
        600,
    ),
    "count": ("Counting ballots", [], ["--ballots", "400", "--papers", "4"], 300),
    "check": (
        "Checking one's ballots on a telephone",
        [],
        ["--smaller", "10", "--networks", "4g", "--visits", "1"],
        900,
    ),
    "scores": (
        "Verifying, deduplicating and scoring up to 2,000,000 ballots",
        [],
        ["--sizes", "2000", "20000", "--ballots", "1000"],
        300,
    ),
    "large": (
        "Counting and publishing by a worker, real ballots",
        [],
        ["--ballots", "200", "2000", "--papers", "4"],
        600,
    ),
    "severity": (
        "Taking severity out",
        [],
        ["--ratings", "2000", "--marks", "800", "--sheets", "20"],
        300,
    ),
}


def run(script: str, *arguments: str, patience: int) -> bool:
    """Run one script of this folder, showing what it prints; say whether it ended well and in time."""
    sys.stdout.flush()
    try:
        done = subprocess.run(
            [sys.executable, str(BENCH / script), *arguments], cwd=ROOT, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"Stopped after {patience} s.")
        return False
    return done.returncode == 0


def main() -> int:
    """Describe the machine, migrate once, run what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    options = parser.parse_args()
    if unknown := set(options.names) - set(BENCHES):
        parser.error(f"no benchmark named {', '.join(sorted(unknown))}")
    print(machine())
    failed = []
    with own_databases("template") as folder:
        if not run("common.py", patience=600):
            raise SystemExit("The databases could not be migrated.")
        url = os.environ["DATABASE_URL"]
        os.environ["BENCH_TEMPLATE"] = (
            url.rpartition("/")[2] if url.startswith("postgres") else f"{folder}/main.sqlite3"
        )
        for name in options.names or BENCHES:
            title, usual, quick, patience = BENCHES[name]
            print(f"\n== {title}")
            start = time.monotonic()
            if not run(f"{name}.py", *(quick if options.quick else usual), patience=patience):
                failed.append(name)
            print(f"({time.monotonic() - start:.0f} s)")
        del os.environ["BENCH_TEMPLATE"]
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
