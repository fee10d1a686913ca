"""What every test may use: a real browser, found and never silently skipped."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

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

TESTS = Path(__file__).resolve().parent
#: Files and folders whose tests drive a browser, or belong to `make test-long` only: attacks on whole elections,
#: killed workers, searches over many drawn rounds, migrations from the first.
BROWSER = ("e2e",)
LONG = ("attack", "test_kill.py", "test_crash.py", "test_firefox.py", "test_upgrade.py")
LONG_TESTS = (
    "test_no_combination_of_published_figures_lays_bare_fewer_than_k_ballots",
    "test_what_is_certified_no_attacker_takes_apart_at_any_turnout",
    "test_every_kind_of_odd_request_is_answered",
    "test_memory_grows_by_a_tenth_of_the_ballots",
    "test_hundred_thousand_ratings_take_seconds_not_minutes",
    "test_ten_thousand_marks_take_seconds",
)
#: Files whose tests are dealt out one by one. Of every other file, one process takes all.
SPREAD = ("test_every_page.py",)


#: Seconds of each longer file, and the files that `make test-fast` leaves out; written by `make test-durations`.
MEASURED = json.loads((TESTS / "durations.json").read_text("utf-8"))


def _touches_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames))  # type: ignore[attr-defined]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by where it stands: no file has to say it, and none can forget to."""
    file = item.path.relative_to(TESTS)
    if {*file.parts} & {*BROWSER}:
        item.add_marker("browser")
    if {*file.parts} & {*LONG} or item.name.partition("[")[0] in LONG_TESTS:
        item.add_marker("long")
    if file.as_posix() in MEASURED["slow"]:
        item.add_marker("slow")


def _empties_database(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(item.fixturenames)  # type: ignore[attr-defined]
    return bool(asked or (marker and marker.kwargs.get("transaction")))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests in order.

    Files that need no database come first, while it is made; then, as pytest-django has it, tests in a transaction, and
    after them the others, with their whole files, because what they leave is no longer what migrations made. The
    longest of each begin, or one process ends long after the other.
    """
    touching = {item.path for item in items if _touches_database(item)}
    emptying = {item.path for item in items if _empties_database(item)}
    tests_of = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[int, bool, float]:
        stage = 2 if item.path in emptying else int(item.path in touching)
        seconds = MEASURED["seconds"].get(item.path.relative_to(TESTS).as_posix(), 0.0)
        if item.path.name in SPREAD:
            seconds /= tests_of[item.path]
        return stage, _empties_database(item), -seconds

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Deal tests out in the order above, file by file; xdist would begin with the files of most tests."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return FileScheduling(config, log)


class FileScheduling(LoadFileScheduling):
    """Give one process all tests of a file, unless the file is to be spread."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return nodeid if Path(file).name in SPREAD else file


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


@pytest.fixture
def demonstration(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference organisation, as `make demo` loads it, with fewer voters."""
    from tests.demonstration import load_demonstration  # needs the installed apps

    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    load_demonstration()


@pytest.fixture(scope="session", autouse=True)
def _patient_wiping() -> None:
    """On PostgreSQL the other processes' tests are transactions of the same server: rows die when theirs have ended."""
    from peer_review.domain.tally import wipe  # needs the installed apps

    wipe._TRIES = 90


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Round keys are written as they are, but not waited for: like the databases (see config/settings/test.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(autouse=True)
def _first_language() -> None:
    """Each test begins in the site's own language: a request leaves the visitor's active in its thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def in_english() -> Iterator[None]:
    """Sentences are compared in the language of the source."""
    with translation.override("en"):
        yield
