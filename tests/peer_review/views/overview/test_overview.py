"""Pages of evaluators: who sees which round, what the ballot page carries, and what it leaves out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review.domain.planning.roll_edits import set_on_paper
from peer_review.domain.rounds.early_closing import request_early_closing
from peer_review.models import Round
from tests.factories.peer_review.rounds import (
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

    assert [(round.pk, round.papers) for round, _stage in response.context["waiting"]] == [(running.round.pk, 2)]
    assert response.context["drawn"] == set()
    running.evaluators[3].draw()
    assert client.get(reverse("peer_review:round-list")).context["drawn"] == {running.round.pk}


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


def test_how_anonymity_is_protected_can_be_read_by_all_staff_in_both_languages(client: Client) -> None:
    client.force_login(make_user("Anybody"))
    address = reverse("peer_review:protection")

    english = client.get(address, headers={"Accept-Language": "en"}).content.decode()
    chinese = client.get(address, headers={"Accept-Language": "zh-CN"}).content.decode()

    assert "What cannot be promised" in english
    assert "不能保证" in chinese


def test_the_list_shows_a_second_person_what_they_confirm(client: Client, in_english: None) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    running = make_open_round(evaluators=4, closes_at=timezone.now() + timedelta(days=7))
    request_early_closing(running.round, by=running.round.organiser, reason="Flood")
    draft = make_ready_round(evaluators=4).round
    set_on_paper(draft, by=draft.organiser, member=draft.members.all()[2], on_paper=True)
    inspector = make_user("", "inspector")

    client.force_login(inspector)
    html = client.get(reverse("peer_review:round-list")).content.decode()

    assert page("early-closing", running.round) in html
    assert page("roll-touches", draft) in html
    for user in (running.round.organiser, draft.organiser, running.evaluators[0].user):
        client.force_login(user)
        html = client.get(reverse("peer_review:round-list")).content.decode()
        assert "for you to confirm" not in html
