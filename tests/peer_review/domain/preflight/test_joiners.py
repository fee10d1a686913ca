"""Joiners: only what the staff records say lets a roll that differs by a few go on, and nothing done by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.domain.planning.plan_setup import save_plan
from peer_review.domain.planning.roll import use_plan
from peer_review.domain.planning.roll_edits import add_member, remove_member, set_class
from peer_review.domain.preflight.joiners import Joiners
from peer_review.domain.preflight.roll_arrays import RollReader, read_papers
from peer_review.domain.preflight.subtraction import Subtraction, subtraction
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.models import Exclusion, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review import beside_rounds
from tests.factories.peer_review.beside_rounds import TODAY, freeze, make_planned_draft
from tests.factories.peer_review.rounds import SchemeFactory, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])

LONG, LATELY = 900, 3


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@pytest.fixture(autouse=True)
def people(settings: Any) -> Iterator[list[Person]]:
    """Eight people of one section, all there for long."""
    settings.PEER_REVIEW_ROLL_SOURCE = f"{beside_rounds.__name__}.people_of_today"
    TODAY[:] = [person(f"P{number}") for number in range(8)]
    yield TODAY
    TODAY.clear()


def person(name: str, **fields: Any) -> Person:
    values = {"section_key": "a", "section_name": "A", "rank_key": "r1", "rank_order": 1, "since": ago(LONG)}
    return Person(user_id=make_user(name).pk, name=name, **{**values, **fields})


def planned(**fields: Any) -> Round:
    return make_planned_draft(list(TODAY), **fields)


def explained(draft: Round, before: Round, name: str = "P0") -> bool:
    key = next(f"p{member.user_id}" for member in draft.members.all() if member.name == name)
    return Joiners(draft, [before]).explain(before, key)


def found(draft: Round) -> Subtraction:
    scheme = freeze_scheme(draft.scheme)
    return subtraction(draft, scheme, read_papers(draft, scheme), RollReader())


def test_the_same_people_are_explained() -> None:
    before = freeze(planned())
    assert explained(planned(), before)


def test_whoever_joined_since_is_explained_and_the_round_goes_on_in_half_steps() -> None:
    before = freeze(planned())
    TODAY.append(person("New", since=ago(LATELY)))
    draft = planned()

    assert explained(draft, before)
    result = found(draft)
    assert result.standing == ()
    assert {exposed.label for exposed in result.coarse} == {f"P{number}" for number in range(8)}


def test_whoever_left_is_explained() -> None:
    before = freeze(planned())
    TODAY.pop()
    draft = planned()
    assert explained(draft, before)
    assert found(draft).standing == ()


def test_whoever_moved_is_explained() -> None:
    before = freeze(planned())
    TODAY[7] = replace(TODAY[7], section_key="b", section_name="B", since=ago(LATELY))
    assert explained(planned(), before)


def test_a_subject_who_moved_explains_other_voters() -> None:
    for number in range(7):
        TODAY.append(person(f"Q{number}", section_key="b", section_name="B"))
    before = freeze(planned())
    TODAY[0] = replace(TODAY[0], section_key="b", section_name="B", since=ago(LATELY))
    assert explained(planned(), before)


def test_whoever_has_been_there_all_along_is_not_explained_however_they_were_left_out() -> None:
    """The roll of then was made of seven people: the eighth was taken off by hand, or out of the list of people."""
    eighth = TODAY.pop()
    before = freeze(planned())
    TODAY.append(eighth)
    draft = planned()
    assert not explained(draft, before)
    assert {exposed.label for exposed in found(draft).standing} == {f"P{number}" for number in range(7)}


def test_nobody_knows_since_when_is_not_explained() -> None:
    before = freeze(planned())
    TODAY.append(person("New", since=None))
    assert not explained(planned(), before)


def test_a_member_taken_off_by_hand_is_not_explained() -> None:
    """Attack: the target is taken off one of the rolls, and everything else is as the plan has it."""
    before = freeze(planned())
    draft = planned()
    remove_member(draft, by=draft.organiser, member=draft.members.get(name="P7"))
    assert not explained(draft, before)
    assert found(draft).standing

    # The other way round, and the target has moved meanwhile, so that the records would explain them.
    other = planned()
    remove_member(other, by=other.organiser, member=other.members.get(name="P7"))
    freeze(other)
    TODAY[7] = replace(TODAY[7], since=ago(LATELY))
    assert not explained(planned(), other)


def test_a_paper_given_or_taken_by_hand_is_not_explained() -> None:
    before = freeze(planned())
    TODAY.append(person("New", since=ago(LATELY)))
    draft = planned()
    members = {member.name: member for member in draft.members.all()}
    subjects = {subject.label: subject for subject in draft.subjects.all()}
    set_class(draft, by=draft.organiser, member=members["P7"], subject=subjects["P0"], voter_class=None)
    assert not explained(draft, before)
    # Of others, about whom nothing was touched, it says nothing.
    assert explained(draft, before, "P1")

    outsider = person("Outside", section_key="z", since=ago(LATELY))
    added = add_member(draft, by=draft.organiser, person=outsider)
    set_class(draft, by=draft.organiser, member=added, subject=subjects["P1"], voter_class="all")
    assert not explained(draft, before, "P1")


def test_a_roll_that_no_longer_is_what_its_plan_makes_of_today_is_not_explained() -> None:
    """Somebody joined after the draft's roll was written: by the rule they would have a paper."""
    before = freeze(planned())
    TODAY.append(person("New", since=ago(LATELY)))
    draft = planned()
    TODAY.append(person("Newer", since=ago(LATELY)))
    assert not explained(draft, before)


