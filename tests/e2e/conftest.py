"""Browser tests run on busy machines: patience is not what they test."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect

expect.set_options(timeout=15_000)

RELAY = Path(__file__).with_name("firefox_relay.py")


def find_firefox() -> str | None:
    """Return the path of an installed Firefox, or None."""
    return os.environ.get("FIREFOX_PATH") or shutil.which("firefox-esr") or shutil.which("firefox")


def launch_firefox(playwright: Playwright) -> Browser:
    """Start the installed Firefox, as it is published, through the relay."""
    path = find_firefox()
    assert path is not None
    return playwright.firefox.launch(
        channel="moz-firefox", executable_path=RELAY, env={**os.environ, "FIREFOX_PATH": path}
    )


# Nothing is ever skipped in silence: what needs Firefox is collected where there is one.
collect_ignore = [] if find_firefox() else ["test_firefox.py"]
