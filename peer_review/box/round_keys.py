"""Where the rounds' keys lie: outside both databases, from opening until the count.

A store keeps 32 random bytes a round. `FileStore` keeps them in files, one a round in each of several folders; a
deployment on several hosts names a store of its own in PEER_REVIEW_ROUND_KEY_STORE, with the same four methods. What is
destroyed here makes every record and every value of that round's key unreadable, in the databases, in their logs and
in every copy of them.
"""

import errno
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from peer_review.conf import conf
from zhengyan_crypto.round_key import SEED_LENGTH, RoundKey, new_seed

_ROUND = re.compile(r"[0-9a-f]{32}\Z")


class RoundKeyMissing(Exception):
    """The round has no key: not opened yet, counted already, or this host cannot read the store."""


class RoundKeyStore(Protocol):
    """What a store of round keys does. `name` is the round's public id."""

    def make(self, name: str) -> bytes:
        """Return the seed of a round that is being opened, on disk in every copy before this returns.

        A seed that a failed opening left behind is returned again.
        """

    def read(self, name: str) -> bytes:
        """Return a round's seed.

        Raises: RoundKeyMissing.
        """

    def destroy(self, name: str) -> None:
        """Remove every copy of a round's seed; harmless when it is gone.

        Raises: OSError while a copy cannot be reached.
        """

    def names(self) -> set[str]:
        """Return the rounds that have a seed here."""


class FileStore:
    """Keeps each seed in a file of mode 0600, one in each folder. Folders are made with mode 0700."""

    def __init__(self, folders: Sequence[str | Path] | None = None) -> None:
        chosen = conf.ROUND_KEY_FOLDERS if folders is None else folders
        if not chosen:
            raise ImproperlyConfigured("PEER_REVIEW_ROUND_KEY_FOLDERS names no folder.")
        self.folders = [Path(folder) for folder in chosen]

    def make(self, name: str) -> bytes:
        for folder in self.folders:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            seed = self.read(name)
        except RoundKeyMissing:
            seed = new_seed()
        for folder in self.folders:
            self._write(folder / _file_name(name), seed)
        return seed

    def read(self, name: str) -> bytes:
        for folder in self.folders:
            try:
                seed = (folder / _file_name(name)).read_bytes()
            except OSError:
                continue
            if len(seed) == SEED_LENGTH:
                return seed
        raise RoundKeyMissing(name)

    def destroy(self, name: str) -> None:
        for folder in self.folders:
            path = folder / _file_name(name)
            if not folder.is_dir():
                # A folder that is not mounted may hold a copy: gone it is only when that has been looked at.
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
            try:
                descriptor = os.open(path, os.O_WRONLY)
            except FileNotFoundError:
                continue
            try:
                os.write(descriptor, secrets.token_bytes(SEED_LENGTH))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            path.unlink(missing_ok=True)
            _sync_folder(folder)

    def names(self) -> set[str]:
        files = (path for folder in self.folders if folder.is_dir() for path in folder.glob("*.key"))
        return {path.stem for path in files if _ROUND.match(path.stem)}

    def _write(self, path: Path, seed: bytes) -> None:
        """Make the file exclusively, or complete one that a crash left short; never replace another seed."""
        if path.exists() and path.read_bytes() == seed:
            return
        fresh = path.with_suffix(f".{secrets.token_hex(8)}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, seed)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path.exists() and path.stat().st_size == SEED_LENGTH:
            fresh.unlink()
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        fresh.rename(path)
        _sync_folder(path.parent)


def _file_name(name: str) -> str:
    if not _ROUND.match(name):
        raise ValueError("not a round's public id")
    return f"{name}.key"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store() -> RoundKeyStore:
    """Return the store that the settings name."""
    chosen: RoundKeyStore = import_string(conf.ROUND_KEY_STORE)()
    return chosen


def make_round_key(public_id: str) -> RoundKey:
    """Return the key of a round that is being opened. It is on disk, in every copy, when this returns.

    Raises: OSError if a copy cannot be written.
    """
    return RoundKey(store().make(public_id), secret=conf.KEY_SECRET, round_id=public_id)


def round_key(public_id: str) -> RoundKey:
    """Return the key of a round between opening and count.

    Raises: RoundKeyMissing.
    """
    return RoundKey(store().read(public_id), secret=conf.KEY_SECRET, round_id=public_id)


def destroy_round_key(public_id: str) -> None:
    """Destroy every copy of a round's key; harmless when it is gone.

    Raises: OSError while a copy cannot be reached: destroy it again later.
    """
    store().destroy(public_id)
