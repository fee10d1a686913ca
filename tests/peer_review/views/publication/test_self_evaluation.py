"""The page on which people who are evaluated say what they think of themselves, and where it is read."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.publication.self_evaluations import save_self_evaluation
from peer_review.models import Round, SelfEvaluation
from tests.factories.peer_review.counted_rounds import publish
from tests.factories.peer_review.rounds import RunningRound, make_open_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def address(round: Round, name: str = "self-evaluation", *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=7, subjects=1, scheme__self_evaluation=True, scheme__exact_scores=True)


@pytest.fixture
def me(running: RunningRound, client: Client) -> Any:
    user = running.round.subjects.get().member.user
    client.force_login(user)
    return user


def text_of(client: Client, url: str) -> str:
    return client.get(url, headers={"accept-language": "en"}).content.decode()


def test_subject_writes_changes_and_then_it_stands(running: RunningRound, me: Any, client: Client) -> None:
    url = address(running.round)
    assert url in text_of(client, address(running.round, "round-detail"))
    assert "Not written" in text_of(client, reverse("peer_review:round-list"))
    client.post(url, {"c-quality": "95", "c-spirit": "90", "text": "First\r\nwords"})
    client.post(url, {"c-quality": "94", "c-spirit": "90", "text": "First\r\nwords"})
    kept = SelfEvaluation.objects.get()
    assert (kept.answers, kept.text) == ({"quality": 94, "spirit": 90}, "First\nwords")
    text = text_of(client, url)
    assert 'value="94"' in text
    assert "First\nwords" in text
    running.close()
    text = text_of(client, url)
    assert "What you wrote stands" in text
    assert "<textarea" not in text
    client.post(url, {"c-quality": "1", "c-spirit": "1"})
    kept.refresh_from_db()
    assert kept.answers == {"quality": 94, "spirit": 90}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"c-quality": "95"},
        {"c-quality": "95", "c-spirit": "101"},
        {"c-quality": "95", "c-spirit": "-1"},
        {"c-quality": "95", "c-spirit": "dk"},
        {"c-quality": "95", "c-spirit": "9.5"},
        {"c-quality": "95", "c-spirit": "90", "text": "字" * 301},
        {"c-quality": "95", "c-spirit": "90", "text": "\x00"},
    ],
)
def test_bad_input_is_kept_on_the_page_and_not_in_the_database(
    data: dict[str, str], running: RunningRound, me: Any, client: Client
) -> None:
    answer = client.post(address(running.round), data)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not SelfEvaluation.objects.exists()


def test_line_breaks_count_once(running: RunningRound, me: Any, client: Client) -> None:
    words = "\r\n".join(["字"] * 150)  # 299 characters as the browser counts them
    client.post(address(running.round), {"c-quality": "95", "c-spirit": "90", "text": words})
    assert len(SelfEvaluation.objects.get().text) == 299


@pytest.mark.parametrize("role", ["organiser", "evaluator", "leadership", "inspector", "staff", "superuser"])
def test_for_everybody_else_there_is_no_such_page(role: str, running: RunningRound, client: Client) -> None:
    named = {"organiser": running.round.organiser, "evaluator": running.evaluators[-1].user}
    client.force_login(named.get(role) or make_user("", role, is_superuser=role == "superuser"))
    assert client.get(address(running.round)).status_code == 404
    assert client.post(address(running.round), {"c-quality": "1", "c-spirit": "1"}).status_code == 404
    assert address(running.round) not in text_of(client, reverse("peer_review:round-list"))


def test_scheme_that_does_not_ask_has_no_page(client: Client) -> None:
    running = make_open_round()
    client.force_login(running.round.subjects.get().member.user)
    assert client.get(address(running.round)).status_code == 404


def test_before_opening_time_the_page_says_when(running: RunningRound, me: Any, client: Client) -> None:
    Round.objects.update(opens_at=timezone.now() + timedelta(hours=1))
    text = text_of(client, address(running.round))
    assert "You can write it from" in text
    assert "<form method" not in text.split('class="pr-page"')[1]


@pytest.mark.parametrize(("scale", "answer", "words"), [("anchors", 4, "4 Words 4"), ("grades", 3, "Competent")])
def test_answers_have_the_words_of_the_ballot(scale: str, answer: int, words: str, client: Client) -> None:
    running = make_open_round(scheme__self_evaluation=True, scheme__scale=scale)
    client.force_login(running.round.subjects.get().member.user)
    url = address(running.round)
    assert words in text_of(client, url)
    assert "Do not know" not in text_of(client, url)
    client.post(url, {"c-quality": str(answer), "c-spirit": str(answer)})
    assert SelfEvaluation.objects.get().answers == {"quality": answer, "spirit": answer}
    running.close()
    line = client.get(url, headers={"accept-language": "en"}).context["lines"][0]
    assert (line.answer, line.points) == (words, 80.0)


def test_it_is_read_beside_the_figures_by_those_who_may_read_these(
    running: RunningRound, me: Any, client: Client
) -> None:
    save_self_evaluation(running.round, by=me, answers={"quality": 41, "spirit": 43}, text="My own words")
    for at, evaluator in enumerate(running.evaluators):
        running.stuff(evaluator, {"quality": 70 + at, "spirit": 80})
    round = publish(running)
    subject = round.subjects.get()
    own = client.get(address(round, "own-result"), headers={"accept-language": "en"})
    reading = own.context["reading"]
    assert [(line.points, line.others.value) for line in reading.self_lines] == [(41.0, 72.5), (43.0, 80.0)]
    assert (reading.score.value, "My own words" in own.content.decode()) == (75.5, True)
    client.force_login(make_user("", "leadership"))
    text = text_of(client, address(round, "subject-result", subject.pk))
    assert "My own words" in text
    assert f"{subject.label}&#x27;s self-evaluation" in text or f"{subject.label}'s self-evaluation" in text
    assert "My own words" not in text_of(client, address(round, "all-results"))
    client.force_login(running.evaluators[-1].user)
    assert client.get(address(round, "subject-result", subject.pk)).status_code == 403
    assert "My own words" not in text_of(client, address(round, "round-detail"))
