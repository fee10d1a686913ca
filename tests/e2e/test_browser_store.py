"""What a browser keeps of a round: versions count on whichever tab casts, from the time of the browser's own draw."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.client_server import MODULES, ClientServer, serve_client

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[ClientServer]:
    with serve_client() as site:
        yield site


@pytest.fixture
def tabs(site: ClientServer, page: Page) -> Page:
    """A page in which `tab(kept)` opens another tab's view of the same person and round."""
    page.goto(site.address)
    page.evaluate(
        """async (url) => {
            const { Store } = await import(url);
            globalThis.tab = (kept = true) => new Store("round", "owner", { kept });
            globalThis.drawn = (store, drawnAt, master = "secret") => {
                Object.assign(store.data, { master, drawnAt });
                store.save();
                return store;
            };
        }""",
        MODULES["store"],
    )
    return page


def found(tabs: Page, script: str) -> Any:
    return tabs.evaluate(f"async () => {{ {script} }}")


def test_versions_of_two_tabs_count_on_from_each_other(tabs: Page) -> None:
    assert found(
        tabs,
        """
        const first = drawn(tab(), 5), second = tab();
        const cast = [];
        for (const one of [first, first, second, first, second]) cast.push(await one.nextVersion());
        return cast;
        """,
    ) == [{"drawnAt": 5, "version": version} for version in (1, 2, 3, 4, 5)]


def test_a_tab_opened_before_the_draw_counts_from_it(tabs: Page) -> None:
    assert found(
        tabs,
        """
        const early = tab();
        await drawn(tab(), 5).nextVersion();
        const { version, drawnAt } = await early.nextVersion();
        return [version, drawnAt, early.data.master];
        """,
    ) == [2, 5, "secret"]


def test_a_tab_follows_the_browsers_later_draw_and_never_an_earlier_one(tabs: Page) -> None:
    """One tab forgot the round and took over with the code: the other one casts for the same browser."""
    assert found(
        tabs,
        """
        const old = drawn(tab(), 5);
        for (let at = 0; at < 3; at++) await old.nextVersion();
        const fresh = tab();
        fresh.forget();
        drawn(fresh, 9);
        const first = await fresh.nextVersion();
        const second = await old.nextVersion();
        return [first, second, await fresh.nextVersion()];
        """,
    ) == [{"drawnAt": 9, "version": version} for version in (1, 2, 3)]


def test_another_persons_secret_changes_no_count(tabs: Page) -> None:
    assert found(
        tabs,
        """
        const mine = drawn(tab(), 5);
        drawn(tab(), 9, "another secret");
        return mine.nextVersion();
        """,
    ) == {"drawnAt": 5, "version": 1}


def test_a_tab_that_keeps_nothing_counts_by_itself(tabs: Page) -> None:
    assert found(
        tabs,
        """
        const store = drawn(tab(false), 5);
        await store.nextVersion();
        return [await store.nextVersion(), Object.keys(localStorage).length];
        """,
    ) == [{"drawnAt": 5, "version": 2}, 0]


def test_what_an_earlier_version_of_the_page_kept_has_no_time_of_a_draw(tabs: Page) -> None:
    assert found(
        tabs,
        """
        localStorage.setItem("peer-review/round/owner", JSON.stringify({ v: 1, master: "secret", version: 3 }));
        const { drawnAt, version, receipts } = tab().data;
        return [drawnAt, version, receipts];
        """,
    ) == [None, 3, {}]
