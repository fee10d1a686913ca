"""Where the demonstration leaves the keys of its open rounds, and where it lets too few vote. The rounds themselves are
loaded in tests/demo/test_loading.py.
"""

from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.load import rounds
from peer_review.models import Cell
from zhengyan_crypto import sealing


def test_box_keys_are_left_in_one_file_for_its_owner_alone(tmp_path: Path, settings: SimpleNamespace) -> None:
    settings.VAR_DIR = str(tmp_path)
    private = sealing.generate_box_key().private_bytes_raw()

    for title in ("一", "二"):
        rounds._leave_box_key(SimpleNamespace(title=title), private)  # type: ignore[arg-type]

    path = rounds.box_key_path()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text("utf-8") == "".join(
        f"{title}\n{sealing.encode_box_key(private)}\n\n" for title in ("一", "二")
    )


@pytest.mark.parametrize("title", [rounds.PUBLISHED, rounds.FULL_CIRCLE, rounds.OPEN, rounds.SHEET, rounds.DRAFT])
def test_rounds_are_told_apart_by_their_titles(title: str) -> None:
    titles = [rounds.PUBLISHED, rounds.FULL_CIRCLE, rounds.OPEN, rounds.SHEET, rounds.DRAFT]

    assert titles.count(title) == 1


@pytest.mark.parametrize(("cells", "limits"), [(1, [4]), (2, [2, 2]), (3, [2, 1, 1]), (6, [1, 1, 1, 1, 0, 0])])
def test_cells_share_a_limit_that_stays_under_the_floor(cells: int, limits: list[int]) -> None:
    limited = rounds._limited([Cell(key=str(at)) for at in range(cells)], 4)

    assert list(limited.values()) == limits
    assert sum(limited.values()) == 4
