"""What every test may use: a real browser, found and never silently skipped."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import migrated

# How long one example takes says how busy the machine is.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")
# Playwright's synchronous API runs an event loop in this thread; Django's guard against that is not for tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

#: Files that take longest, begun first among the tests outside a transaction: or one worker ends long after the other.
LONGEST = (
    "test_every_page.py",
    "test_round_journey.py",
    "test_forum.py",
    "test_disclosures.py",
    "test_ballot_kinds.py",
    "test_ceremony.py",
    "test_look.py",
    "test_sign_in.py",
    "test_words.py",
    "test_round_pages.py",
    "test_full_path.py",
)


def _touches_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames))  # type: ignore[attr-defined]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that need no database, while it is made; then keep pytest-django's order, tests in a
    transaction first, and among the others begin with the longest."""
    touching = {item.path for item in items if _touches_database(item)}

    def place(item: pytest.Item) -> tuple[int, int]:
        marker = item.get_closest_marker("django_db")
        alone = bool(marker and marker.kwargs.get("transaction"))
        name = item.path.name
        stage = 2 if alone else int(item.path in touching)
        return stage, LONGEST.index(name) if alone and name in LONGEST else len(LONGEST)

    items.sort(key=place)


def _begins_from_template() -> bool:
    return os.name == "posix" and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let the process that only deals tests out to others have the migrated database made meanwhile."""
    config = session.config
    deals_out = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if not deals_out or not _begins_from_template():
        return
    making = subprocess.Popen([sys.executable, migrated.__file__])

    def end() -> None:
        making.terminate()
        making.wait()

    config.add_cleanup(end)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Give each worker a database of its own, as pytest-django does, in which the migrations have run already."""
    if not _begins_from_template():
        return
    creation = connections["default"].creation
    create = creation._create_test_db

    def create_from_template(verbosity: int, autoclobber: bool, keepdb: bool = False) -> str:
        name: str = create(verbosity, autoclobber, keepdb)
        if not (keepdb and Path(name).exists()):
            migrated.copy_into(name)
        return name

    creation._create_test_db = create_from_template


def find_browser() -> str | None:
    """Return the path of a system Chromium or Chrome, or None to use Playwright's own if it is installed."""
    if named := os.environ.get("BROWSER_PATH"):
        return named
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return str(mac) if mac.exists() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless browser per worker."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM_FLAGS)
        except Exception as error:
            pytest.fail(
                f"No browser could be started ({error}).\n"
                "Install one: `apt-get install chromium` (Debian), or `.venv/bin/playwright install chromium`."
            )
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile: own cookies, own storage, Chinese by default."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A blank tab in a fresh profile."""
    return context.new_page()


@pytest.fixture(autouse=True)
def _first_language() -> None:
    """Each test begins in the site's own language: a request leaves the visitor's active in its thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield
