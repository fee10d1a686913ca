"""The auditor's package: its files and its list of hashes."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from peer_review.offline.verifier.encoding import Fault

#: Files of the auditor's package that checks are made of.
PACKED = ("manifest", "bulletin", "ballots", "dummies", "merged", "scheme", "roll", "figures", "exposure")
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Files:
    """What there is to check, as bytes; None for what was not handed in."""

    manifest: bytes
    bulletin: bytes
    ballots: bytes | None = None
    dummies: bytes | None = None
    merged: bytes | None = None
    receipt: bytes | None = None
    scheme: bytes | None = None
    roll: bytes | None = None
    figures: bytes | None = None
    exposure: bytes | None = None
    sums: dict[str, str] | None = None  # of a package: what its list says of each file, and …
    found: dict[str, str] | None = None  # … what was found


def check_sums(listed: dict[str, str], hashes: dict[str, str]) -> tuple[str, str]:
    """Compare a package's files with its list."""
    for name in sorted(listed.keys() | hashes.keys()):
        if name not in hashes:
            raise Fault(f"{name} is missing", f"缺少 {name}")
        if name in listed and listed[name] != hashes[name]:
            raise Fault(f"{name} is not as it was packed", f"{name} 与打包时不同")
    return f"{len(listed)} files as packed", f"{len(listed)} 个文件与打包时相同"


def read_package(path: Path) -> tuple[dict[str, bytes], dict[str, str] | None, dict[str, str]]:
    """Return the files of an auditor's package, zip or folder, its list of hashes if it has one, and what they are.

    Raises: OSError; Fault for a damaged zip.
    """

    def take(names: Iterable[str], read: Callable[[str], bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
        contents, hashes_found = {}, {}
        for name in names:
            data = read(name)
            hashes_found[name] = hashlib.sha256(data).hexdigest()
            if name == SUMS or name.removesuffix(".json") in PACKED:
                contents[name] = data
        return contents, hashes_found

    if path.is_dir():
        wanted = [SUMS, *(f"{name}.json" for name in PACKED)]
        there = [name for name in wanted if (path / name).is_file()]
        contents, hashes = take(there, lambda name: (path / name).read_bytes())
    else:
        try:
            with zipfile.ZipFile(path) as packed:
                contents, hashes = take(packed.namelist(), packed.read)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise Fault(f"not a whole zip ({error})", "压缩包不完整") from error
    sums = contents.pop(SUMS, None)
    hashes.pop(SUMS, None)
    if sums is None:
        return contents, None, hashes
    lines = (line.split("  ", 1) for line in sums.decode("utf-8", "replace").splitlines() if "  " in line)
    said = {name: digest for digest, name in lines}
    if path.is_dir():  # Only what is read here: whoever unpacked may have moved the rest.
        said = {name: digest for name, digest in said.items() if name in wanted}
    return contents, said, hashes
