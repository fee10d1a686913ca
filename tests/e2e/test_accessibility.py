"""The look at a page: what is wrong is named, and a page that is still being replaced is waited for."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route

from tests.e2e import accessibility
from tests.e2e.accessibility import faults

ADDRESS = "http://pages.example"
SOUND = "<!doctype html><html lang=en><title>Sound</title><main><h1>Sound</h1></main>"
BARE = "<!doctype html><html lang=en><title>Bare</title><main><h1>Bare</h1><img src=data:,></main>"
WIDE = "<!doctype html><html lang=en><title>Wide</title><main><h1 style='width: 1500px'>Wide</h1></main>"


@pytest.fixture
def tab(page: Page) -> Iterator[Page]:
    """A tab in which the three pages stand at addresses of their names."""

    def answer(route: Route) -> None:
        pages = {"sound": SOUND, "bare": BARE, "wide": WIDE}
        body = pages.get(route.request.url.rpartition("/")[2].partition("?")[0])
        route.fulfill(status=200 if body else 404, content_type="text/html", body=body or "")

    page.route(f"{ADDRESS}/**", answer)
    return page


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sound", []),
        ("bare", [f"{ADDRESS}/bare: image-alt: "]),
        ("wide", [f"{ADDRESS}/wide: [0-9]+ px wider than its window"]),
    ],
)
def test_what_is_wrong_is_named(tab: Page, name: str, wrong: list[str]) -> None:
    tab.goto(f"{ADDRESS}/{name}")

    seen = faults(tab)

    assert len(seen) == len(wrong)
    assert all(re.match(pattern, fault) for pattern, fault in zip(wrong, seen, strict=True))


def test_the_place_may_have_a_name(tab: Page) -> None:
    tab.goto(f"{ADDRESS}/bare")

    assert faults(tab, "a bare page")[0].startswith("a bare page: image-alt: <img ")


@pytest.mark.parametrize("delay", [*range(0, 60, 4), 80, 120])
def test_a_page_that_is_replaced_meanwhile_is_looked_at_anew(tab: Page, delay: int) -> None:
    tab.goto(f"{ADDRESS}/sound")
    tab.evaluate(f"setTimeout(() => location.assign('{ADDRESS}/bare'), {delay})")

    seen = faults(tab)

    # Whole pages only: nothing of the former, or all of the latter.
    assert [fault.partition(": <")[0] for fault in seen] in ([], [f"{ADDRESS}/bare: image-alt"])
    tab.wait_for_url(f"{ADDRESS}/bare")
    assert len(faults(tab)) == 1


def test_a_page_that_is_always_replaced_is_given_up(tab: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accessibility, "TRIES", 3)
    looks: list[float] = []

    class Restless:
        def run(self, page: Page) -> None:
            looks.append(time.monotonic())
            page.goto(f"{ADDRESS}/bare?{len(looks)}")
            page.evaluate("axe.run()")

    monkeypatch.setattr(accessibility, "Axe", Restless)
    tab.goto(f"{ADDRESS}/sound")

    with pytest.raises(Error, match="axe is not defined"):
        faults(tab)
    assert len(looks) == 3


def test_axe_is_run_in_one_place() -> None:
    tests = Path(__file__).resolve().parents[1]
    running = {path.name for path in tests.rglob("*.py") if "axe_playwright_python" in path.read_text("utf-8")}

    assert running == {"accessibility.py", Path(__file__).name}
