"""Somebody inside who polls every page before and after each vote: they learn how many have drawn, and not who.

Every address of the site that needs no more than the round is asked for, as each role. Then one person votes, and
everything is asked for again; then the vote is undone, and another person votes. Whoever polls must not be able to
tell the two apart.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from organisation.enums import Role
from peer_review.conf import conf
from peer_review.domain.ballots.turnout import Turnout, people_drawn
from peer_review.domain.publication.self_evaluations import save_self_evaluation
from peer_review.views.rounds import dashboard
from tests.factories.organisation import UserFactory
from tests.factories.peer_review.envelopes import make_envelopes, make_paper_round
from tests.factories.peer_review.rounds import Evaluator, RunningRound, SchemeFactory, make_open_round, make_user
from tests.project.routes import every_route

pytestmark = pytest.mark.django_db(databases=["default", "box"])

#: What differs between any two answers: tokens against forged forms, the policy's nonce, a calendar's own time.
OF_THE_ANSWER = re.compile(r'(csrfmiddlewaretoken" value=|csrf(_?token)?": |nonce=)"[^"]+"|DTSTAMP:\w+', re.IGNORECASE)
#: The page that tells how many have drawn.
TELLS_HOW_MANY = {"peer_review:round-dashboard"}
Snapshot = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def addresses() -> list[tuple[str, str]]:
    """Every route that needs the round's id or nothing, but for Wagtail's admin, which knows no round."""
    return [
        (route.name, route.template)
        for route in every_route()
        if set(route.parameters) <= {"public_id"}
        and route.name.startswith(("peer_review", "forum", "organisation"))
        and not route.template.startswith("admin/")
    ]


@pytest.fixture
def running() -> RunningRound:
    return make_open_round(evaluators=9, subjects=1, scheme=SchemeFactory(floor=5, self_evaluation=True))


@pytest.fixture
def pollers(running: RunningRound) -> dict[str, Client]:
    return everybody_inside(running)


def everybody_inside(running: RunningRound) -> dict[str, Client]:
    """Return the browsers of everybody inside, and of the first of those asked."""
    people = {
        "organiser": running.round.organiser,
        "scrutineer": running.round.scrutineers.get(),
        "inspector": make_user("Inspector", "inspector"),
        "leader": make_user("Leader", "leadership"),
        "administrator": UserFactory(roles=[Role.ADMINISTRATOR], is_superuser=True, is_staff=True),
        "subject": running.round.subjects.get().member.user,
        "colleague": running.evaluators[2].user,
    }
    clients = {}
    for role, person in people.items():
        clients[role] = Client(headers={"accept-language": "en"})
        clients[role].force_login(person)
    return clients


@pytest.fixture
def poll(running: RunningRound, pollers: dict[str, Client], addresses: list[tuple[str, str]]) -> Callable[[], Snapshot]:
    return ask_for_all(running, pollers, addresses)


@pytest.fixture
def poll_paper(addresses: list[tuple[str, str]]) -> tuple[RunningRound, Callable[[], Snapshot]]:
    """A round in which some vote on paper, and how to ask for everything about it."""
    running = make_paper_round(evaluators=9)
    return running, ask_for_all(running, everybody_inside(running), addresses)


def ask_for_all(
    running: RunningRound, pollers: dict[str, Client], addresses: list[tuple[str, str]]
) -> Callable[[], Snapshot]:
    """Return a function that asks for everything and gives what was answered."""

    def ask() -> Snapshot:
        answers: Snapshot = {}
        for role, client in pollers.items():
            cache.clear()
            for name, template in addresses:
                answer = client.get("/" + template % {"public_id": running.round.public_id})
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
                text = OF_THE_ANSWER.sub("", body.decode("utf-8", "replace"))
                answers[role, name] = f"{answer.status_code} {answer.headers.get('Location', '')}\n{text}"
        return answers

    return ask


@contextmanager
def undone() -> Iterator[None]:
    """Undo in both databases whatever is done within."""
    with ExitStack() as both:
        for alias in ("default", conf.BOX_DATABASE):
            both.enter_context(transaction.atomic(using=alias))
        yield
        for alias in ("default", conf.BOX_DATABASE):
            transaction.set_rollback(True, using=alias)


def after_vote(running: RunningRound, voter: Evaluator, poll: Callable[[], Snapshot]) -> Snapshot:
    with undone():
        assert all(answer["ok"] for answer in running.vote(voter))
        return poll()


def differing(one: Snapshot, other: Snapshot) -> set[tuple[str, str]]:
    return {at for at in one if one[at] != other[at]}


def test_two_votes_look_alike_to_everybody_who_polls(running: RunningRound, poll: Callable[[], Snapshot]) -> None:
    before, again = poll(), poll()
    assert differing(before, again) == set()
    assert sum(text.startswith("200") for text in before.values()) > 100

    first, second = (after_vote(running, voter, poll) for voter in running.evaluators[:2])

    assert differing(first, second) == set()
    # He sees that somebody has drawn: the round's dashboard says how many.
    assert {name for _role, name in differing(before, first)} == TELLS_HOW_MANY


def test_a_self_evaluation_shows_to_its_author_alone(running: RunningRound, poll: Callable[[], Snapshot]) -> None:
    """It lies under its author's name. Until publication nobody else sees even that it is there."""
    about = running.round.subjects.get().member.user
    before = poll()
    with undone():
        save_self_evaluation(running.round, by=about, answers={"quality": 70, "spirit": 80}, text="As well as I can")
        after = poll()

    assert {role for role, _name in differing(before, after)} == {"subject"}


def test_two_envelopes_look_alike_to_everybody_who_polls(
    poll_paper: tuple[RunningRound, Callable[[], Snapshot]],
) -> None:
    """A vote on paper changes no page at all: whoever holds the roll does not learn that somebody was at the kiosk."""
    running, poll = poll_paper
    _urn, (first, second, *_others) = make_envelopes(running)
    before = poll()

    snapshots = []
    for envelope in (first, second):
        with undone():
            assert all(answer["ok"] for answer in running.cast(envelope.entries(running.answers)))
            snapshots.append(poll())

    assert differing(*snapshots) == set()
    assert differing(before, snapshots[0]) == set()


def test_a_page_that_names_who_has_drawn_is_noticed(
    running: RunningRound,
    pollers: dict[str, Client],
    poll: Callable[[], Snapshot],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attack bites where a page shows the number of one person."""

    def first_alone(round: Any) -> Turnout:
        return Turnout(people=1, drawn=int(running.evaluators[0].user.pk in people_drawn(round)))

    for role in set(pollers) - {"organiser"}:
        del pollers[role]
    monkeypatch.setattr(dashboard, "participation", first_alone)

    first, second = (after_vote(running, voter, poll) for voter in running.evaluators[:2])

    assert {name for _role, name in differing(first, second)} == TELLS_HOW_MANY
