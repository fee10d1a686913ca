"""The interface keeps to its own description, whatever it is asked: schemathesis draws the questions."""

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.factories.peer_review.counted_rounds import make_published_round, spread
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.api.conftest import token_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])
DESCRIPTION = "/review/api/v1/openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def test_description_is_complete_and_made_without_a_warning() -> None:
    complaints = io.StringIO()
    with redirect_stderr(complaints):
        answer = Client().get(DESCRIPTION)
    assert answer.status_code == 200
    assert complaints.getvalue() == ""
    described = answer.json()
    assert described["servers"] == [{"url": "/review/api"}]
    for path, operations in described["paths"].items():
        assert set(operations) == {"get"}, path
        assert operations["get"]["security"] == [{"token": []}]
        assert operations["get"]["description"]


@pytest.fixture
def kept_open(db: Any) -> Iterator[None]:
    """Django closes its connections after each request; this test's transaction would go with them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def api(kept_open: None, settings: Any) -> Any:
    """The interface before a published round, as schemathesis sees it."""
    settings.PEER_REVIEW_API_RATE = "100000/min"
    cache.clear()
    cells = {(name, "all"): spread(9, 61 + 4 * at) for at, name in enumerate("甲乙丙丁戊己庚")}
    round = make_published_round(cells, heads={"a": make_user("科室负责人", "section_head")})
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, get_wsgi_application())
    schema.round, schema.token = round, token_of(round.organiser)
    schema.own = token_of(round.subjects.first().member.user)
    return schema


def test_answers_keep_to_the_description(api: Any) -> None:
    """Drawn questions, and the same ones about a round that exists: no server error, no answer not described."""
    asked = Counter[str]()

    def question(case: Any) -> None:
        for token in (api.token, api.own, "no.token"):
            answer = case.call(headers={"Authorization": f"Api-Key {token}"})
            case.validate_response(answer, checks=CHECKS)
        known = {"round": api.round.public_id, "section": "a", "subject": api.round.subjects.first().pk}
        case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        for token in (api.token, api.own):
            answer = case.call(headers={"Authorization": f"Api-Key {token}"})
            case.validate_response(answer, checks=CHECKS)
            asked[f"{case.path} {answer.status_code}"] += 1

    for found in api.get_all_operations():
        drawn = given(case=found.ok().as_strategy())(question)
        hypothesis_settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))(
            drawn
        )()

    # Each reading was had by somebody, so the shapes of its answers were looked at too.
    assert {line.split()[0] for line in asked if line.endswith(" 200")} == set(api.raw_schema["paths"])
