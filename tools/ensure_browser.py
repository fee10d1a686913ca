"""Make sure the tests have a browser: a system one, else Debian's, else Playwright's own; else say what helps."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.conftest import find_browser

DEBIAN = ["apt-get", "install", "--yes", "--quiet", "chromium", "fonts-noto-cjk"]


def playwright_has_one() -> bool:
    """Whether Playwright's own Chromium is installed."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def main() -> int:
    """Return 0 when a browser is ready, 1 after saying how to get one."""
    if find_browser() or playwright_has_one():
        return 0
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "--quiet"], check=False)
        subprocess.run(DEBIAN, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        if find_browser():
            return 0
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if playwright_has_one():
        return 0
    print(
        "The browser tests need Chromium or Chrome and none could be installed.\n"
        "  Debian, Ubuntu:  sudo apt-get install chromium fonts-noto-cjk\n"
        "  elsewhere:       .venv/bin/playwright install chromium\n"
        "or name one:       BROWSER_PATH=/path/to/chrome make test",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
