"""Every setting that the code reads is explained: in docs/configuration.md, the plugins' own in docs/plugins.md."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from forum_pages.conf import DEFAULTS as FORUM
from peer_review.conf import DEFAULTS as PEER_REVIEW

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text("utf-8")
PLUGINS = (ROOT / "docs" / "plugins.md").read_text("utf-8")
VARIABLE = re.compile(r"\b(?:env\.\w+|environ(?:\.get|\.setdefault)?)[(\[]\s*[\"']([A-Z][A-Z0-9_]+)")
SETTING = re.compile(r"\bsettings\.([A-Z][A-Z0-9_]+)\b|getattr\(settings, \"([A-Z][A-Z0-9_]+)\"")
#: What a run of the tests tells itself; nobody else sets it.
OF_TESTS = {"ZY_TEST_DIR", "PYTEST_XDIST_WORKER", "OPENBLAS_NUM_THREADS"}


def sources() -> Iterator[str]:
    """Yield the text of every module that runs on a server."""
    for folder in ("site", "peer_review", "forum_pages"):
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts and "node_modules" not in path.parts:
                yield path.read_text("utf-8")


def is_of_a_package(name: str) -> bool:
    """Return whether Django, Wagtail or another package explains a setting, and not this project."""
    from django.conf import global_settings

    packages = ("WAGTAIL", "CSP_", "MFA_", "ACCOUNT_", "COMMENTS_", "REST_", "RQ_", "SITE_ID", "DEFAULT_SCHEMA_CLASS")
    return hasattr(global_settings, name) or name.startswith(packages)


def explained(text: str) -> set[str]:
    """Return the names in the first columns of a page's tables."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cell)}


def test_every_variable_of_the_environment_is_explained() -> None:
    read = {name for text in sources() for name in VARIABLE.findall(text)} - OF_TESTS
    assert len(read) > 30

    assert read - explained(CONFIGURATION) - {"DEBUG"} == set()
    assert "`DEBUG=true`" in CONFIGURATION


def test_every_setting_of_this_project_is_explained() -> None:
    read = {name for text in sources() for pair in SETTING.findall(text) for name in pair if name}
    own = {name for name in read if not is_of_a_package(name) and not name.startswith(("PEER_REVIEW_", "FORUM_PAGES_"))}
    assert len(own) > 15

    assert own - explained(CONFIGURATION) == set()


@pytest.mark.parametrize(("prefix", "defaults"), [("PEER_REVIEW", PEER_REVIEW), ("FORUM_PAGES", FORUM)])
def test_every_setting_of_a_plugin_is_explained(prefix: str, defaults: dict[str, object]) -> None:
    assert {f"{prefix}_{name}" for name in defaults} - explained(PLUGINS) == set()


def test_nothing_is_explained_that_no_code_reads() -> None:
    text = "\n".join(sources()) + (ROOT / "manage.py").read_text("utf-8")

    assert [name for name in explained(CONFIGURATION) if name not in text] == []
