"""The committed scripts are the ones whose hashes the pages carry. `make assets-check` shows they are what is built."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

import peer_review

PLUGIN = Path(peer_review.__file__).parent
SOURCE = PLUGIN / "static_src"
BUILT = PLUGIN / "static" / "peer_review" / "js"
INTEGRITY: dict[str, str] = json.loads((BUILT / "integrity.json").read_text())


def test_every_page_and_the_fallback_are_built_and_nothing_else() -> None:
    pages = {path.name for path in (SOURCE / "src" / "pages").glob("*.js")}
    assert INTEGRITY.keys() == pages | {"curves.js"}
    assert {path.name for path in BUILT.iterdir()} == INTEGRITY.keys() | {"integrity.json"}


@pytest.mark.parametrize("name", sorted(INTEGRITY))
def test_integrity_is_the_hash_of_the_committed_file(name: str) -> None:
    digest = hashlib.sha384((BUILT / name).read_bytes()).digest()
    assert INTEGRITY[name] == f"sha384-{base64.b64encode(digest).decode()}"


def test_licences_stay_in_the_built_files() -> None:
    assert all("MIT licence" in (BUILT / name).read_text()[:200] for name in INTEGRITY)
    assert "noble-curves - MIT License (c) 2022 Paul Miller" in (BUILT / "curves.js").read_text()


def test_the_fallback_is_in_no_page() -> None:
    for name in INTEGRITY.keys() - {"curves.js"}:
        assert "noble" not in (BUILT / name).read_text()


def test_the_lock_file_pins_contents_and_names_no_registry() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    for package in packages:
        assert package["integrity"].startswith("sha512-")
        assert "resolved" not in package
