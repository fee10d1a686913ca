"""Exclusions: withdrawn at once, kept against plans and edits by hand, lifted again."""

from dataclasses import replace
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.domain.planning import roll
from peer_review.domain.planning.eligibility import ProposedSubject
from peer_review.domain.planning.exclusions import allow_again, exclude
from peer_review.domain.planning.people_lookup import Directory
from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.plan_state import set_plan_state
from peer_review.domain.planning.roll_edits import add_subject, remove_subject, set_class
from peer_review.enums import RoundState
from peer_review.exceptions.base import RollBeingWritten, RoundFrozen, SelfEvaluation
from peer_review.exceptions.planning import AlreadyExcluded, Excluded
from peer_review.models import Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.houses import PEERS, house, make_house_draft, papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_house_draft(settings)


def acts(round: Round) -> list[str]:
    entries = ModelLogEntry.objects.filter(object_id=str(round.pk), action__startswith="peer_review.round")
    return [entry.action.rpartition(".")[2] for entry in entries.order_by("pk")]


def pair_of(draft: Round) -> tuple[Person, ProposedSubject]:
    directory = Directory(draft.kind, house(draft))
    return directory.person("Person 4"), directory.subject("person5")


def test_exclude_withdraws_papers_and_holds_against_plans_and_hands_until_allow_again(draft: Round) -> None:
    evaluator, subject = pair_of(draft)
    plan = {**PEERS, "sample": {}}
    save_plan(draft, by=draft.organiser, plan=plan)
    roll.use_plan(draft, by=draft.organiser)
    before = papers(draft)
    pair = {(subject.key, evaluator.user_id), (f"p{evaluator.user_id}", subject.user_id)}

    withdrawn = exclude(
        draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="Married", both_ways=True
    )
    assert (withdrawn, papers(draft)) == (2, before - pair)
    roll.use_plan(draft, by=draft.organiser)
    assert papers(draft) == before - pair
    member = draft.members.get(user=evaluator.user_id)
    with pytest.raises(Excluded, match="Person 4 may not evaluate Person 5: Married"):
        set_class(
            draft,
            by=draft.organiser,
            member=member,
            subject=draft.subjects.get(key=subject.key),
            voter_class="peers",
        )
    remove_subject(draft, by=draft.organiser, subject=draft.subjects.get(key=subject.key))
    again = draft.members.get(user=subject.user_id)
    others = {one.pk: "peers" for one in draft.members.exclude(pk=again.pk)}
    made = add_subject(draft, by=draft.organiser, member=again, evaluators=others)
    assert not made.cells.filter(assignments__evaluator=evaluator.user_id).exists()

    for exclusion in draft.exclusions.all():
        allow_again(draft, by=draft.organiser, exclusion=exclusion)
    roll.use_plan(draft, by=draft.organiser)
    assert papers(draft) == before
    assert acts(draft)[-4:] == ["roll_edit", "allow", "allow", "roll"]


def test_exclude_refuses_the_same_pair_twice_and_oneself(draft: Round) -> None:
    evaluator, subject = pair_of(draft)
    exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="x")
    with pytest.raises(AlreadyExcluded):
        exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="x")
    own = replace(evaluator, user_id=subject.user_id)
    with pytest.raises(SelfEvaluation):
        exclude(draft, by=draft.organiser, evaluator=own, subject=subject, reason="x")


def test_exclude_in_one_direction_leaves_the_other(draft: Round) -> None:
    evaluator, subject = pair_of(draft)

    assert exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="x") == 0

    assert list(draft.exclusions.values_list("evaluator_id", "subject_key")) == [(evaluator.user_id, subject.key)]


def test_exclude_adds_only_the_direction_that_is_missing(draft: Round) -> None:
    evaluator, subject = pair_of(draft)
    exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="x")

    exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="y", both_ways=True)

    assert sorted(draft.exclusions.values_list("reason", flat=True)) == ["x", "y"]


def test_neither_works_on_an_opened_round_or_a_roll_being_written(draft: Round) -> None:
    evaluator, subject = pair_of(draft)
    exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="x")
    exclusion = draft.exclusions.get()
    draft.refresh_from_db()
    set_plan_state(draft, writing={"token": "t", "papers": 1})
    for refusal in (RollBeingWritten, RoundFrozen):
        with pytest.raises(refusal):
            exclude(draft, by=draft.organiser, evaluator=evaluator, subject=subject, reason="x", both_ways=True)
        with pytest.raises(refusal):
            allow_again(draft, by=draft.organiser, exclusion=exclusion)
        Round.objects.update(state=RoundState.OPEN)

    assert draft.exclusions.count() == 1
