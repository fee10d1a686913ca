"""Rounds whose results are decided, told and contested, for the tests of what follows from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from peer_review.domain.outcomes.appeals import ask_review
from peer_review.domain.outcomes.decisions import Choice, decide, tell_outcomes
from peer_review.domain.outcomes.proposals import proposal_of
from peer_review.models import Contest, Round, Subject
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user


def make_scored_round(scores: dict[str, int | None], *, quota: int = 20, **kwargs: Any) -> Round:
    """Return a published round in which these names have these scores; None for too few ballots.

    Five ballots each, all equal, so that the published score is the number itself.
    """
    cells = {(name, "all"): papers(5, score, score) if score is not None else [] for name, score in scores.items()}
    return make_published_round(cells, eligible=5, excellent_quota=quota, **kwargs)


def make_leader(name: str = "Leader", **fields: Any) -> Any:
    """Return somebody who may decide."""
    return make_user(name, "leadership", "staff", **fields)


def make_inspector(name: str = "Inspector", **fields: Any) -> Any:
    """Return an inspector."""
    return make_user(name, "inspector", "staff", **fields)


def subject(round: Round, name: str) -> Subject:
    """Return the subject of this name."""
    found: Subject = round.subjects.select_related("round", "member__user").get(label=name)
    return found


def choice(round: Round, name: str, grade: str, reason: str = "") -> Choice:
    """Return a decision to be made on a name."""
    return Choice(subject(round, name).pk, grade, reason)


def decide_all(round: Round, *, by: Any, ties: Sequence[str] = (), now: datetime | None = None) -> None:
    """Decide everybody as proposed; of those tied, `ties` become excellent and the others competent."""
    proposal = proposal_of(round)
    choices = []
    for one in round.subjects.all():
        if one.pk in proposal.tied:
            grade = "excellent" if one.label in ties else "competent"
            choices.append(Choice(one.pk, grade, "Weighed one by one."))
        elif one.pk not in proposal.scored:
            choices.append(Choice(one.pk, "", "Too few ballots."))
        else:
            choices.append(Choice(one.pk, proposal.grades[one.pk]))
    decide(round, by=by, choices=choices, now=now)


def make_told_round(
    scores: dict[str, int | None] | None = None, *, by: Any = None, now: datetime | None = None, **kwargs: Any
) -> tuple[Round, Any]:
    """Return a round whose outcomes have been told, and the leader who decided."""
    leader = by or make_leader()
    round = make_scored_round(scores or {"Ada": 95, "Ben": 85, "Cho": 75, "Dan": 65, "Eve": 50}, **kwargs)
    decide_all(round, by=leader, now=now)
    tell_outcomes(round, by=leader, now=now)
    return round, leader


def make_contest(name: str = "Ben", *, now: datetime | None = None, **kwargs: Any) -> tuple[Contest, Any]:
    """Return a contest about one subject of a told round, and the leader who decided and is to answer."""
    round, leader = make_told_round(now=now, **kwargs)
    one = subject(round, name)
    assert one.member is not None
    return ask_review(one, by=one.member.user, grounds="I see it otherwise.", now=now), leader
