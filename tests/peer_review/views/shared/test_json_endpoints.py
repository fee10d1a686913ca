"""Endpoints of the ballot path, whatever they do: refusals have codes, faults say nothing of what was sent.

That casting keeps to this is shown in tests/peer_review/views/ballots/test_cast.py.
"""

import json
import logging
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFieldsSent
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from peer_review.exceptions.ballots import DrawClosed
from peer_review.exceptions.base import BadEncoding, TooLarge
from peer_review.views.shared.json_endpoints import (
    BlindReporterFilter,
    no_transaction,
    read_json,
    unlogged_endpoint,
)
from zhengyan_crypto.errors import BadToken

SECRET = "4f1c9a7e4f1c9a7e"


def post(body: bytes = b"[]", **headers: str) -> HttpRequest:
    return RequestFactory().post("/", body, content_type="application/json", **headers)


@unlogged_endpoint("POST")
def endpoint(request: HttpRequest, fault: Exception | None = None) -> HttpResponse:
    """Answer, or raise."""
    if fault is not None:
        raise fault
    response = JsonResponse({"kept": SECRET})
    if "HTTP_KEEP" in request.META:
        response["Cache-Control"] = "no-cache"
    return response


def answer(response: Any) -> tuple[int, Any]:
    return response.status_code, json.loads(response.content)


class TestAnswers:
    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            (None, (200, {"kept": SECRET})),
            (DrawClosed(), (410, {"error": "draw_closed"})),
            (BadToken(SECRET), (403, {"error": "bad_token"})),
            (Http404(SECRET), (404, {"error": "not_found"})),
            (TooManyFieldsSent(SECRET), (400, {"error": "bad_encoding"})),
            (BadRequest(SECRET), (400, {"error": "bad_encoding"})),
            (UnreadablePostError(SECRET), (400, {"error": "bad_encoding"})),
            (RuntimeError(SECRET), (500, {"error": "internal_error"})),
            (KeyError(SECRET), (500, {"error": "internal_error"})),
        ],
    )
    def test_are_codes_and_never_kept_nor_logged(self, fault: Exception | None, expected: tuple[int, Any]) -> None:
        response = endpoint(post(), fault=fault)

        assert answer(response) == expected
        assert response["Cache-Control"] == "no-store"
        assert response._has_been_logged is True

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
    def test_to_other_methods_name_those_that_are_allowed(self, method: str) -> None:
        response = endpoint(RequestFactory().generic(method, "/"))

        assert answer(response) == (405, {"error": "method_not_allowed"})
        assert response["Allow"] == "POST"

    def test_may_say_otherwise_how_long_they_are_kept(self) -> None:
        assert endpoint(post(HTTP_KEEP="1"))["Cache-Control"] == "no-cache"


class TestFaults:
    def test_are_one_line_with_kind_and_place_and_no_words(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            endpoint(post(SECRET.encode()), fault=RuntimeError(SECRET))

        [record] = caplog.records
        assert (record.name, record.levelname) == ("peer_review.ballots", "ERROR")
        assert record.getMessage().startswith(
            "An endpoint of the ballot path failed: RuntimeError at tests.peer_review.views.shared"
        )
        assert record.exc_info is None
        assert SECRET not in caplog.text

    def test_reach_nobody_who_listens_for_exceptions(self) -> None:
        heard: list[Any] = []

        def hear(**kwargs: Any) -> None:
            heard.append(kwargs)

        got_request_exception.connect(hear)
        try:
            endpoint(post(), fault=RuntimeError(SECRET))
        finally:
            got_request_exception.disconnect(hear)
        assert heard == []

    @pytest.mark.parametrize("fault", [DrawClosed(), BadToken(SECRET), Http404(SECRET), BadRequest(SECRET)])
    def test_of_whoever_asks_write_no_line(self, fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            endpoint(post(), fault=fault)

        assert caplog.records == []


class TestReports:
    def report(self, request: HttpRequest) -> str:
        kept = SECRET  # a local variable that a traceback would print
        try:
            raise RuntimeError("late")
        except RuntimeError as fault:
            assert kept
            reporter = ExceptionReporter(request, type(fault), fault, fault.__traceback__)
            return reporter.get_traceback_text() + reporter.get_traceback_html()

    def request(self) -> HttpRequest:
        request = post(HTTP_X_SECRET=SECRET, HTTP_COOKIE=f"key={SECRET}")
        request.POST = {"key": SECRET}  # type: ignore[assignment]  # as a form would leave it
        return request

    def test_made_after_the_view_are_blind(self) -> None:
        plain, blind = self.request(), self.request()
        assert SECRET in self.report(plain)  # the detector bites

        endpoint(blind)

        assert isinstance(blind.exception_reporter_filter, BlindReporterFilter)
        assert SECRET not in self.report(blind)

    def test_are_blind_whatever_the_settings_say(self, settings: Any) -> None:
        settings.DEBUG = True

        assert BlindReporterFilter().is_active(None) is True
        assert BlindReporterFilter().get_safe_cookies(self.request()) == {}
        assert BlindReporterFilter().get_post_parameters(self.request()) == {}


class TestBodies:
    def test_are_read_up_to_the_limit(self) -> None:
        assert read_json(post(b'["abc"]'), limit=7) == ["abc"]
        with pytest.raises(TooLarge):
            read_json(post(b'["abc"]'), limit=6)

    def test_are_not_read_further_than_the_limit_whatever_is_announced(self) -> None:
        for announced in ("3", "", "0", "-1"):
            request = post(b'["abcdefgh"]')
            request.META["CONTENT_LENGTH"] = announced
            stream = BytesIO(b'["abcdefgh"]')
            request._stream = stream  # type: ignore[attr-defined]
            with pytest.raises(TooLarge):
                read_json(request, limit=5)
            assert stream.tell() == 6

    @pytest.mark.parametrize("announced", ["x", "1.5", "1 2"])
    def test_of_no_length_are_refused(self, announced: str) -> None:
        request = post(b"[]")
        request.META["CONTENT_LENGTH"] = announced

        with pytest.raises(BadEncoding):
            read_json(request, limit=100)

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1.5]", b'{"a":1,"a":2}', b"null"])
    def test_that_are_no_strict_json_are_refused_by_their_code(self, body: bytes) -> None:
        @unlogged_endpoint("POST")
        def reads(request: HttpRequest) -> HttpResponse:
            return JsonResponse({"read": read_json(request, limit=100)})

        assert answer(reads(post(body))) == (400, {"error": "bad_encoding"})


def test_a_view_without_a_transaction_has_none_on_any_database() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert no_transaction(view)._non_atomic_requests >= {*settings.DATABASES}  # type: ignore[attr-defined]
