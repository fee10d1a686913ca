"""The one list of unlogged routes: nothing about ballots and bulletins is missing from it."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.urls import resolve, reverse

from config.logs import SILENT_PATHS
from peer_review.unlogged_routes import TOKEN, UNLOGGED, UNLOGGED_NAMES, hides_address
from tests.project.routes import Route, every_route

#: What voters and those who hold an envelope come to, and what is fetched for them.
FEATURES = ("peer_review.views.ballots.", "peer_review.views.tally.bulletin")
#: The same by the words of an address, wherever the view stands.
WORDS = re.compile(r"ballot|kiosk|check|bulletin|envelope|/cast/|/draw/|manifest|receipt")
#: Routes of these features, words or endpoints that are logged, and why.
LOGGED = {
    "peer_review:verifier": "one file, the same for every round and everybody",
    "peer_review:audit-ballots": "inspectors, after the count; each time on record",
    "peer_review_api:bulletin": "another system with a token, which asks for no voter",
    # Scrutineers make, try and use the box key, and watch the count.
    "peer_review:box-key": "scrutineers before opening",
    "peer_review:box-key-share": "scrutineers before opening",
    "peer_review:box-key-test": "scrutineers before opening",
    "peer_review:open-box": "one file, the same for everybody",
    "peer_review:count-rows": "scrutineers after closing",
    "peer_review:count-keys": "scrutineers after closing",
    "peer_review:count-finish": "scrutineers after closing",
    "peer_review:count-progress": "scrutineers after closing",
}


def of_peer_review() -> list[Route]:
    return [route for route in every_route() if route.name.startswith("peer_review")]


def address(route: Route) -> str:
    return route.address(dict.fromkeys(route.parameters, "7"))


def is_about_ballots(route: Route) -> bool:
    view = resolve(address(route)).func
    module = getattr(view, "view_class", view).__module__
    return module.startswith(FEATURES) or bool(WORDS.search(f"/{route.template}")) or is_unlogged_endpoint(view)


def is_unlogged_endpoint(view: Any) -> bool:
    """Return whether `unlogged_endpoint` is among a view's decorators."""
    while view is not None:
        if "unlogged_endpoint" in getattr(getattr(view, "__code__", None), "co_qualname", ""):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_no_route_about_ballots_is_forgotten() -> None:
    """A new one is either in the list or named here with its reason."""
    about_ballots = {route.name for route in of_peer_review() if is_about_ballots(route)}

    assert about_ballots - UNLOGGED_NAMES - LOGGED.keys() == set()
    assert about_ballots >= UNLOGGED_NAMES
    assert LOGGED.keys() <= about_ballots


def test_list_names_routes_with_all_their_arguments() -> None:
    for name, arguments in UNLOGGED.items():
        assert resolve(reverse(f"peer_review:{name}", args=arguments)).view_name == f"peer_review:{name}"


def test_site_goes_by_the_list_in_its_log_and_its_sessions() -> None:
    assert settings.SILENT_ROUTES == UNLOGGED_NAMES


def test_loggers_that_know_no_route_are_silent_about_every_route_of_the_list_and_about_no_other() -> None:
    hidden = {route.name for route in every_route() if hides_address(route.name)}
    assert hidden == UNLOGGED_NAMES | {"invitation", "reset_mine"}

    silent = {route.name for route in every_route() if SILENT_PATHS.search(address(route))}
    without_slash = {route.name for route in every_route() if SILENT_PATHS.search(address(route).rstrip("/"))}

    assert silent == hidden
    assert without_slash == hidden


@pytest.mark.parametrize("name", ["peer_review:cast", "invitation"])
def test_addresses_of_ballots_and_of_one_use_are_hidden(name: str) -> None:
    assert hides_address(name)
    assert not hides_address("peer_review:round-detail")
    assert not hides_address("cast")
    assert TOKEN not in UNLOGGED_NAMES


def test_site_without_links_of_one_use_hides_ballots_all_the_same(settings: Any) -> None:
    settings.PEER_REVIEW_UNLOGGED_ROUTES = []
    assert hides_address("peer_review:ballot")
    assert not hides_address("invitation")
