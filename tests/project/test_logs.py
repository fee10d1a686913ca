"""What is written, and what must never be."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse

from config.logs import QuietFilter, is_silent, logging_config
from tests.factories import disclosures
from tests.factories.home import home_page

ROUND = "0" * 32


class Lines:
    """Everything the root logger writes, through the configuration of production."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        config = logging_config(as_json=True)
        # The handler writes to this stream; everything else is as configured.
        config["handlers"]["console"]["stream"] = self.stream
        config["incremental"] = False
        logging.config.dictConfig(config)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (json.loads(line) for line in self.text.splitlines())


@pytest.fixture
def lines() -> Iterator[Lines]:
    before = logging.getLogger().handlers[:]
    yield Lines()
    logging.getLogger().handlers[:] = before


@pytest.mark.django_db
class TestRequests:
    def test_request_is_one_line_with_route_status_and_id(self, client: Client, lines: Lines) -> None:
        response = client.get("/accounts/login/?next=/secret/")

        (line,) = lines
        assert (line["event"], line["method"], line["route"], line["status"]) == (
            "request",
            "GET",
            "accounts/login/",
            200,
        )
        assert line["request_id"] == response.headers["X-Request-ID"]
        assert set(line) == {"event", "method", "route", "status", "ms", "request_id", "level", "logger", "timestamp"}

    def test_line_names_neither_person_nor_address_nor_identifiers(self, client: Client, lines: Lines) -> None:
        home_page()
        user = disclosures.person()
        client.force_login(user)

        client.get("/discuss/topics/4711/", REMOTE_ADDR="203.0.113.9", headers={"user-agent": "Browser/9"})

        for secret in (user.username, user.get_full_name(), "203.0.113.9", "Browser/9", "topics/4711"):
            assert secret not in lines.text

    def test_id_of_a_proxy_is_kept_and_a_forged_one_is_not(self, client: Client, lines: Lines) -> None:
        kept = client.get("/healthz", headers={"X-Request-ID": "0123abcd-0123"})
        forged = client.get("/healthz", headers={"X-Request-ID": '"}\nlevel=error'})

        assert kept.headers["X-Request-ID"] == "0123abcd-0123"
        assert len(forged.headers["X-Request-ID"]) == 32

    def test_unforeseen_error_is_written_with_its_trace(self, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        def fall(*args: Any, **kwargs: Any) -> None:
            raise ValueError("thrown for the test")

        monkeypatch.setattr("config.views.HttpResponse", fall)

        response = Client(raise_request_exception=False).get("/robots.txt")

        error = next(line for line in lines if line["level"] == "error")
        assert response.status_code == 500
        assert "ValueError: thrown for the test" in error["exception"]

    @pytest.mark.parametrize("name", settings.PEER_REVIEW_UNLOGGED_ROUTES)
    def test_link_of_one_use_stands_in_no_line_not_even_of_an_error(
        self, lines: Lines, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        def fall(*args: Any, **kwargs: Any) -> None:
            raise ValueError("thrown for the test")

        client, token = Client(raise_request_exception=False), "Zm9yLW9uZS11c2U"
        client.force_login(disclosures.person())
        client.get(reverse(name, args=[token]))
        client.get(reverse(name, args=[token]) + "further/")
        monkeypatch.setattr("organisation.views.accounts.find_invitation", fall)
        monkeypatch.setattr("organisation.views.resets.render", fall)
        response = client.get(reverse(name, args=[token]))

        error = next(line for line in lines if line["level"] == "error")
        assert response.status_code == 500
        assert error["event"].startswith("Internal Server Error: accounts/")
        assert token not in lines.text


@pytest.mark.django_db(databases=["default", "box"])
@pytest.mark.parametrize(
    "path",
    [
        f"/review/rounds/{ROUND}/cast/",
        f"/review/rounds/{ROUND}/draw/",
        f"/review/rounds/{ROUND}/bulletin/cells/?cell=7",
        f"/review/scrutineer/{ROUND}/envelopes/1/",
    ],
)
class TestBallotPath:
    def test_no_request_leaves_a_line(self, client: Client, lines: Lines, path: str) -> None:
        for response in (client.post(path, "[]", content_type="application/json"), client.get(path)):
            assert response.status_code >= 400
            assert "X-Request-ID" not in response.headers

        assert lines.text == ""

    def test_refused_form_leaves_no_line(self, lines: Lines, path: str) -> None:
        Client(enforce_csrf_checks=True).post(path, "[]", content_type="application/json")

        assert lines.text == ""

    def test_filter_drops_what_other_loggers_would_say(self, lines: Lines, path: str) -> None:
        request = RequestFactory().post(path)

        logging.getLogger("django.request").error("Bad Request: %s", path, extra={"request": request}, exc_info=None)
        logging.getLogger("gunicorn.error").warning("Error handling request %s", path)

        assert path not in lines.text
        assert [line["event"] for line in lines] == ["An endpoint of the ballot path failed: unknown"]

    def test_filter_cuts_an_exception_down_to_its_name(self, lines: Lines, path: str) -> None:
        request = RequestFactory().post(path)
        try:
            raise RuntimeError("the ballot says outstanding")
        except RuntimeError:
            logging.getLogger("django.request").exception("Internal Server Error: %s", path, extra={"request": request})

        (line,) = lines
        assert line["event"] == "An endpoint of the ballot path failed: RuntimeError"
        assert "outstanding" not in lines.text
        assert ROUND not in lines.text


def test_silence_covers_the_ballot_path_and_no_more() -> None:
    paths = {
        f"/review/rounds/{ROUND}/cast/": True,
        f"/review/rounds/{ROUND}/draw/": True,
        # Fetched moments before ballots are cast.
        f"/review/rounds/{ROUND}/ballot/": True,
        f"/review/rounds/{ROUND}/manifest.json": True,
        # Opened by those who look for what became of their ballots.
        f"/review/rounds/{ROUND}/check/": True,
        f"/review/rounds/{ROUND}/bulletin/": True,
        f"/review/rounds/{ROUND}/kiosk/": True,
        f"/review/rounds/{ROUND}/": False,
        "/accounts/login/": False,
        "/discuss/topics/1/": False,
    }

    assert {path: is_silent(RequestFactory().get(path)) for path in paths} == paths


def test_filter_takes_the_request_out_of_every_record() -> None:
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "Internal Server Error: /", (), None)
    record.__dict__["request"] = RequestFactory().get("/")

    assert QuietFilter().filter(record) is True
    assert "request" not in record.__dict__


def test_no_record_is_mailed_to_anybody() -> None:
    config = logging_config(as_json=True)

    assert list(config["handlers"]) == ["console"]
    assert config["loggers"]["django"]["handlers"] == []
