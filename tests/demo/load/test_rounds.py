"""Where the demonstration leaves the keys of its open rounds. The rounds themselves are loaded in tests/e2e."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from demo.load import rounds
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
