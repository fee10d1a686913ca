"""The client in Firefox: the same vectors as in Chromium, and one evaluator's way from a blank paper to a receipt.

Collected where Firefox is installed (see conftest.py); `make test-long` runs it.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.e2e.conftest import find_firefox, launch_firefox
from tests.e2e.test_round_journey import House, evaluate, make_box_key, prepared_round, step
from tests.e2e.test_vectors import (  # noqa: F401 - the same tests and what they need, in this module's browser
    client,
    election,
    native,
    site,
    test_a_kept_key_is_used_only_if_a_receipt_beside_it_speaks_for_it,
    test_a_key_made_in_the_browser_opens_what_python_sealed,
    test_blocks_of_single_cells_are_believed_only_with_their_path,
    test_canonical_json_equals_python,
    test_content_keys_and_box_key_codes_match_the_shared_vectors,
    test_credentials_and_casts_match_the_shared_vectors,
    test_draw_and_cast,
    test_hexadecimal_is_read_as_in_python,
    test_revisions_lose_no_bit_and_rise_as_in_python,
    test_rfc9474_vectors,
    test_the_box_is_opened_in_chunks_without_its_key,
    test_the_manifest_is_believed_only_with_its_fingerprint,
    test_whole_bulletins_are_checked_like_python_does,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One headless Firefox for this module, in place of Chromium."""
    with sync_playwright() as playwright:
        browser = launch_firefox(playwright)
        yield browser
        browser.close()


def test_browser_is_the_installed_firefox(browser: Browser) -> None:
    page = browser.new_page()

    assert "Firefox/" in page.evaluate("navigator.userAgent")
    assert find_firefox() is not None


@pytest.mark.django_db(transaction=True, databases=["default", "box"])
def test_ballot_is_cast_and_its_receipt_checked(live_server: LiveServer, browser: Browser) -> None:
    round, users = prepared_round()
    house = House(browser, live_server.url, round)
    try:
        make_box_key(house.open(round.scrutineers.get(), "scrutineer-round", "scrutineer"))
        step(house, "Open the round")
        assert round.state == "open"

        evaluate(house.open(users[0], "ballot", "ballot"), 0)

        check = house.open(users[0], "ballot-check", "check")
        expect(check.locator("#verdict-title")).to_contain_text("receipt")
    finally:
        house.close()
