"""The documentation names what the code reads."""

import re
from pathlib import Path

import pytest
import rules.permissions
from django.dispatch import Signal

import forum_pages.conf
import forum_pages.signals
import peer_review.conf
import peer_review.signals

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "site" / "config" / "settings"


def variables_read() -> set[str]:
    """Return every environment variable that the settings read."""
    found: set[str] = set()
    for path in SETTINGS.glob("*.py"):
        found |= set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z_]+)"', path.read_text("utf-8")))
    for name in ("gunicorn", "logs"):
        text = (SETTINGS.parent / f"{name}.py").read_text("utf-8")
        found |= set(re.findall(r'\bos\.environ(?:\.get\(|\[)"([A-Z_]+)"', text))
    return found - {"DEBUG"}


@pytest.mark.parametrize("variable", sorted(variables_read()))
def test_configuration_page_explains_every_variable(variable: str) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")

    assert f"`{variable}`" in page


def test_dependency_page_gives_a_reason_for_every_direct_requirement() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    names = [
        re.split(r"[<>=\[ ]", line)[0].lower()
        for name in ("base.in", "test.in")
        for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    ]

    missing = [name for name in names if name not in page]

    assert missing == []


def test_readme_folder_map_names_folders_that_exist() -> None:
    block = (ROOT / "README.md").read_text("utf-8").split("## What is where")[1].split("```")[1]
    top, missing = "", []
    for line in block.splitlines():
        if match := re.match(r"^( *)([\w/]+/)\s", line):
            indent, folder = match.groups()
            top = folder if not indent else top
            path = ROOT / (top if not indent else top + folder)
            if not path.is_dir():
                missing.append(str(path))

    assert missing == []


def names_of_plugins() -> set[str]:
    """Return every setting, signal, permission, command and frame that the plugins offer."""
    found = {f"PEER_REVIEW_{name}" for name in peer_review.conf.DEFAULTS}
    found |= {f"FORUM_PAGES_{name}" for name in forum_pages.conf.DEFAULTS}
    for module in (peer_review.signals, forum_pages.signals):
        found |= {f"{module.__name__}.{name}" for name, one in vars(module).items() if isinstance(one, Signal)}
    found |= {name for name in rules.permissions.permissions if name.startswith(("peer_review.", "forum_pages."))}
    for app in ("peer_review", "forum_pages"):
        found |= {f"{app}/{path.name}" for path in (ROOT / app / "templates" / app).glob("base*.html")}
    return found


@pytest.mark.parametrize("name", sorted(names_of_plugins()))
def test_plugins_page_explains_every_name_that_a_site_may_rely_on(name: str) -> None:
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")

    assert f"`{name}`" in page


@pytest.mark.parametrize("app", ["peer_review", "forum_pages"])
def test_plugins_page_explains_every_command(app: str) -> None:
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    commands = [path.stem for path in (ROOT / app / "management" / "commands").glob("[a-z]*.py")]

    missing = [name for name in commands if f"manage.py {name}" not in page]

    assert missing == []


def test_plugins_page_gives_the_defaults_that_the_code_has() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    wrong = []
    for prefix, module in (("PEER_REVIEW", peer_review.conf), ("FORUM_PAGES", forum_pages.conf)):
        for name, value in module.DEFAULTS.items():
            if isinstance(value, (int, float, str)):
                row = re.search(rf"\| `{prefix}_{name}` \| `([^`]+)` \|", page)
                shown = row[1].replace("_", "") if row and not isinstance(value, str) else row and row[1].strip('"')
                if shown != str(value):
                    wrong.append(name)

    assert wrong == []


def test_attacks_name_tests_that_exist() -> None:
    page = (ROOT / "docs" / "anonymity.md").read_text("utf-8")
    rows = page.split("| the attack | what stops it | tests |\n")[1].split("\n\n")[0].splitlines()[1:]

    assert len(rows) >= 10
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", row.split("|")[3])
        assert named, row
        assert [name for name in named if not (ROOT / name).is_file()] == [], row


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_pages_name_test_files_that_exist(page: Path) -> None:
    named = set(re.findall(r"`(tests/[\w/]+(?:\.py)?)`", page.read_text("utf-8")))

    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_readme_settings_of_the_plugins_fit_ten_lines() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    block = text.split("<!-- plugin settings")[1].split("```python\n")[1].split("```")[0]

    assert len(block.splitlines()) <= 10
