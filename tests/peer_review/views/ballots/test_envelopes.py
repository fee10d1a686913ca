"""The scrutineers' page of envelopes and the endpoint that keeps the tickets' hashes: who, which urn, once."""

import json
import logging
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from peer_review.domain.rounds.lifecycle import open_round
from peer_review.models import Round, Ticket, Urn
from tests.factories.peer_review.envelopes import Envelope, make_paper_round
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_ready_round, make_user
from zhengyan_crypto.encoding import b64u_encode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def running() -> RunningRound:
    return make_paper_round()


def address(round: Round, name: str, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def send(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def scrutineer(running: RunningRound, **kwargs: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **kwargs)
    client.force_login(running.round.scrutineers.get())
    return client


def digests(running: RunningRound, many: int = 3) -> dict[str, Any]:
    """What a scrutineer's browser sends."""
    urn = running.round.urns.get()
    return {"digests": [b64u_encode(Envelope(urn).digest) for _number in range(many)]}


def print_envelopes(running: RunningRound) -> None:
    """Make an urn's envelopes over HTTP."""
    answer = send(scrutineer(running), address(running.round, "envelopes-make", 1), digests(running))
    assert (answer.status_code, answer.json()) == (200, {"made": 3})


# The page


def test_the_scrutineer_sees_who_draws_from_which_urn_and_makes_envelopes(
    client: Client, running: RunningRound
) -> None:
    client.force_login(running.round.scrutineers.get())
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    for one in running.evaluators[-3:]:
        assert one.user.get_full_name() in page
    assert "Make 3 envelopes" in page
    print_envelopes(running)
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    assert "made once only" in page
    assert "data-urn" not in page


def test_the_organiser_sees_how_far_it_is_and_makes_none(client: Client, running: RunningRound) -> None:
    client.force_login(running.round.organiser)
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    assert "A scrutineer of this round makes them" in page
    assert "data-urn" not in page


@pytest.mark.parametrize("role", ["staff", "organiser", "inspector", "leadership", "scrutineer", ""])
def test_nobody_but_this_rounds_scrutineers_makes_envelopes(client: Client, running: RunningRound, role: str) -> None:
    user = make_user("Another", role) if role else make_user("Root", is_superuser=True)
    body = {"digests": [b64u_encode(Envelope(running.round.urns.get()).digest) for _number in range(3)]}
    client.force_login(user)
    assert client.get(address(running.round, "envelopes")).status_code in (403, 404)
    for who in (user, running.round.organiser):
        client.force_login(who)
        assert send(client, address(running.round, "envelopes-make", 1), body).status_code in (403, 404)
        assert client.post(address(running.round, "envelopes-witness", 1)).status_code in (403, 404)
    assert send(Client(), address(running.round, "envelopes-make", 1), body).status_code == 401
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"digests": {}}, {"digests": [1]}, {"digests": ["%"]}, {"digests": []}, [], {"digests": ["AA"] * 3}]
)
def test_what_is_no_list_of_hashes_is_refused(client: Client, running: RunningRound, body: Any) -> None:
    client.force_login(running.round.scrutineers.get())
    answer = send(client, address(running.round, "envelopes-make", 1), body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_encoding")


def test_a_second_scrutineer_confirms_what_they_saw(client: Client, running: RunningRound) -> None:
    second = make_user("Second", "scrutineer")
    running.round.scrutineers.add(second)
    client.force_login(second)
    early = client.post(address(running.round, "envelopes-witness", 1), follow=True, headers={"accept-language": "en"})
    assert "has not confirmed" in early.content.decode()
    running.round.scrutineers.remove(second)
    print_envelopes(running)
    running.round.scrutineers.add(second)
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    assert "I saw these envelopes made" in page

    client.post(address(running.round, "envelopes-witness", 1))

    assert running.round.urns.get().witness == second
    page = client.get(address(running.round, "envelopes"), headers={"accept-language": "en"}).content.decode()
    assert "Second saw them made" in page


def test_the_page_carries_what_the_script_needs_and_no_name(running: RunningRound) -> None:
    config = scrutineer(running).get(address(running.round, "envelopes")).context["config"]

    [listed] = config["urns"]
    assert (listed["number"], listed["envelopes"]) == (1, 3)
    assert listed["papers"] == [running.round.subjects.get().label]
    assert listed["make"] == address(running.round, "envelopes-make", 1)
    assert config["kiosk"] == "http://testserver" + address(running.round, "kiosk")
    voters = [one.user.get_full_name() for one in running.evaluators[-3:]]
    assert [name for name in voters if name in json.dumps(config)] == []


def test_a_paper_about_a_subject_is_named_once_on_the_slip() -> None:
    ready = make_ready_round(evaluators=6, subjects=2)
    voters = [one.user for one in ready.evaluators[-3:]]
    ready.round.members.filter(user__in=voters).update(on_paper=True)
    round = open_round(ready.round, by=ready.round.organiser)

    [shown] = scrutineer(ready).get(address(round, "envelopes")).context["urns"]

    assert sorted(shown["papers"]) == sorted(one.label for one in round.subjects.all())
    assert sorted(shown["people"]) == sorted(user.get_full_name() for user in voters)


def test_before_opening_the_page_names_who_will_vote_on_paper() -> None:
    ready = make_ready_round(evaluators=6, subjects=1)
    voter = ready.evaluators[-1].user
    ready.round.members.filter(user=voter).update(on_paper=True)

    context = scrutineer(ready).get(address(ready.round, "envelopes")).context

    assert (context["urns"], context["waiting"]) == ([], [voter.get_full_name()])


def test_a_round_without_voters_on_paper_has_no_urn() -> None:
    running = make_open_round(evaluators=4)

    context = scrutineer(running).get(address(running.round, "envelopes")).context

    assert (context["urns"], context["waiting"], context["config"]["urns"]) == ([], [], [])


def test_the_page_wants_a_sign_in_and_a_round(running: RunningRound) -> None:
    assert Client().get(address(running.round, "envelopes")).status_code == 302
    assert scrutineer(running).get(address(Round(public_id="0" * 32), "envelopes")).status_code == 404


def test_the_page_takes_one_query_count_for_one_and_for_three_papers_of_an_urn() -> None:
    counts = []
    for subjects in (1, 3):
        ready = make_ready_round(evaluators=8, subjects=subjects)
        ready.round.members.filter(user__in=[one.user for one in ready.evaluators[-3:]]).update(on_paper=True)
        round = open_round(ready.round, by=ready.round.organiser)
        client = scrutineer(ready)
        client.get(address(round, "envelopes"))
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address(round, "envelopes"))
        assert len(response.context["urns"][0]["papers"]) == subjects
        counts.append(len(queries))

    assert counts[0] == counts[1]


