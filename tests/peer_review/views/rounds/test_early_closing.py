"""Pages of closing a round before its time: for the organiser, the second person and the evaluators."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.rounds.early_closing import (
    early_closing_fingerprint,
    request_early_closing,
    standing_early_closing,
    withdraw_early_closing,
)
from peer_review.models import EarlyClosing, Round
from tests.factories.peer_review.decided_rounds import make_inspector
from tests.factories.peer_review.early_closings import confirm_as_read
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=6, closes_at=timezone.now() + timedelta(days=7))


def ask(round: Round) -> EarlyClosing:
    return request_early_closing(round, by=round.organiser, reason="The <flood> came")


def read(client: Client, round: Round) -> dict[str, str]:
    """Return what the forms of the page carry of the request that it shows, for the one step and the other."""
    html = client.get(page("early-closing", round)).content.decode()
    hidden = re.findall(r'<input type="hidden" name="(request|fingerprint)" value="([^"]*)">', html)
    return dict(hidden)


def test_the_organiser_asks_the_inspector_confirms_and_everybody_reads_the_reason(running: RunningRound) -> None:
    round, inspector = running.round, make_inspector()
    organiser = browser(round.organiser)
    dashboard = organiser.get(page("round-dashboard", round)).content.decode()
    assert page("early-closing-request", round) in dashboard
    assert page("round-close", round) not in dashboard

    answer = organiser.post(page("early-closing-request", round), {"reason": "The <flood> came"}, follow=True)

    assert "waits for a second person" in answer.content.decode()
    assert page("early-closing-request", round) not in answer.content.decode()
    voter = browser(running.evaluators[0].user)
    assert "flood" not in voter.get(page("ballot", round)).content.decode()  # nothing is decided yet

    seen = browser(inspector).get(page("early-closing", round)).content.decode()
    assert "The &lt;flood&gt; came" in seen
    assert page("early-closing-confirm", round) in seen
    answer = browser(inspector).post(page("early-closing-confirm", round), read(browser(inspector), round), follow=True)
    assert "closes in 24 hours" in answer.content.decode()
    round.refresh_from_db()
    assert round.closes_at < timezone.now() + timedelta(hours=25)
    for name in ("ballot", "round-detail"):
        html = voter.get(page(name, round)).content.decode()
        assert "This round closes before its time" in html
        assert "The &lt;flood&gt; came" in html
    assert "Everybody has been told." in organiser.get(page("round-dashboard", round)).content.decode()


def test_the_organiser_withdraws_it_and_the_round_goes_on(running: RunningRound) -> None:
    round, before = running.round, running.round.closes_at
    confirm_as_read(ask(round), by=make_inspector())

    organiser = browser(round.organiser)
    answer = organiser.post(page("early-closing-withdraw", round), read(organiser, round), follow=True)

    assert "closes at the end of its own time" in answer.content.decode()
    round.refresh_from_db()
    assert round.closes_at == before


def test_the_organiser_does_not_confirm_it(running: RunningRound) -> None:
    round = running.round
    form = {"request": ask(round).pk, "fingerprint": early_closing_fingerprint(round.early_closings.get())}
    client = browser(round.organiser)

    assert page("early-closing-confirm", round) not in client.get(page("early-closing", round)).content.decode()
    assert client.post(page("early-closing-confirm", round), form).status_code == 403
    assert not standing_early_closing(round).is_confirmed  # type: ignore[union-attr]  # it stands


def test_a_request_asked_anew_while_the_first_is_read_is_not_confirmed_but_shown(running: RunningRound) -> None:
    round = running.round
    inspector = browser(make_inspector())
    first = ask(round)
    form = read(inspector, round)
    withdraw_early_closing(first, by=round.organiser)
    second = request_early_closing(round, by=round.organiser, reason="The hall is needed")

    for sent, sentence in (
        (form, "confirmed or withdrawn meanwhile"),
        ({**form, "request": second.pk}, "is not what you were reading"),
        ({"request": second.pk}, "is not what you were reading"),
    ):
        answer = inspector.post(page("early-closing-confirm", round), sent, follow=True)
        assert sentence in answer.content.decode()
        assert "The hall is needed" in answer.content.decode()
        second.refresh_from_db()
        assert not second.is_confirmed

    inspector.post(page("early-closing-confirm", round), read(inspector, round))
    second.refresh_from_db()
    assert second.is_confirmed


def test_declining_the_one_that_was_read_leaves_another_that_stands(running: RunningRound) -> None:
    round = running.round
    inspector = browser(make_inspector())
    first = ask(round)
    form = read(inspector, round)
    withdraw_early_closing(first, by=round.organiser)
    second = ask(round)

    answer = inspector.post(page("early-closing-withdraw", round), form, follow=True)

    assert "confirmed or withdrawn meanwhile" in answer.content.decode()
    assert standing_early_closing(round) == second


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "9" * 18, "9" * 40, "\x00", "٣"])
def test_a_number_of_no_request_of_the_round_is_no_page(running: RunningRound, number: str) -> None:
    ask(running.round)
    inspector = browser(make_inspector())

    for name in ("early-closing-confirm", "early-closing-withdraw"):
        assert inspector.post(page(name, running.round), {"request": number}).status_code == 404


def test_where_nobody_inspects_a_scrutineer_of_the_round_is_the_second_person(running: RunningRound) -> None:
    round = running.round
    ask(round)
    scrutineer, stranger = round.scrutineers.get(), make_user("", "scrutineer")

    form = read(browser(scrutineer), round)
    assert browser(stranger).post(page("early-closing-confirm", round), form).status_code == 404
    assert browser(scrutineer).post(page("early-closing-confirm", round), form).status_code == 302

    assert standing_early_closing(round).is_confirmed  # type: ignore[union-attr]  # it stands


def test_pages_do_not_exist_for_others_nor_without_a_request(running: RunningRound) -> None:
    round = running.round
    make_inspector()
    assert browser(round.organiser).get(page("early-closing", round)).status_code == 404
    form = {"request": ask(round).pk}

    for user in (
        running.evaluators[0].user,
        round.scrutineers.get(),
        make_user("", "leadership"),
        make_user("", "staff"),
    ):
        client = browser(user)
        assert client.get(page("early-closing", round)).status_code == 404
        assert client.post(page("early-closing-withdraw", round), form).status_code == 404
        assert client.get(page("early-closing-request", round)).status_code in (403, 404)
    assert Client().get(page("early-closing", round)).status_code == 302


@pytest.mark.parametrize("reason", ["", "x" * 501])
def test_without_a_proper_reason_nothing_is_asked_and_the_input_stays(running: RunningRound, reason: str) -> None:
    answer = browser(running.round.organiser).post(page("early-closing-request", running.round), {"reason": reason})

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert reason in answer.content.decode()
    assert not EarlyClosing.objects.exists()


def test_refused_it_says_why_on_the_form(running: RunningRound) -> None:
    Round.objects.filter(pk=running.round.pk).update(closes_at=timezone.now() + timedelta(hours=23))

    answer = browser(running.round.organiser).post(
        page("early-closing-request", running.round), {"reason": "Kept words"}
    )

    assert "less than 24 hours" in answer.content.decode()
    assert "Kept words" in answer.content.decode()


def test_no_page_of_it_changes_with_how_many_have_voted(running: RunningRound) -> None:
    """Create what could leak: a vote between two looks at each page, of each who may look."""
    round, inspector = running.round, make_inspector()
    ask(round)

    def looks() -> list[str]:
        pages = [
            (inspector, "early-closing"),
            (round.organiser, "early-closing"),
            (round.organiser, "early-closing-request"),
        ]
        texts = [browser(user).get(page(name, round)).content.decode() for user, name in pages]
        # The moment of closing if confirmed now moves with the clock, and tokens are new each time.
        bodies = [text[text.index('<div class="pr-page">') :].split("</main>")[0] for text in texts]
        return [re.sub(r'value="[^"]*"|\d+:\d\d', "", body) for body in bodies]

    before = looks()
    for evaluator in running.evaluators:
        running.vote(evaluator)

    assert looks() == before


def test_queries_do_not_grow(running: RunningRound, django_assert_max_num_queries: Any) -> None:
    ask(running.round)
    client = browser(make_inspector())
    client.get(page("early-closing", running.round))

    with django_assert_max_num_queries(14):
        client.get(page("early-closing", running.round))
