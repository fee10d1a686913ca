"""Rounds that subtract: an attacker who reads what several rounds publish about one person, and knows their rolls.

Each series of rounds is published as it would be without the search, and the attacker recovers one voter's mark from it
(so the strategy bites); then the last of them is a draft that the organiser tries to open, and it is refused.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from django.db import connections

from peer_review.domain.keys import server_keys
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.enums import RoundState, VoidReason
from peer_review.exceptions.preflight import SubjectsSubtractable
from peer_review.exceptions.rounds import KeysMissing
from peer_review.models import CriterionResult, Round, VoterClass
from tests.factories.peer_review.counted_rounds import make_published_round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    give_box_key,
    make_cell,
    make_member,
    make_subject,
    make_user,
    stock_key_pool,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

FLOOR, TARGET = 5, 5
#: What each voter thinks of the subject: kept from round to round.
MARKS = [61, 74, 88, 69, 93, 42, 77, 81, 58, 90, 66]


@dataclass(frozen=True)
class Poll:
    """One round about the subject: the voters of each class, under a scheme of its own or the first one."""

    classes: dict[str, list[int]]
    own_scheme: bool = False
    void: bool = False


@dataclass
class House:
    """The subject, the voters, and the rounds so far."""

    subject: Any = field(default_factory=lambda: make_user("Li", "staff"))
    voters: list[Any] = field(default_factory=lambda: [make_user() for _mark in MARKS])
    rounds: list[tuple[Round, Poll]] = field(default_factory=list)

    def publish(self, poll: Poll) -> None:
        cells = {
            ("Li", key): [{"quality": MARKS[at], "spirit": MARKS[at]} for at in voters]
            for key, voters in poll.classes.items()
        }
        who = {("Li", key): [self.voters[at] for at in voters] for key, voters in poll.classes.items()}
        earlier = self.rounds[0][0] if self.rounds and not poll.own_scheme else None
        round = make_published_round(
            cells, people={"Li": self.subject}, who=who, earlier=earlier, floor=FLOOR, trim=False
        )
        if poll.void:
            Round.objects.filter(pk=round.pk).update(state=RoundState.VOID, void_reason=VoidReason.RETURN_RATE)
        self.rounds.append((round, poll))

    def draft(self, poll: Poll) -> Round:
        scheme = SchemeFactory(floor=FLOOR, trim=False, classes=[]) if poll.own_scheme or not self.rounds else None
        if scheme is not None:
            scheme.voter_classes.all().delete()
            shares = {1: [100], 2: [60, 40]}[len(poll.classes)]
            for order, (key, weight) in enumerate(zip(poll.classes, shares, strict=True)):
                VoterClass.objects.create(scheme=scheme, key=key, label=key, weight=weight, sort_order=order)
        round = RoundFactory(scheme=scheme or self.rounds[0][0].scheme)
        about = make_subject(round, make_member(round, self.subject))
        for key, voters in poll.classes.items():
            make_cell(about, [self.voters[at] for at in voters], key)
        return round

    def recover(self, target: int) -> float | None:
        """Return the target's mark as the attacker reckons it from published figures and rolls; None if he cannot."""
        weights, figures = [], []
        for round, poll in self.rounds:
            shares = {voters.key: float(voters.weight) for voters in round.frozen_scheme.classes}
            total = sum(shares[key] for key in poll.classes)
            shown = CriterionResult.objects.filter(result__round=round, result__scope="subject", criterion="quality")
            if poll.void or not shown.exists():
                continue
            row = shown.get()
            whole = np.zeros(len(MARKS))
            for key, voters in poll.classes.items():
                one = np.zeros(len(MARKS))
                one[voters] = 1 / len(voters)
                whole += shares[key] / total * one
                if key in row.classes:
                    weights.append(one)
                    figures.append(row.classes[key][0])
            weights.append(whole)
            figures.append(row.value)
        wanted = np.zeros(len(MARKS))
        wanted[target] = 1
        sums, *_rest = np.linalg.lstsq(np.array(weights).T, wanted, rcond=None)
        if np.abs(np.array(weights).T @ sums - wanted).max() > 1e-6:
            return None
        return float(sums @ figures)


