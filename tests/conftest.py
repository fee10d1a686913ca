"""What every test may use: a real browser, found and never silently skipped."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

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


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep pytest-django's order, tests in a transaction first, and among the others begin with the longest."""

    def place(item: pytest.Item) -> tuple[bool, int]:
        marker = item.get_closest_marker("django_db")
        alone = bool(marker and marker.kwargs.get("transaction"))
        name = item.path.name
        return alone, LONGEST.index(name) if alone and name in LONGEST else len(LONGEST)

    items.sort(key=place)


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


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield
