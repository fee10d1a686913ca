"""Links of a round's page: exactly the pages that answer their reader, role by role and state by state."""

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Round
from peer_review.users import User
from peer_review.views.overview.round_links import _PERMITTED_PAGES, round_links
from tests.factories.peer_review.counted_rounds import count_all, make_voted_round
from tests.factories.peer_review.decided_rounds import make_inspector, make_told_round
from tests.factories.peer_review.rounds import make_open_round, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])

#: All pages that the links may lead to.
PAGES = ["my-outcome", *[route for route, _label in _PERMITTED_PAGES], "public-notice", "printed-notice", "bulletin"]


def page(name: str, round: Round) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def linked(round: Round, user: User) -> list[str]:
    """Return the route names of the links, in the order shown."""
    routes = {page(name, round): name for name in PAGES}
    return [routes[link["url"]] for link in round_links(round, user)]


def answered(client: Client, round: Round, user: User) -> set[str]:
    """Return the route names of the pages that answer this person."""
    client.force_login(user)
    return {name for name in PAGES if client.get(page(name, round), follow=True).status_code == 200}


def people(round: Round) -> dict[str, User]:
    """Return one person of each role who may see a round that has been opened."""
    return {
        "organiser": round.organiser,
        "scrutineer": round.scrutineers.get(),
        "evaluator": round.cells.first().assignments.first().evaluator,
        "subject": round.subjects.first().member.user,
        "leadership": make_user("Leader", "leadership"),
        "inspector": make_inspector(),
    }


@pytest.mark.parametrize("state", ["open", "counted", "told"])
def test_links_lead_to_exactly_the_pages_that_answer_their_reader(client: Client, state: str) -> None:
    if state == "open":
        round = make_open_round(evaluators=4).round
    elif state == "counted":
        round = count_all(make_voted_round(voters=4))
    else:
        round, _leader = make_told_round()

    for role, user in people(round).items():
        assert set(linked(round, user)) == answered(client, round, user), role


def test_links_of_each_role_after_the_outcomes_were_told() -> None:
    round, leader = make_told_round()

    assert {role: linked(round, user) for role, user in people(round).items()} == {
        "organiser": ["round-dashboard", "all-results", "summary", "printed-notice", "bulletin"],
        "scrutineer": ["scrutineer-round", "summary", "printed-notice", "bulletin"],
        "evaluator": ["summary", "printed-notice", "bulletin"],
        "subject": ["my-outcome", "own-result", "summary", "printed-notice", "bulletin"],
        "leadership": ["all-results", "decisions", "summary", "printed-notice", "bulletin"],
        "inspector": ["summary", "audit-round", "printed-notice", "bulletin"],
    }
    assert linked(round, leader) == ["all-results", "decisions", "summary", "printed-notice", "bulletin"]


def test_a_draft_links_its_organiser_to_the_dashboard_and_a_superuser_to_nothing() -> None:
    round = make_ready_round(evaluators=4).round

    assert linked(round, round.organiser) == ["round-dashboard"]
    assert linked(round, make_user("Administrator", is_superuser=True)) == []


def test_labels_are_in_the_language_of_the_reader(in_english: None) -> None:
    round = make_ready_round(evaluators=4).round

    assert round_links(round, round.organiser) == [
        {"url": page("round-dashboard", round), "label": "Organise this round"},
    ]
