"""Odd requests for the bulletin's head and cells: refused by a status of the client's, and never a fault."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peer_review.models import Round
from peer_review.views.tally.bulletin import MOST_CELLS
from tests.factories.peer_review.counted_rounds import make_counted_round, papers

pytestmark = pytest.mark.django_db(databases=["default", "box"])
NAMES = ("head", "cells")
UNCHANGED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
#: Any text, lone surrogates and NUL too, and bytes that no decoder takes.
values = st.one_of(st.text(max_size=40), st.integers().map(str), st.binary(max_size=40), st.text("0123456789abcdef"))


@pytest.fixture
def round() -> Round:
    return make_counted_round({("甲", "all"): papers(6)})


def encoded(value: str | bytes) -> str:
    return quote(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value, safe="")


def status(answer: Any) -> int:
    """Return the status; what came with it is a code in JSON, and nothing is kept of the request."""
    assert answer["Content-Type"] == "application/json"
    assert not answer.cookies
    assert answer.status_code == 200 or set(answer.json()) == {"error"}
    return int(answer.status_code)


@UNCHANGED
@given(cells=st.lists(values, max_size=4), good=st.booleans(), name=st.text("cel[]01 \x00", max_size=6))
def test_cells_of_any_name_are_found_or_unknown(round: Round, cells: list[str | bytes], good: bool, name: str) -> None:
    key = round.cells.get().key
    asked = [*map(encoded, cells), *([key] if good else [])]
    query = "&".join([*(f"cell={cell}" for cell in asked), f"{encoded(name)}=1"])

    answer = Client().get(f"/review/rounds/{round.public_id}/bulletin/cells/?{query}")

    known = set(asked) | ({"1"} if name == "cell" else set()) <= {key}
    assert status(answer) == (200 if known else 404)


@UNCHANGED
@given(public_id=values)
def test_rounds_of_any_name_are_unknown(public_id: str | bytes) -> None:
    place = encoded(public_id).replace("%2F", "")  # a slash is another route
    for name in NAMES:
        answer = Client().get(f"/review/rounds/{place}/bulletin/{name}/?cell=0")
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_other_methods_are_refused(round: Round, name: str, method: str) -> None:
    answer = getattr(Client(), method)(f"/review/rounds/{round.public_id}/bulletin/{name}/")
    assert answer.status_code == 405


def test_as_many_cells_as_may_be_and_one_more(round: Round) -> None:
    address = f"/review/rounds/{round.public_id}/bulletin/cells/?"
    key = round.cells.get().key
    many = [f"{number:016x}" for number in range(MOST_CELLS)]

    assert status(Client().get(address + urlencode({"cell": many}, doseq=True))) == 404
    assert status(Client().get(address + urlencode({"cell": [*many, key]}, doseq=True))) == 413
    # The same cell however often is one.
    assert status(Client().get(address + urlencode({"cell": [key] * 900}, doseq=True))) == 200
    assert status(Client().get(address)) == 200


@pytest.mark.parametrize("name", NAMES)
def test_more_parameters_than_any_page_sends_are_refused(round: Round, name: str) -> None:
    query = "&".join(f"x{number}=1" for number in range(3000)) + "&cell=0" * 3000

    answer = Client().get(f"/review/rounds/{round.public_id}/bulletin/{name}/?{query}")

    assert status(answer) == {"head": 200, "cells": 400}[name]  # the head reads no parameter


@pytest.mark.parametrize(
    "header", ["Accept", "Range", "If-None-Match", "If-Modified-Since", "Cookie", "Content-Length"]
)
def test_odd_headers_change_nothing(round: Round, header: str) -> None:
    for name in NAMES:
        for value in ("\x00", "9" * 400, "bytes=-1", "x=\x80"):
            answer = Client().get(f"/review/rounds/{round.public_id}/bulletin/{name}/", headers={header: value})
            assert answer.status_code < 500