# The endpoint


def test_an_urns_envelopes_are_made_once(running: RunningRound) -> None:
    client, body = scrutineer(running), digests(running)

    first = send(client, address(running.round, "envelopes-make", 1), body)
    again = send(client, address(running.round, "envelopes-make", 1), digests(running))

    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-store"
    assert (again.status_code, again.json()) == (409, {"error": "envelopes_printed"})


@pytest.mark.parametrize("many", [0, 2, 4])
def test_as_many_envelopes_are_made_as_people_draw_from_the_urn(running: RunningRound, many: int) -> None:
    answer = send(scrutineer(running), address(running.round, "envelopes-make", 1), digests(running, many))

    assert (answer.status_code, answer.json()) == (400, {"error": "bad_encoding"})
    assert not Ticket.objects.exists()
    assert not Urn.objects.exclude(made_by=None).exists()


@pytest.mark.parametrize("number", [0, 2, 99])
def test_an_urn_that_is_not_there_takes_nothing(running: RunningRound, number: int) -> None:
    answer = send(scrutineer(running), address(running.round, "envelopes-make", number), digests(running))

    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})
    assert not Ticket.objects.exists()


def test_a_round_that_is_not_there_or_not_ones_own_takes_nothing(running: RunningRound) -> None:
    body = digests(running)
    other = make_open_round(evaluators=4)

    unknown = send(scrutineer(running), address(Round(public_id="0" * 32), "envelopes-make", 1), body)
    foreign = send(scrutineer(other), address(running.round, "envelopes-make", 1), body)

    assert (unknown.status_code, unknown.json()) == (404, {"error": "unknown_round"})
    assert (foreign.status_code, foreign.json()) == (404, {"error": "unknown_round"})
    assert not Ticket.objects.exists()


def test_a_closed_round_takes_nothing(running: RunningRound) -> None:
    body = digests(running)
    running.close()

    answer = send(scrutineer(running), address(running.round, "envelopes-make", 1), body)

    assert (answer.status_code, answer.json()) == (410, {"error": "draw_closed"})


def test_making_wants_the_csrf_token_and_a_post(running: RunningRound) -> None:
    url, body = address(running.round, "envelopes-make", 1), digests(running)
    client = scrutineer(running, enforce_csrf_checks=True)

    assert send(client, url, body).status_code == 403
    assert not Ticket.objects.exists()
    client.cookies["csrftoken"] = "a" * 32
    assert send(client, url, body, **{"x-csrftoken": "a" * 32}).status_code == 200
    assert scrutineer(running).get(url).status_code == 405


def test_too_much_is_refused_before_it_is_read(running: RunningRound, settings: Any) -> None:
    settings.PEER_REVIEW_CAST_MAX_BYTES = 50

    answer = send(scrutineer(running), address(running.round, "envelopes-make", 1), digests(running))

    assert (answer.status_code, answer.json()) == (413, {"error": "too_large"})


def test_what_is_logged_and_answered_names_no_voter_and_no_envelope(
    running: RunningRound, caplog: pytest.LogCaptureFixture
) -> None:
    body = digests(running)
    client = scrutineer(running)
    with caplog.at_level(logging.DEBUG):
        answer = send(client, address(running.round, "envelopes-make", 1), body)

    assert answer.status_code == 200
    sent = set(body["digests"])
    names = {one.user.get_full_name() for one in running.evaluators}
    assert (len(sent), len(names)) == (3, 5)
    said = caplog.text + answer.content.decode()
    assert [text for text in sent | names if text in said] == []
