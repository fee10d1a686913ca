"""Publishing by one button: counted to published, by the responsible organiser, once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.enums import RoundState
from peer_review.models import Result, Round
from tests.factories.peer_review.counted_rounds import make_counted_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


def address(round: Round, name: str = "round-publish") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def browser(user: Any, **kwargs: Any) -> Client:
    client = Client(headers={"accept-language": "en"}, **kwargs)
    client.force_login(user)
    return client


def levels(answer: Any) -> list[str]:
    return [message.level_tag for message in answer.context["messages"]]


@pytest.fixture
def round() -> Round:
    return make_counted_round({("甲", "all"): papers(6)})


def test_results_are_out_once_and_only_once(round: Round) -> None:
    client = browser(round.organiser)

    first = client.post(address(round), follow=True)
    results = Result.objects.count()
    again = client.post(address(round), follow=True)

    assert first.redirect_chain == [(address(round, "round-dashboard"), 302)]
    assert (levels(first), levels(again)) == (["success"], ["error"])
    assert "The results are published." in first.content.decode()
    round.refresh_from_db()
    assert round.state == "published"
    assert results == Result.objects.count() > 0


@pytest.mark.parametrize("state", [state for state in RoundState if state not in ("counted", "void")])
def test_no_other_state_is_published(round: Round, state: RoundState) -> None:
    Round.objects.update(state=state)

    answer = browser(round.organiser).post(address(round))

    assert answer.headers["Location"] == address(round, "round-dashboard")
    round.refresh_from_db()
    assert round.state == state
    assert not Result.objects.exists()


def test_terms_that_were_altered_since_the_opening_are_not_published(round: Round) -> None:
    Round.objects.update(form={**round.form, "floor": 1})

    answer = browser(round.organiser).post(address(round), follow=True)

    assert levels(answer) == ["error"]
    assert "are not those it was opened with" in answer.content.decode()
    assert not Result.objects.exists()


@pytest.mark.parametrize("role", ["organiser", "leadership", "inspector", "scrutineer", "subject", "superuser"])
def test_nobody_else_publishes(round: Round, role: str) -> None:
    subject = round.subjects.get().member
    assert subject is not None
    user = subject.user if role == "subject" else make_user("", role, is_superuser=role == "superuser")

    assert browser(user).post(address(round)).status_code in (403, 404)
    assert Client().post(address(round)).status_code == 302
    assert not Result.objects.exists()


def test_publishing_is_a_step_with_a_token_and_no_page(round: Round) -> None:
    assert browser(round.organiser).get(address(round)).status_code == 405
    assert browser(round.organiser, enforce_csrf_checks=True).post(address(round)).status_code == 403
    assert browser(round.organiser).post(address(Round(public_id="0" * 32))).status_code == 404
    assert not Result.objects.exists()
