"""The cast endpoint over HTTP, through the whole stack of middleware; and the manifest."""

import gzip
import json
import logging
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter

from peer_review.domain.ballots import cast as cast_module
from peer_review.models import Round
from peer_review.protocol.ballots import Manifest
from peer_review.views.ballots.cast import cast_view
from peer_review.views.shared.json_endpoints import BlindReporterFilter
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_ready_round
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> RunningRound:
    running = make_open_round(evaluators=4, subjects=2)
    # No thread can join the test's transaction; the threads have their tests in box/ and test_leaks.py.
    monkeypatch.setattr(cast_module, "batcher", running.inline)
    return running


def post(running: RunningRound, body: Any, client: Client | None = None, **extra: Any) -> Any:
    data = body if isinstance(body, (bytes, str)) else json.dumps(body)
    url = reverse("peer_review:cast", args=[running.round.public_id])
    return (client or Client()).post(url, data, content_type="application/json", **extra)


def test_cast_answers_in_the_order_sent(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    entries.insert(1, {"no": "entry"})
    entries.pop()
    good = entries[0]

    response = post(running, [entries[1], good])

    assert response.status_code == 200
    results = response.json()["results"]
    assert [result["ok"] for result in results] == [False, True]
    assert results[0] == {"ok": False, "status": 400, "error": "bad_encoding"}
    assert set(results[1]["receipt"]) == {"v", "round", "leaf", "sig"}


@pytest.mark.parametrize("bad", ["{", "[", '"text"', "{}", "[]", "null", "[1.5]", '[{"a":1,"a":2}]', b"\xff\xfe", ""])
def test_a_body_that_is_no_list_of_entries_is_refused_whole(running: RunningRound, bad: str | bytes) -> None:
    response = post(running, bad)

    assert (response.status_code, response.json()) == (400, {"error": "bad_encoding"})


def test_when_all_fail_alike_the_answer_has_their_status(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    for entry in entries:
        entry["entry"]["ballot"]["a"] = {"quality": 1, "spirit": 1}

    assert post(running, entries).status_code == 403
    assert post(running, [entries[0], {}]).status_code == 200


def test_a_request_with_a_cookie_is_refused_whatever_it_brings(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    client = Client()
    client.force_login(running.evaluators[3].user)

    for response in (post(running, entries, client), post(running, entries, HTTP_COOKIE="theme=dark")):
        assert (response.status_code, response.json()) == (400, {"error": "cookie_on_anonymous_endpoint"})
    assert post(running, entries).status_code == 200


def test_too_much_is_refused_by_its_announced_and_by_its_real_length(running: RunningRound, settings: Any) -> None:
    settings.PEER_REVIEW_CAST_MAX_BYTES = 100

    assert post(running, b" " * 101).json() == {"error": "too_large"}
    assert post(running, b" " * 101).status_code == 413
    request = RequestFactory().post("/", b" " * 101, content_type="application/json")
    request.META["CONTENT_LENGTH"] = "50"
    assert cast_view(request, public_id=running.round.public_id).status_code == 413


def test_closed_early_unknown_and_other_methods(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    ready = make_ready_round()
    url = reverse("peer_review:cast", args=[running.round.public_id])

    assert post(ready, entries).status_code == 425
    assert Client().get(url).status_code == 405
    assert Client().post(reverse("peer_review:cast", args=["0" * 32]), "[1]", "application/json").status_code == 404
    running.close()
    response = post(running, entries)
    assert (response.status_code, response.json()) == (410, {"error": "round_closed"})


def every_answer(running: RunningRound) -> list[Any]:
    """One response of every kind."""
    entries = running.evaluators[3].entries(running.answers)
    forged = json.loads(json.dumps(entries))
    forged[0]["entry"]["ballot"]["salt"] = b64u_encode(bytes(32))
    unseen = running.evaluators[2].entries(running.answers)
    answers = [
        post(running, entries),
        post(running, forged),
        post(running, "["),
        post(running, b" " * 3_000_000),
        post(running, entries, HTTP_COOKIE="a=b"),
        post(running, entries, HTTP_ACCEPT_LANGUAGE="en"),
        Client().get(reverse("peer_review:cast", args=[running.round.public_id])),
    ]
    with mock.patch.object(cast_module.ballots, "check_cast", side_effect=RuntimeError("boom")):
        answers.append(post(running, unseen))
    running.close()
    answers.append(post(running, unseen))
    return answers


def test_no_answer_sets_a_cookie_or_may_be_kept(running: RunningRound) -> None:
    statuses = set()
    for response in every_answer(running):
        statuses.add(response.status_code)
        assert not response.cookies
        assert "Set-Cookie" not in response.headers
        assert response.headers["Cache-Control"] == "no-store"
    assert statuses == {200, 400, 405, 410, 413, 500}


def test_casting_logs_nothing(running: RunningRound, caplog: pytest.LogCaptureFixture) -> None:
    running.evaluators[3].draw()
    with caplog.at_level(logging.DEBUG):
        # What is written about an ordinary view's refusal: the detector bites.
        Client().get("/review/rounds/nowhere/")
        assert {"django.request", "zhengyan.request"} & {record.name for record in caplog.records}
        caplog.clear()
        every_answer(running)

    about = [record for record in caplog.records if record.name not in ("asyncio",)]
    # The one line is about the forced fault: its kind and place, not its words.
    assert [(record.name, record.levelname) for record in about] == [("peer_review.ballots", "ERROR")]
    assert about[0].getMessage().startswith("An endpoint of the ballot path failed: RuntimeError at ")
    assert "boom" not in caplog.text
    assert not hasattr(about[0], "request")


def test_casting_touches_no_cache(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    touched: list[str] = []
    kind = type(getattr(cache, "_connections", cache)[cache._alias]) if hasattr(cache, "_alias") else type(cache)
    names = ["get", "set", "add", "delete", "incr", "touch", "get_many", "set_many", "get_or_set"]
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(kind, name, lambda self, *args, _name=name, **kwargs: touched.append(_name))
        cache.set("x", 1)
        assert touched == ["set"]
        assert post(running, entries).status_code == 200

    assert touched == ["set"]


def test_casting_reads_the_main_database_and_writes_nothing_there(running: RunningRound) -> None:
    entries = running.evaluators[3].entries(running.answers)
    statements: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert post(running, entries).status_code == 200
        assert post(running, entries).status_code == 200

    assert statements
    assert {statement.split()[0] for statement in statements} == {"SELECT"}
    # No statement is about one cell: what the database logs tells no paper from another.
    for statement in statements:
        assert "session" not in statement
        assert '"peer_review_cell"."key" =' not in statement


def test_a_forced_exception_exports_nothing_of_the_request(
    running: RunningRound, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ADMINS = [("Admin", "admin@example.org")]
    entries = running.evaluators[3].entries(running.answers)
    secret = entries[0]["entry"]["ballot"]["pk"]
    heard: list[Any] = []

    def hear(**kwargs: Any) -> None:
        heard.append(kwargs)

    got_request_exception.connect(hear)
    try:
        with (
            caplog.at_level(logging.DEBUG),
            mock.patch.object(cast_module.ballots, "check_cast", side_effect=RuntimeError(f"bad {secret}")),
        ):
            response = post(running, entries)
    finally:
        got_request_exception.disconnect(hear)

    assert (response.status_code, response.json()) == (500, {"error": "internal_error"})
    assert heard == []
    assert mail.outbox == []
    assert secret not in caplog.text


def test_a_report_made_all_the_same_is_blind(running: RunningRound) -> None:
    """Should anything after the view fail, Django asks the filter that the view left on the request."""
    entries = running.evaluators[3].entries(running.answers)
    secret = entries[0]["entry"]["ballot"]["pk"]
    body = json.dumps(entries)

    def report(request: HttpRequest) -> str:
        kept = body  # a local variable that a traceback would print
        try:
            raise RuntimeError("late")
        except RuntimeError as fault:
            assert kept
            reporter = ExceptionReporter(request, type(fault), fault, fault.__traceback__)
            return reporter.get_traceback_text() + reporter.get_traceback_html()

    plain = RequestFactory().post("/", body, content_type="application/json", HTTP_X_SECRET=secret)
    assert secret in report(plain)
    blind = RequestFactory().post("/", body, content_type="application/json", HTTP_X_SECRET=secret)
    with mock.patch("peer_review.views.ballots.cast.cast", return_value=[]):
        cast_view(blind, public_id=running.round.public_id)
    assert isinstance(blind.exception_reporter_filter, BlindReporterFilter)
    assert secret not in report(blind)


def test_the_view_keeps_out_of_transactions_that_settings_would_put_around_it() -> None:
    assert {"default", "box"} <= set(cast_view._non_atomic_requests)


def test_manifest_is_the_same_bytes_for_everyone(running: RunningRound) -> None:
    url = reverse("peer_review:manifest", args=[running.round.public_id])
    clients = [Client(), Client(), Client()]
    clients[1].force_login(running.evaluators[0].user)
    clients[2].force_login(running.evaluators[1].user)

    bodies = {
        client.get(url, headers={"accept-language": language}).content
        for client in clients
        for language in ("zh-hans", "en")
    }

    assert len(bodies) == 1
    Manifest.parse(bodies.pop(), expected_fingerprint=running.round.fingerprint)


def test_manifest_comes_compressed_to_whoever_takes_it(running: RunningRound) -> None:
    url = reverse("peer_review:manifest", args=[running.round.public_id])

    packed = Client().get(url, headers={"accept-encoding": "gzip"})
    plain = Client().get(url)

    Manifest.parse(gzip.decompress(packed.content), expected_fingerprint=running.round.fingerprint)
    assert len(packed.content) < len(plain.content)
    assert (packed["Content-Encoding"], plain.has_header("Content-Encoding")) == ("gzip", False)
    assert (packed["Cache-Control"], packed.has_header("ETag")) == ("no-cache", False)


def test_manifest_of_a_draft_is_not_to_be_had() -> None:
    ready = make_ready_round()
    response = Client().get(reverse("peer_review:manifest", args=[ready.round.public_id]))

    assert (response.status_code, response.json()) == (404, {"error": "unknown_round"})
    assert Round.objects.get().manifest == ""
