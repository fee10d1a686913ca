"""Rounds in which a search could turn on a last bit, what is published of them, and whether the verifier agrees.

`python -m tests.peer_review.counting.designs SHUFFLE` prints that as JSON, with the BLAS kernels that did the work.
"""

import ctypes
import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

Mark = Callable[[int, int, int], int]

#: (subject, sheet, criterion) → answer in points. All but the last four are explained without a rest.
POINTS: dict[str, Mark] = {
    "all equal": lambda subject, sheet, at: 70,
    "by criterion": lambda subject, sheet, at: 70 + 5 * at,
    "by subject": lambda subject, sheet, at: 60 + 5 * subject,
    "by sheet": lambda subject, sheet, at: 60 + sheet,
    "one subject apart": lambda subject, sheet, at: 60 + 5 * (subject == 2),
    "by subject and sheet": lambda subject, sheet, at: 50 + 7 * subject + sheet**2 % 11,
    "by subject and criterion": lambda subject, sheet, at: 50 + 3 * subject + 2 * at,
    "by sheet and criterion": lambda subject, sheet, at: 50 + 3 * sheet + 2 * at,
    "by subject, sheet and criterion": lambda subject, sheet, at: 50 + 4 * subject + 2 * sheet + 3 * at,
    "by profile": lambda subject, sheet, at: 50 + 7 * subject + subject * at * 5 % 7,
    "by profile and sheet": lambda subject, sheet, at: 50 + subject * at * 5 % 7 + 2 * sheet,
    "by pair": lambda subject, sheet, at: 50 + (7 * subject * sheet + sheet**2) % 23,
    "by pair and profile": lambda subject, sheet, at: 50 + subject * at * 5 % 7 + subject * sheet * 3 % 5,
    "by turns": lambda subject, sheet, at: 50 + (-1) ** (subject + sheet),
    "no subject nor sheet": lambda subject, sheet, at: (subject + sheet + at) % 2 * 100,
    "one mark apart": lambda subject, sheet, at: 60 + 5 * subject + (subject == 2 and sheet == 3 and at == 0),
    "uneven": lambda subject, sheet, at: 55 + 5 * subject + 3 * (sheet % 4) + (7 * subject + 5 * sheet + 3 * at) % 6,
    "spread at its floor": lambda subject, sheet, at: 60 + 5 * (sheet % 2),
}
#: The same of grades from 1 to 4.
GRADES: dict[str, Mark] = {
    "all equal": lambda subject, sheet, at: 3,
    "by criterion": lambda subject, sheet, at: 2 + at % 2,
    "by sheet, best or worst": lambda subject, sheet, at: 4 if sheet % 2 else 1,
    "by subject": lambda subject, sheet, at: 1 + subject % 4,
    "two groups of subjects": lambda subject, sheet, at: 4 if subject > 2 else 1,
    "one subject apart": lambda subject, sheet, at: 2 + (subject == 0),
    "one mark apart": lambda subject, sheet, at: 3 - (subject == 2 and sheet == 3 and at == 0),
    "no subject nor sheet": lambda subject, sheet, at: 1 + (subject + sheet + at) % 4,
}


def rounds() -> Iterator[tuple[str, Any]]:
    """Yield every round with its name."""
    from tests.peer_review.offline import drawn

    for name, mark in POINTS.items():
        for criteria in (1, 3) if name.startswith("by s") else (3,):
            yield f"points {name}, {criteria} criteria", drawn.sheets_about(mark, criteria=criteria)
    for name, mark in GRADES.items():
        yield f"grades {name}", drawn.sheets_about(mark, scale="grades")
    for seed in range(4):
        yield f"points by chance {seed}", drawn.draw_sheets(random.Random(seed))
        yield f"any papers {seed}", drawn.draw_round(random.Random(seed))
    for seed in range(2):
        yield f"anchors by chance {seed}", drawn.draw_sheets(random.Random(seed), "anchors")


def shuffled(round: Any, luck: random.Random) -> None:
    """Bring the rows of a round, and the numbers of its sheets, into another order."""
    from peer_review.counting.release import Ballots

    old = round.ballots
    order = luck.sample(range(len(old.subject)), len(old.subject))
    numbers = np.unique(old.sheet)
    renamed = dict(zip(numbers.tolist(), luck.sample(numbers.tolist(), len(numbers)), strict=True))
    sheet = np.array([renamed[one] for one in old.sheet.tolist()], dtype=np.int64)
    round.ballots = Ballots(old.subject[order], old.voter_class[order], old.answers[order], sheet[order])
    luck.shuffle(round.entries)


def published(shuffle: int = 0) -> dict[str, Any]:
    """Return of each round what is published, to the last digit, and what the verifier finds wrong with it."""
    from peer_review.counting.release import release
    from peer_review.offline.verifier.figures import leaves_of
    from tests.peer_review.offline import drawn

    made = {}
    for name, round in rounds():
        if shuffle:
            shuffled(round, random.Random(f"{shuffle} {name}"))
        figures = drawn.told(release(round.ballots, round.plan), round.scheme)
        recount = round.recount(figures)  # takes the parameters of the fits out
        leaves = dict(leaves_of(figures))
        anew = dict(leaves_of(recount.figures()))
        made[name] = {
            "figures": {" ".join(path): str(value) for path, value in leaves.items()},
            "faults": [fault.english for fault in recount.severity.faults],
            "unlike": sorted(" ".join(path) for path in leaves.keys() | anew if leaves.get(path) != anew.get(path)),
        }
    return made


def kernels() -> list[str]:
    """Return the names of the kernels that the loaded libraries of linear algebra run; none unless it is OpenBLAS."""
    maps = Path("/proc/self/maps")
    paths = set(re.findall(r"/\S*openblas\S*", maps.read_text())) if maps.exists() else set()
    found = set()
    for path in paths:
        library = ctypes.CDLL(path)
        for symbol in ("openblas_get_corename", "scipy_openblas_get_corename", "scipy_openblas_get_corename64_"):
            if hasattr(library, symbol):
                function = getattr(library, symbol)
                function.restype = ctypes.c_char_p
                found.add(function().decode())
    return sorted(found)


def main() -> None:
    """Print what is published of every round."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    sys.path.insert(0, "site")
    import django

    django.setup()
    made = published(int(sys.argv[1]))
    sys.stdout.write(json.dumps({"kernels": kernels(), "rounds": made}))


if __name__ == "__main__":
    main()