@pytest.mark.parametrize("changed", ["rule", "exclusion", "list", "kind", "no plan"])
def test_another_rule_is_not_explained(changed: str) -> None:
    before = planned()
    TODAY.append(person("New", since=ago(LATELY)))
    draft = planned(kind="tier") if changed == "kind" else planned()
    key = f"p{TODAY[0].user_id}"
    if changed == "rule":
        save_plan(draft, by=draft.organiser, plan={"house_wide": True})
        draft.refresh_from_db()
        use_plan(draft, by=draft.organiser, people=list(TODAY), at_once=True)
        draft.refresh_from_db()
    elif changed == "exclusion":
        Exclusion.objects.create(round=before, evaluator_id=TODAY[6].user_id, subject_key=key, reason="x")
    elif changed == "list":
        before.plan["lines"] = {"all": {key: [TODAY[1].user_id]}}
        before.save()
    elif changed == "no plan":
        before.plan = {}
        before.save()
    assert not explained(draft, freeze(before))


def test_a_random_choice_that_fell_on_another_is_not_explained() -> None:
    plan = {"pattern": "matrix", "sample": {"all": 6}}
    plan["matrix"] = [{"from": "t1", "to": "t1", "class": "all", "reach": "own"}]

    def drawn(seed: str) -> Round:
        round = planned(scheme=SchemeFactory(floor=5))
        save_plan(round, by=round.organiser, plan=plan)
        Round.objects.filter(pk=round.pk).update(plan_seed=seed * 64)
        round.refresh_from_db()
        use_plan(round, by=round.organiser, people=list(TODAY), at_once=True)
        round.refresh_from_db()
        return round

    before, draft = freeze(drawn("1")), drawn("2")
    rolls = [
        {
            subject.label: set(subject.cells.values_list("assignments__evaluator", flat=True))
            for subject in round.subjects.all()
        }
        for round in (before, draft)
    ]
    different = [name for name in rolls[0] if rolls[0][name] != rolls[1][name]]
    assert different
    assert not any(explained(draft, before, name) for name in different)


def test_months_together_explain_whoever_has_come_of_age() -> None:
    """By the rule one must be there for twelve months; P7 was there for eleven when the other round was opened."""
    TODAY[7] = replace(TODAY[7], since=ago(370))
    rounds = []
    for days_ago in (60, 0):
        round = planned(opens_at=timezone.now() - timedelta(days=days_ago))
        save_plan(round, by=round.organiser, plan={"house_wide": False, "months": 12})
        round.refresh_from_db()
        use_plan(round, by=round.organiser, people=list(TODAY), at_once=True)
        round.refresh_from_db()
        rounds.append(round)
    before, draft = freeze(rounds[0], days_ago=60), rounds[1]
    assert before.subjects.get(label="P0").cells.get().assignments.count() == 6
    assert draft.subjects.get(label="P0").cells.get().assignments.count() == 7
    assert explained(draft, before)


# Papers that classes share


def tiered(**fields: Any) -> Round:
    """Return a draft in which two superiors vote about everybody of the section, beside their peers."""
    TODAY[:2] = [replace(person, rank_key="r0", rank_order=0) for person in TODAY[:2]]
    scheme = SchemeFactory(floor=5, classes=[("superiors", 60), ("peers", 30), ("subordinates", 10)])
    return planned(kind="tier", scheme=scheme, **fields)


def test_an_earlier_roll_whose_classes_share_papers_is_compared_as_it_was_planned() -> None:
    before = freeze(tiered(), sharing=True)
    assert before.cells.filter(subject__label="P5").get().shared_by == ["superiors", "peers"]
    assert explained(tiered(), before, "P5")

    TODAY.append(person("New", since=ago(LATELY)))
    assert explained(tiered(), before, "P5")
    TODAY.append(person("Old"))
    assert not explained(tiered(), before, "P5")


def test_whoever_was_moved_by_hand_between_classes_that_shared_a_paper_is_not_explained() -> None:
    before = freeze(tiered(), sharing=True)
    draft = tiered()
    subject = draft.subjects.get(label="P5")
    set_class(draft, by=draft.organiser, member=draft.members.get(name="P6"), subject=subject, voter_class="superiors")
    assert not explained(draft, before, "P5")
