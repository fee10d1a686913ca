"""Voter classes declared not anonymous: on the draft, in its frozen scheme, among what was done by hand."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.domain.schemes.schemes import freeze_for, freeze_scheme
from peer_review.exceptions.base import RoundFrozen, UnknownVoterClass
from peer_review.models import Round
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_ready_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def draft() -> Round:
    return RoundFactory(scheme=SchemeFactory(classes=[("superiors", 60), ("peers", 40)]))


def test_is_declared_and_taken_back(draft: Round) -> None:
    round = declare_not_anonymous(draft, by=draft.organiser, voter_class="peers")
    assert round.not_anonymous == ["peers"]
    assert [touch.detail for touch in round.roll_touches.all()] == ["Peers"]

    round = declare_not_anonymous(round, by=draft.organiser, voter_class="peers")  # once more changes nothing
    assert round.roll_touches.count() == 1
    round = declare_not_anonymous(round, by=draft.organiser, voter_class="superiors")
    assert round.not_anonymous == ["superiors", "peers"]  # in the order of the scheme
    for voter_class in ("peers", "superiors"):
        round = declare_not_anonymous(round, by=draft.organiser, voter_class=voter_class, declared=False)
    assert round.not_anonymous == []
    assert not round.roll_touches.exists()
    acts = ModelLogEntry.objects.filter(action="peer_review.round.not_anonymous").order_by("pk")
    assert [entry.data["declared"] for entry in acts] == [True, True, False, False]


def test_is_frozen_and_of_no_other_class(draft: Round) -> None:
    round = declare_not_anonymous(draft, by=draft.organiser, voter_class="superiors")

    assert [voters.anonymous for voters in freeze_for(round).classes] == [False, True]
    assert [voters.get("anonymous") for voters in freeze_for(round).as_json()["classes"]] == [False, None]
    assert freeze_scheme(round.scheme).as_json() == freeze_for(RoundFactory(scheme=round.scheme)).as_json()


def test_a_class_that_the_scheme_has_not_is_refused(draft: Round) -> None:
    for key in ("", "nobody", "x" * 300):
        with pytest.raises(UnknownVoterClass):
            declare_not_anonymous(draft, by=draft.organiser, voter_class=key)


def test_an_opened_round_declares_nothing_any_more() -> None:
    running: Any = make_ready_round()
    round = open_round(running.round, by=running.round.organiser)

    with pytest.raises(RoundFrozen):
        declare_not_anonymous(round, by=round.organiser, voter_class="all")
