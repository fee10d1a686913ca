"""The organiser's page of envelopes and the endpoint that signs them: who, which urn, once."""

import json
import logging
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from peer_review.domain.rounds.lifecycle import open_round
from peer_review.models import Assignment, Round, Urn
from tests.factories.peer_review.envelopes import Envelope, encoded, make_paper_round, print_envelopes
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    return make_paper_round()


def address(round: Round, name: str, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def send(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def organiser(running: RunningRound, **kwargs: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **kwargs)
    client.force_login(running.round.organiser)
    return client


def envelopes(running: RunningRound, many: int = 3) -> dict[str, Any]:
    """What the organiser's browser sends."""
    urn = running.round.urns.get()
    return {"envelopes": [encoded(Envelope(urn).blinded()) for _one in range(many)]}


# The page


def test_the_organiser_sees_who_draws_from_which_urn(client: Client, running: RunningRound) -> None:
    client.force_login(running.round.organiser)
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    for one in running.evaluators[-3:]:
        assert one.user.get_full_name() in page
    assert "Make 3 envelopes" in page
    print_envelopes(running)
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    assert "made once only" in page
    assert "data-urn" not in page


@pytest.mark.parametrize("role", ["staff", "organiser", "inspector", "leadership", ""])
def test_nobody_else_makes_envelopes(client: Client, running: RunningRound, role: str) -> None:
    user = make_user("Another", role) if role else make_user("Root", is_superuser=True)
    client.force_login(user)
    assert client.get(address(running.round, "envelopes")).status_code in (403, 404)
    body = {"envelopes": [encoded(Envelope(running.round.urns.get()).blinded()) for _one in range(3)]}
    assert send(client, address(running.round, "envelopes-sign", 1), body).status_code in (403, 404)
    assert send(Client(), address(running.round, "envelopes-sign", 1), body).status_code == 401
    assert not Assignment.objects.drawn().exists()


@pytest.mark.parametrize("body", [{}, {"envelopes": {}}, {"envelopes": [1]}, {"envelopes": [{"x": "%"}]}, []])
def test_what_is_no_list_of_envelopes_is_refused(client: Client, running: RunningRound, body: Any) -> None:
    client.force_login(running.round.organiser)
    answer = send(client, address(running.round, "envelopes-sign", 1), body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_encoding")


def test_the_page_carries_what_the_script_needs_and_no_name(running: RunningRound) -> None:
    config = organiser(running).get(address(running.round, "envelopes")).context["config"]
    urn = running.round.urns.get()

    [listed] = config["urns"]
    assert (listed["number"], listed["envelopes"]) == (1, 3)
    assert set(listed["cells"]) == set(urn.cells.values_list("key", flat=True))
    assert listed["papers"] == [running.round.subjects.get().label]
    assert listed["sign"] == address(running.round, "envelopes-sign", 1)
    assert config["kiosk"] == "http://testserver" + address(running.round, "kiosk")
    voters = [one.user.get_full_name() for one in running.evaluators[-3:]]
    assert [name for name in voters if name in json.dumps(config)] == []


def test_a_paper_about_a_subject_is_named_once_on_the_slip() -> None:
    ready = make_ready_round(evaluators=6, subjects=2)
    voters = [one.user for one in ready.evaluators[-3:]]
    ready.round.members.filter(user__in=voters).update(on_paper=True)
    round = open_round(ready.round, by=ready.round.organiser)

    [shown] = organiser(ready).get(address(round, "envelopes")).context["urns"]

    assert sorted(shown["papers"]) == sorted(one.label for one in round.subjects.all())
    assert sorted(shown["people"]) == sorted(user.get_full_name() for user in voters)


def test_before_opening_the_page_names_who_will_vote_on_paper() -> None:
    ready = make_ready_round(evaluators=6, subjects=1)
    voter = ready.evaluators[-1].user
    ready.round.members.filter(user=voter).update(on_paper=True)

    context = organiser(ready).get(address(ready.round, "envelopes")).context

    assert (context["urns"], context["waiting"]) == ([], [voter.get_full_name()])


def test_a_round_without_voters_on_paper_has_no_urn() -> None:
    running = make_open_round(evaluators=4)

    context = organiser(running).get(address(running.round, "envelopes")).context

    assert (context["urns"], context["waiting"], context["config"]["urns"]) == ([], [], [])


def test_the_page_wants_a_sign_in_and_a_round(running: RunningRound) -> None:
    assert Client().get(address(running.round, "envelopes")).status_code == 302
    assert organiser(running).get(address(Round(public_id="0" * 32), "envelopes")).status_code == 404


def test_the_page_takes_one_query_count_for_one_and_for_three_papers_of_an_urn() -> None:
    counts = []
    for subjects in (1, 3):
        ready = make_ready_round(evaluators=8, subjects=subjects)
        ready.round.members.filter(user__in=[one.user for one in ready.evaluators[-3:]]).update(on_paper=True)
        round = open_round(ready.round, by=ready.round.organiser)
        client = organiser(ready)
        client.get(address(round, "envelopes"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address(round, "envelopes"))
        assert len(response.context["urns"][0]["papers"]) == subjects
        counts.append(len(queries))

    assert counts[0] == counts[1]


# The endpoint


def test_an_urns_envelopes_are_signed_once(running: RunningRound) -> None:
    client, body = organiser(running), envelopes(running)

    first = send(client, address(running.round, "envelopes-sign", 1), body)
    again = send(client, address(running.round, "envelopes-sign", 1), envelopes(running))

    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-store"
    assert (again.status_code, again.json()) == (409, {"error": "envelopes_printed"})


@pytest.mark.parametrize("many", [0, 2, 4])
def test_as_many_envelopes_are_signed_as_people_draw_from_the_urn(running: RunningRound, many: int) -> None:
    answer = send(organiser(running), address(running.round, "envelopes-sign", 1), envelopes(running, many))

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_encoding"})
    assert not Assignment.objects.drawn().exists()
    assert not Urn.objects.filter(printed=True).exists()


@pytest.mark.parametrize("number", [0, 2, 99])
def test_an_urn_that_is_not_there_signs_nothing(running: RunningRound, number: int) -> None:
    answer = send(organiser(running), address(running.round, "envelopes-sign", number), envelopes(running))

    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})
    assert not Assignment.objects.drawn().exists()


def test_a_round_that_is_not_there_or_not_ones_own_signs_nothing(running: RunningRound) -> None:
    body = envelopes(running)
    other = make_open_round(evaluators=4)

    unknown = send(organiser(running), address(Round(public_id="0" * 32), "envelopes-sign", 1), body)
    foreign = send(organiser(other), address(running.round, "envelopes-sign", 1), body)

    assert (unknown.status_code, unknown.json()) == (404, {"error": "unknown_round"})
    assert (foreign.status_code, foreign.json()) == (404, {"error": "unknown_round"})
    assert not Assignment.objects.drawn().exists()


def test_a_closed_round_signs_nothing(running: RunningRound) -> None:
    body = envelopes(running)
    running.close()

    answer = send(organiser(running), address(running.round, "envelopes-sign", 1), body)

    assert (answer.status_code, answer.json()) == (410, {"error": "draw_closed"})


def test_signing_wants_the_csrf_token_and_a_post(running: RunningRound) -> None:
    url, body = address(running.round, "envelopes-sign", 1), envelopes(running)
    client = organiser(running, enforce_csrf_checks=True)

    assert send(client, url, body).status_code == 403
    assert not Assignment.objects.drawn().exists()
    client.cookies["csrftoken"] = "a" * 32
    assert send(client, url, body, **{"x-csrftoken": "a" * 32}).status_code == 200
    assert organiser(running).get(url).status_code == 405


def test_too_much_is_refused_before_it_is_read(running: RunningRound, settings: Any) -> None:
    settings.PEER_REVIEW_CAST_MAX_BYTES = 50

    answer = send(organiser(running), address(running.round, "envelopes-sign", 1), envelopes(running))

    assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})


def test_what_is_logged_and_answered_names_no_voter_and_no_envelope(
    running: RunningRound, caplog: pytest.LogCaptureFixture
) -> None:
    body = envelopes(running)
    client = organiser(running)
    with caplog.at_level(logging.DEBUG):
        answer = send(client, address(running.round, "envelopes-sign", 1), body)

    assert answer.status_code == 200
    sent = {value for one in body["envelopes"] for value in one.values()}
    names = {one.user.get_full_name() for one in running.evaluators}
    assert (len(sent), len(names)) == (3, 5)
    said = caplog.text + answer.content.decode()
    assert [text for text in sent | names if text in said] == []
