"""Pages of evaluators: who sees which round, what the ballot page carries, and what it leaves out."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.enums import ScaleKind
from peer_review.models import Round
from tests.factories.peer_review.rounds import (
    SchemeFactory,
    make_cell,
    make_member,
    make_open_round,
    make_ready_round,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def test_the_list_shows_what_waits_and_hides_what_is_not_mine(client: Client) -> None:
    running = make_open_round(evaluators=4, subjects=2)
    make_open_round(evaluators=4)
    client.force_login(running.evaluators[3].user)

    response = client.get(reverse("peer_review:round-list"))

    assert [(one.pk, one.papers, one.drawn) for one in response.context["waiting"]] == [(running.round.pk, 2, False)]
    running.evaluators[3].draw()
    waiting = client.get(reverse("peer_review:round-list")).context["waiting"]
    assert [one.drawn for one in waiting] == [True]


def test_the_list_takes_one_query_count_for_one_and_for_three_rounds(client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    running = make_open_round(evaluators=4)
    user = running.evaluators[0].user
    client.force_login(user)
    client.get(reverse("peer_review:round-list"))
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(reverse("peer_review:round-list"))
    for _number in range(2):
        other = make_ready_round(evaluators=4).round
        make_cell(make_subject(other, make_member(other, make_user("Third"))), [user])
        Round.objects.filter(pk=other.pk).update(state="open")
    with CaptureQueriesContext(connection) as three:
        response = client.get(reverse("peer_review:round-list"))

    assert len(response.context["waiting"]) == 3
    assert len(three) == len(one)


@pytest.mark.parametrize("name", ["round-detail", "ballot", "ballot-check"])
def test_pages_of_a_round_want_a_sign_in_and_a_place_on_the_roll(client: Client, name: str) -> None:
    running = make_open_round(evaluators=4)

    assert client.get(page(name, running.round)).status_code == 302
    client.force_login(make_user("Stranger", is_superuser=True))
    assert client.get(page(name, running.round)).status_code == 404


def test_the_subject_who_evaluates_nobody_sees_the_round_but_no_ballot(client: Client) -> None:
    running = make_open_round(evaluators=4)
    subject = running.round.subjects.get().member
    client.force_login(subject.user)

    assert client.get(page("round-detail", running.round)).status_code == 200
    assert client.get(page("ballot", running.round)).status_code == 403


def test_the_ballot_page_carries_its_own_script_only_and_is_never_cached(client: Client) -> None:
    running = make_open_round(evaluators=4)
    client.force_login(running.evaluators[0].user)

    response = client.get(page("ballot", running.round))
    html = response.content.decode()

    assert response.headers["Cache-Control"] == "no-store"
    scripts = re.findall(r"<script[^>]*src=[^>]*>", html)
    assert len(scripts) == 1
    assert 'integrity="sha384-' in scripts[0]
    assert " ".join(running.round.fingerprint[i : i + 4] for i in range(0, 64, 4)) in html
    assert html.count("<li>") >= 5
    assert "style=" not in html
    assert "onclick" not in html


def test_two_people_keep_their_drafts_under_different_names(client: Client) -> None:
    running = make_open_round(evaluators=4)
    tags = set()
    for voter in running.evaluators[:2]:
        client.force_login(voter.user)
        html = client.get(page("ballot", running.round)).content.decode()
        config = json.loads(re.search(r'id="ballot-config"[^>]*>(.*?)</script>', html)[1])
        tags.add(config["owner"])

    assert len(tags) == 2


def test_a_class_with_one_possible_voter_is_called_not_anonymous(client: Client) -> None:
    running = make_ready_round(
        evaluators=5, subjects=1, classes=("boss", "all"), scheme=SchemeFactory(classes=[("boss", 50), ("all", 50)])
    )
    boss, crowd = sorted(running.round.cells.with_eligible(), key=lambda cell: cell.voter_class != "boss")
    boss.assignments.exclude(pk=boss.assignments.first().pk).delete()
    running.round.form = {}
    from peer_review.domain.rounds.lifecycle import open_round

    round = open_round(running.round, by=running.round.organiser)
    client.force_login(boss.assignments.get().evaluator)
    alone = client.get(page("ballot", round)).content.decode()
    client.force_login(crowd.assignments.first().evaluator)
    together = client.get(page("ballot", round)).content.decode()

    assert "Not anonymous" in alone or "不匿名" in alone
    assert "Not anonymous" not in together
    assert "不匿名" not in together


@pytest.mark.parametrize(
    ("scale", "values"),
    [(ScaleKind.ANCHORS, ["1", "2", "3", "4", "5", "dk"]), (ScaleKind.GRADES, ["4", "3", "2", "1", "dk"])],
)
def test_choices_stand_with_do_not_know_as_their_equal(client: Client, scale: str, values: list[str]) -> None:
    running = make_open_round(evaluators=4, scheme=SchemeFactory(scale=scale))
    client.force_login(running.evaluators[0].user)

    html = client.get(page("ballot", running.round)).content.decode()

    assert re.findall(r'type="radio"[^>]*value="(\w+)"', html)[: len(values)] == values
    assert html.count('class="pr-choice"') == 2 * len(values)


def test_ballots_before_their_time_say_so_and_after_closing_lead_to_the_check(client: Client) -> None:
    opens = timezone.now() + timedelta(hours=2)
    running = make_open_round(evaluators=4, opens_at=opens)
    client.force_login(running.evaluators[0].user)

    assert client.get(page("ballot", running.round)).context["early"] is True
    running.close()
    assert client.get(page("ballot", running.round)).url == page("ballot-check", running.round)


def test_how_anonymity_is_protected_can_be_read_by_all_staff_in_both_languages(client: Client) -> None:
    client.force_login(make_user("Anybody"))
    address = reverse("peer_review:protection")

    english = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    chinese = client.get(address, headers={"Accept-Language": "zh-CN"}).content.decode()

    assert "What cannot be promised" in english
    assert "不能保证" in chinese