FIVE, SIX = [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]
SERIES = {
    "the target as well, then not": [Poll({"all": SIX}), Poll({"all": FIVE})],
    "five, then the target as well": [Poll({"all": FIVE}), Poll({"all": SIX})],
    "another scheme": [Poll({"all": SIX}), Poll({"all": FIVE}, own_scheme=True)],
    "another scheme, the other way": [Poll({"all": FIVE}), Poll({"all": SIX}, own_scheme=True)],
    "three rounds of which any two go together": [
        Poll({"all": [*SIX, 6, 7, 8, 9, 10]}),
        Poll({"all": FIVE}),
        Poll({"all": [6, 7, 8, 9, 10]}),
    ],
    "a class split in another way": [
        Poll({"peers": SIX, "staff": [6, 7, 8, 9, 10]}),
        Poll({"peers": FIVE, "staff": [5, 6, 7, 8, 9, 10]}),
    ],
    "classes that were one": [Poll({"all": FIVE}), Poll({"peers": SIX, "staff": [6, 7, 8, 9, 10]}, own_scheme=True)],
    "a void round in between": [Poll({"all": SIX}), Poll({"all": SIX}, void=True), Poll({"all": FIVE})],
}


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES.keys())
def test_what_the_attacker_recovers_without_the_search_is_refused_with_it(series: list[Poll]) -> None:
    house = House()
    for poll in series[:-1]:
        house.publish(poll)
    assert house.recover(TARGET) is None
    draft = house.draft(series[-1])

    # Every round has an organiser of its own.
    assert draft.organiser_id not in {round.organiser_id for round, _poll in house.rounds}
    with pytest.raises(SubjectsSubtractable) as refused:
        open_round(draft, by=draft.organiser)
    assert refused.value.details == {"names": "Li", "floor": FLOOR}

    house.publish(series[-1])
    recovered = house.recover(TARGET)
    assert recovered is not None
    # Figures are rounded to a tenth, and eleven people's worth of them is added up.
    assert recovered == pytest.approx(MARKS[TARGET], abs=1.2)


@pytest.mark.parametrize(
    "series",
    [
        [Poll({"all": SIX}), Poll({"all": SIX}, own_scheme=True)],
        [Poll({"all": SIX}, void=True), Poll({"all": FIVE})],
        [Poll({"all": FIVE}), Poll({"all": [5, 6, 7, 8, 9]})],
        [Poll({"all": SIX}), Poll({"all": [*SIX, 6, 7, 8, 9, 10]})],
    ],
    ids=["the same voters", "the first is void", "quite others", "as many more as the floor"],
)
def test_what_tells_nothing_of_a_few_is_not_refused(series: list[Poll]) -> None:
    house = House()
    for poll in series[:-1]:
        house.publish(poll)
    draft = house.draft(series[-1])

    # The next thing in the way: nobody has made keys for this draft.
    with pytest.raises(KeysMissing):
        open_round(draft, by=draft.organiser)
    house.publish(series[-1])
    assert all(house.recover(voter) is None for voter in range(len(MARKS)))


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_of_two_drafts_opened_in_the_same_moment_the_second_sees_the_first() -> None:
    house = House()
    drafts = [house.draft(Poll({"all": voters}, own_scheme=True)) for voters in (FIVE, SIX)]
    stock_key_pool(sum(draft.cells.count() for draft in drafts))
    for draft in drafts:
        server_keys.prepare_keys(draft)
        give_box_key(draft)
    answers: list[str] = []

    def opening(draft: Round) -> None:
        try:
            answers.append(open_round(draft, by=draft.organiser).state)
        except SubjectsSubtractable as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=opening, args=[draft]) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["open", "subjects_subtractable"]
