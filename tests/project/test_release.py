"""What stands against tagging a release (`make release-check`)."""

import datetime
import subprocess
from pathlib import Path

import pytest

from tools.release_check import changelog_faults, code_faults, tree_faults, wheel_faults

TODAY = datetime.date(2026, 12, 1)
CHANGES = """# Changes

## 1.2.0 (2026-11-30)

A line about the whole.

### Added

- Something new.

### Fixed

- Something old.

### Upgrade

Nothing to do.

## 1.1.0 (2026-10-01)

- As it was written then.
"""


def test_dated_section_with_areas_may_be_tagged() -> None:
    assert changelog_faults(CHANGES, "1.2.0", TODAY) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("1.2.0 (", "1.3.0 ("), "CHANGELOG.md begins with 1.3.0, pyproject.toml says 1.2.0"),
        (("2026-11-30", "unreleased"), "CHANGELOG.md: “unreleased” is no date"),
        (("2026-11-30", "2026-12-02"), "CHANGELOG.md: 2026-12-02 is still to come"),
        ((" (2026-11-30)", ""), "CHANGELOG.md: “1.2.0” is no version with a date in brackets"),
        (("### Fixed", "### Repaired"), "CHANGELOG.md: “Repaired” is none of Added, Changed, Fixed, Upgrade"),
        (("### Added", "### Upgrade"), "CHANGELOG.md: the areas come in this order: Added, Changed, Fixed, Upgrade"),
        (("- Something old.", ""), "CHANGELOG.md: nothing stands below “Fixed”"),
        (("A line", "- A change"), "CHANGELOG.md: a change stands above every area"),
        (("### Upgrade\n\nNothing to do.\n", ""), "CHANGELOG.md: “Upgrade” is missing"),
    ],
)
def test_fault_of_the_changes_is_named(change: tuple[str, str], fault: str) -> None:
    assert changelog_faults(CHANGES.replace(*change, 1), "1.2.0", TODAY) == [fault]


def test_changes_without_a_section_are_named() -> None:
    assert changelog_faults("# Changes\n", "1.2.0", TODAY) == ["CHANGELOG.md has no section"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit."""
    (tmp_path / "file").write_text("one")
    for command in (
        ["init", "--quiet"],
        ["config", "user.name", "Somebody"],
        ["config", "user.email", "somebody@example.org"],
        ["add", "file"],
        ["commit", "--quiet", "--message", "One"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_committed_tree_may_be_tagged(repository: Path) -> None:
    assert tree_faults(repository, "1.2.0") == []


def test_changed_and_new_files_are_named(repository: Path) -> None:
    (repository / "file").write_text("two")
    (repository / "other").touch()

    assert tree_faults(repository, "1.2.0") == ["uncommitted: file", "uncommitted: other"]


def test_version_is_tagged_once(repository: Path) -> None:
    subprocess.run(["git", "tag", "v1.2.0"], cwd=repository, check=True)

    assert tree_faults(repository, "1.2.0") == ["the tag v1.2.0 exists"]


def test_check_that_fails_is_named_with_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "manage.py").write_text("raise SystemExit('a model changed')")
    (tmp_path / "tools" / "check_catalogues.py").touch()

    assert code_faults(tmp_path) == ["migrations: a model changed"]


def test_folder_without_a_project_builds_no_wheel(tmp_path: Path) -> None:
    (fault,) = wheel_faults(tmp_path, "1.2.0")

    assert fault.startswith("the wheel: ")
