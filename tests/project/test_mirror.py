"""Tests mirror the code: every module of the layers below has a test file of its own, in the same place under tests/.

`python tests/project/test_mirror.py` prints what is missing.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("domain", "views", "rules", "querysets", "forms", "counting", "protocol", "box")
APPS = ("peer_review", "forum_pages")
#: Packages that are mirrored whole.
PACKAGES = ("zhengyan_crypto",)


def mirrored(root: Path = ROOT) -> list[str]:
    """Return every module that is to have a test file of its own, relative to the repository."""
    places = [*(f"{app}/{layer}" for app in APPS for layer in LAYERS), *PACKAGES]
    modules = [path for place in places for path in (root / place).rglob("*.py")]
    # A layer may also be one module.
    modules += [root / f"{place}.py" for place in places if (root / f"{place}.py").exists()]
    return sorted(str(path.relative_to(root)) for path in modules if path.stem != "__init__")


def mirror_of(module: str) -> str:
    """Return where a module's tests are: `a/b.py` in `tests/a/test_b.py`."""
    path = Path(module)
    return str(Path("tests") / path.parent / f"test_{path.name}")


def missing(root: Path = ROOT) -> list[str]:
    """Return the modules that have no test file of their own."""
    return [module for module in mirrored(root) if not (root / mirror_of(module)).exists()]


def test_every_module_has_a_test_file_of_its_own() -> None:
    assert missing() == []


def test_module_without_a_test_file_is_missing(tmp_path: Path) -> None:
    for path in (
        "peer_review/domain/rounds/lifecycle.py",
        "peer_review/domain/rounds/__init__.py",
        "peer_review/views/rounds/calendar.py",
        "forum_pages/rules.py",
        "zhengyan_crypto/merkle.py",
        "tests/peer_review/domain/rounds/test_lifecycle.py",
        "tests/zhengyan_crypto/test_merkle.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()

    assert missing(tmp_path) == ["forum_pages/rules.py", "peer_review/views/rounds/calendar.py"]


if __name__ == "__main__":
    sys.stdout.write("\n".join(missing()) + "\n")
