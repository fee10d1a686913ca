"""Where the rounds' keys lie: copies, modes, a crash at every step of making one, and that nothing is left of them."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from peer_review.box import round_keys
from peer_review.box.round_keys import (
    FileStore,
    RoundKeyMissing,
    destroy_round_key,
    make_round_key,
    round_key,
)
from peer_review.models.round import new_public_id


@pytest.fixture
def folders(tmp_path: Path, settings: Any) -> list[Path]:
    chosen = [tmp_path / "first", tmp_path / "second" / "deep"]
    settings.PEER_REVIEW_ROUND_KEY_FOLDERS = [str(folder) for folder in chosen]
    return chosen


@pytest.fixture
def name() -> str:
    return new_public_id()


def files(folders: list[Path]) -> list[Path]:
    return sorted(path for folder in folders for path in folder.iterdir())


def test_key_is_kept_in_every_folder_for_the_owner_alone(folders: list[Path], name: str) -> None:
    made = make_round_key(name)

    assert [path.name for path in files(folders)] == [f"{name}.key"] * 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(folders)} == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert round_key(name).mac("x", b"") == made.mac("x", b"")


def test_either_copy_is_enough(folders: list[Path], name: str) -> None:
    made = make_round_key(name)
    for lost in folders:
        kept = (lost / f"{name}.key").read_bytes()
        (lost / f"{name}.key").unlink()
        assert round_key(name).mac("x", b"") == made.mac("x", b"")
        (lost / f"{name}.key").write_bytes(kept)


def test_short_copy_is_passed_over(folders: list[Path], name: str) -> None:
    made = make_round_key(name)
    (folders[0] / f"{name}.key").write_bytes(b"half")
    assert round_key(name).mac("x", b"") == made.mac("x", b"")


def test_key_left_by_a_failed_opening_is_taken_again(folders: list[Path], name: str) -> None:
    first = make_round_key(name)
    (folders[1] / f"{name}.key").write_bytes(b"cut off")

    assert make_round_key(name).mac("x", b"") == first.mac("x", b"")
    assert [len(path.read_bytes()) for path in files(folders)] == [32, 32]


def test_another_rounds_copy_is_never_replaced(folders: list[Path], name: str) -> None:
    make_round_key(name)
    (folders[1] / f"{name}.key").write_bytes(os.urandom(32))
    with pytest.raises(FileExistsError):
        make_round_key(name)
    assert [path.name for path in files(folders)] == [f"{name}.key"] * 2


@pytest.mark.parametrize("step", ["write", "fsync", "rename"])
def test_making_that_fails_at_any_step_is_done_again(
    folders: list[Path], name: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        if step == "rename":
            broken.setattr(Path, "rename", fail)
        else:
            broken.setattr(round_keys.os, step, fail)
        with pytest.raises(OSError, match="full"):
            make_round_key(name)
        with pytest.raises(RoundKeyMissing):
            round_key(name)

    made = make_round_key(name)

    assert round_key(name).mac("x", b"") == made.mac("x", b"")


def test_destroying_leaves_no_copy_and_may_be_repeated(folders: list[Path], name: str) -> None:
    other = new_public_id()
    make_round_key(name)
    make_round_key(other)
    held = [os.open(path, os.O_RDONLY) for path in files(folders) if path.stem == name]
    seed = os.pread(held[0], 32, 0)

    destroy_round_key(name)
    destroy_round_key(name)

    assert {path.stem for path in files(folders)} == {other}
    # Whoever still holds the file open reads something else.
    assert seed not in {os.pread(descriptor, 32, 0) for descriptor in held}
    for descriptor in held:
        os.close(descriptor)
    with pytest.raises(RoundKeyMissing):
        round_key(name)


def test_copy_that_cannot_be_reached_is_not_taken_for_destroyed(folders: list[Path], name: str) -> None:
    make_round_key(name)
    away = folders[0].with_name("unmounted")
    folders[0].rename(away)
    with pytest.raises(OSError, match=str(folders[0])):
        destroy_round_key(name)

    away.rename(folders[0])
    destroy_round_key(name)

    assert files(folders) == []


def test_store_says_which_rounds_have_a_key(folders: list[Path], name: str) -> None:
    assert FileStore().names() == set()
    make_round_key(name)
    (folders[0] / "note.key").write_text("not a round's")
    assert FileStore().names() == {name}


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n"])
def test_only_a_public_id_names_a_key(folders: list[Path], wrong: str) -> None:
    with pytest.raises(ValueError, match="public id"):
        make_round_key(wrong)


def test_store_without_folders_is_refused(settings: Any) -> None:
    settings.PEER_REVIEW_ROUND_KEY_FOLDERS = []
    with pytest.raises(ImproperlyConfigured):
        FileStore()


class MemoryStore:
    """A store of a deployment's own."""

    seeds: dict[str, bytes] = {}

    def make(self, name: str) -> bytes:
        return self.seeds.setdefault(name, bytes(32))

    def read(self, name: str) -> bytes:
        if name not in self.seeds:
            raise RoundKeyMissing(name)
        return self.seeds[name]

    def destroy(self, name: str) -> None:
        self.seeds.pop(name, None)

    def names(self) -> set[str]:
        return set(self.seeds)


def test_deployment_names_a_store_of_its_own(settings: Any, folders: list[Path], name: str) -> None:
    settings.PEER_REVIEW_ROUND_KEY_STORE = f"{__name__}.MemoryStore"
    made = make_round_key(name)
    assert round_key(name).mac("x", b"") == made.mac("x", b"")
    assert not any(folder.exists() for folder in folders)
    destroy_round_key(name)
    with pytest.raises(RoundKeyMissing):
        round_key(name)
