"""Rounds beside each other about the same people: rolls without ballots, for the search over rounds."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.roll import use_plan
from peer_review.domain.planning.shared_papers import share_papers
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.enums import RoundState
from peer_review.models import Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_cell, make_member, make_subject

#: Whom `people_of_today` proposes.
TODAY: list[Person] = []
#: Voters by subject: class → users.
Voters = dict[Any, dict[str, list[Any]]]


def make_draft_about(voters: Voters, *, scheme: Any = None, **fields: Any) -> Round:
    """Return a draft about these users, with these voters."""
    classes = list(dict.fromkeys(key for by_class in voters.values() for key in by_class))
    shares = {0: [], 1: [100], 2: [60, 40], 3: [50, 30, 20]}[len(classes)]
    scheme = scheme or SchemeFactory(floor=5, classes=list(zip(classes, shares, strict=True)))
    round = RoundFactory(scheme=scheme, **fields)
    for user, by_class in voters.items():
        subject = make_subject(round, make_member(round, user))
        for key, users in by_class.items():
            make_cell(subject, users, key)
    return round


def people_of_today(round: object) -> list[Person]:
    """Stand in for conf.ROLL_SOURCE: the people whom a test has put into TODAY."""
    return list(TODAY)


def freeze(round: Round, *, state: str = RoundState.PUBLISHED, days_ago: int = 30, sharing: bool = False) -> Round:
    """Return a draft as if it had been opened and published so many days ago; `sharing`: by the rules of today, where
    classes that too few may vote in share a paper."""
    moment = timezone.now() - timedelta(days=days_ago)
    round.form = freeze_for(round).as_json()
    if sharing:
        share_papers(round)
    round.state, round.opened_at = state, moment
    if state in (RoundState.PUBLISHED, RoundState.ARCHIVED):
        round.published_at = moment
    round.save()
    return round


def make_planned_draft(people: list[Person], **fields: Any) -> Round:
    """Return a draft whose roll the usual plan made of these people: everybody in a section evaluates each other."""
    round = RoundFactory(**{"scheme": SchemeFactory(floor=5), **fields})
    save_plan(round, by=round.organiser, plan={"house_wide": False})
    round.refresh_from_db()
    use_plan(round, by=round.organiser, people=people, at_once=True)
    round.refresh_from_db()
    return round
