"""What is put down of work by hand on a roll, and what is forgotten when a rule writes it anew."""

import ast
from pathlib import Path
from typing import Any

import pytest

from peer_review.domain.planning.eligibility import propose_subjects
from peer_review.domain.planning.exclusions import add_exclusion, remove_exclusion
from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.planning.plan_setup import renew_seed, save_plan
from peer_review.domain.planning.roll import clear_roll, propose_roll, use_plan
from peer_review.domain.planning.roll_edits import (
    add_member,
    add_subject,
    remove_member,
    remove_subject,
    set_class,
    set_on_paper,
)
from peer_review.domain.planning.roll_touches import is_touched
from peer_review.domain.preflight.fixes import merge_classes
from peer_review.domain.rounds.lifecycle import update_round
from peer_review.domain.rounds.repeat import repeat_round
from peer_review.enums import HAND_WORK, RollTouchKind
from peer_review.models import RollTouch, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.houses import DOWN, PEERS, house, make_house_draft, papers
from tests.factories.peer_review.rounds import SchemeFactory, make_user

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[4]
#: Functions that hold a draft's lock and touch no roll by hand: a plan is saved, terms and keys are changed.
BY_RULE = {
    "lock_roll",
    "save_plan",
    "confirm_roll",
    "update_round",
    "delete_round",
    "set_box_key",
    "set_box_key_share",
    "confirm_box_key",
    "confirm_share",
    # Exactly the papers that the search over rounds names; and a step whose removal of the subject is put down.
    "withdraw_newcomers",
    "leave_out",
}


@pytest.fixture
def draft(settings: Any) -> Round:
    draft = make_house_draft(settings)
    save_plan(draft, by=draft.organiser, plan={**PEERS, "matrix": [*PEERS["matrix"], DOWN]})
    use_plan(draft, by=draft.organiser)
    draft.refresh_from_db()
    return draft


def touches(round: Round) -> list[tuple[str, str, list[str]]]:
    """Return kind, person and subjects' keys of each act."""
    return [
        (touch.kind, touch.person_name, [subject.subject_key for subject in touch.subjects.all()])
        for touch in round.roll_touches.all()
    ]


def callers(function_names: set[str]) -> dict[str, set[str]]:
    """Return what each function of the domain calls, of those that call any of these."""
    found = {}
    for path in (ROOT / "peer_review" / "domain").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                calls = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
                called = {one.id for one in calls if isinstance(one, ast.Name)}
                if called & function_names:
                    found[node.name] = called
    return found


def test_every_function_that_may_change_a_draft_by_hand_puts_it_down() -> None:
    recorders = {"touch_roll", "mark_on_paper", "touch_by_plan"}

    silent = {name for name, called in callers({"lock_roll", "lock_draft"}).items() if not called & recorders}

    assert silent - BY_RULE == set()


def test_a_roll_made_by_rule_is_not_touched(draft: Round) -> None:
    assert not is_touched(draft)
    use_plan(draft, by=draft.organiser)
    propose_roll(draft, by=draft.organiser)
    assert not is_touched(draft)


def test_each_act_by_hand_is_put_down_with_whom_it_is_about(draft: Round) -> None:
    by: Any = draft.organiser
    newcomer = make_user("Newcomer")
    person = Person(user_id=newcomer.pk, name="Newcomer", section_key="a", section_name="A")
    member = add_member(draft, by=by, person=person)
    subject: Any = draft.subjects.order_by("pk")[0]
    set_class(draft, by=by, member=member, subject=subject, voter_class="peers")
    set_class(draft, by=by, member=member, subject=subject, voter_class="peers")  # changes nothing
    set_class(draft, by=by, member=member, subject=subject, voter_class=None)
    made = add_subject(draft, by=by, member=member, evaluators={subject.member.pk: "peers"})
    remove_subject(draft, by=by, subject=made)
    lists = papers(draft)
    remove_member(draft, by=by, member=subject.member)

    removed = draft.roll_touches.get(kind="removed")
    on_lists = {key for key, evaluator in lists if evaluator == subject.member.user_id}
    assert on_lists
    assert {one.subject_key for one in removed.subjects.all()} == {subject.key, *on_lists}
    assert touches(draft) == [
        ("added", "Newcomer", []),
        ("voter_class", "Newcomer", [subject.key]),
        ("voter_class", "Newcomer", [subject.key]),
        ("subject_added", "", [made.key]),
        ("subject_removed", "", [made.key]),
        ("removed", subject.label, [one.subject_key for one in removed.subjects.all()]),
    ]
    assert [touch.detail for touch in draft.roll_touches.filter(kind="voter_class")] == ["Peers", ""]
    assert {touch.by for touch in draft.roll_touches.all()} == {by}


def test_a_mark_for_paper_that_is_taken_back_is_as_if_it_never_was(draft: Round) -> None:
    member = draft.members.all()[3]
    set_on_paper(draft, by=draft.organiser, member=member, on_paper=False)  # as it was
    assert not is_touched(draft)

    set_on_paper(draft, by=draft.organiser, member=member, on_paper=True)
    assert touches(draft) == [("on_paper", member.name, [])]
    set_on_paper(draft, by=draft.organiser, member=member, on_paper=False)
    assert not is_touched(draft)


def test_who_votes_on_paper_by_proposal_and_not_by_mark_is_put_down_the_other_way(draft: Round) -> None:
    member = draft.members.all()[3]
    draft.members.filter(pk=member.pk).update(on_paper=True)

    set_on_paper(draft, by=draft.organiser, member=member, on_paper=False)

    assert touches(draft) == [("at_computer", member.name, [])]


def test_an_exclusion_names_both_directions_and_outlives_the_writing_of_the_roll(draft: Round) -> None:
    people = house(draft)
    subject = next(one for one in propose_subjects(draft.kind, people) if one.user_id == people[4].user_id)
    add_exclusion(draft, by=draft.organiser, evaluator=people[6], subject=subject, reason="Kin", both_ways=True)

    use_plan(draft, by=draft.organiser)

    assert touches(draft) == [
        ("excluded", people[6].name, [f"p{people[4].user_id}"]),
        ("excluded", people[4].name, [f"p{people[6].user_id}"]),
    ]
    assert {touch.detail for touch in draft.roll_touches.all()} == {"Kin"}


def test_a_lifted_exclusion_is_work_by_hand_until_the_plan_is_used_again(draft: Round) -> None:
    people = house(draft)
    subject = next(one for one in propose_subjects(draft.kind, people) if one.user_id == people[4].user_id)
    add_exclusion(draft, by=draft.organiser, evaluator=people[6], subject=subject, reason="Kin")
    remove_exclusion(draft, by=draft.organiser, exclusion=draft.exclusions.get())

    assert [kind for kind, _name, _keys in touches(draft)] == ["excluded", "allowed"]
    use_plan(draft, by=draft.organiser)
    assert not is_touched(draft)


def test_a_renewed_seed_stays_as_long_as_chance_chooses(draft: Round) -> None:
    renew_seed(draft, by=draft.organiser)
    renew_seed(draft, by=draft.organiser)
    use_plan(draft, by=draft.organiser)
    assert [touch.number for touch in draft.roll_touches.filter(kind="seed")] == [1, 2]

    # Saved and not used: the roll is still that of the second drawing.
    save_plan(draft, by=draft.organiser, plan={"pattern": "matrix", "matrix": [DOWN]})
    assert is_touched(draft)
    use_plan(draft, by=draft.organiser)
    assert not is_touched(draft)


def test_a_list_is_put_down_with_its_subjects_each_time_it_is_used(draft: Round) -> None:
    people = house(draft)
    keys = sorted(f"p{person.user_id}" for person in people[4:6])
    lines = {"peers": {key: [people[7].user_id, people[8].user_id] for key in keys}}
    save_plan(draft, by=draft.organiser, plan={"pattern": "list", "lines": lines})
    assert not is_touched(draft)

    for _time in range(2):
        use_plan(draft, by=draft.organiser)
        assert touches(draft) == [("list", "", keys)]
    assert draft.roll_touches.get().number == 4


def test_a_list_of_a_roll_that_is_written_later_is_put_down_at_once(draft: Round, settings: Any) -> None:
    settings.PEER_REVIEW_ROLL_AT_ONCE = 0
    people = house(draft)
    lines = {"peers": {f"p{people[4].user_id}": [people[7].user_id]}}
    save_plan(draft, by=draft.organiser, plan={"pattern": "list", "lines": lines})

    assert not use_plan(draft, by=draft.organiser).written

    assert [kind for kind, _name, _keys in touches(draft)] == ["list"]


def test_merged_classes_name_every_subject(draft: Round) -> None:
    subjects = list(draft.subjects.filter(cells__voter_class="superiors").order_by("pk")[:2])

    moved = merge_classes(
        draft, by=draft.organiser, subjects=[one.pk for one in subjects], source="superiors", target="peers"
    )

    (touch,) = draft.roll_touches.all()
    assert (touch.kind, touch.detail, touch.number) == ("merged", "Superiors → Peers", moved)
    assert sorted(one.subject_key for one in touch.subjects.all()) == sorted(one.key for one in subjects)


def test_writing_the_roll_anew_forgets_the_work_by_hand_that_it_replaces(draft: Round) -> None:
    for kind in RollTouchKind:
        RollTouch.objects.create(round=draft, kind=kind, by=draft.organiser, touched_at=draft.opens_at)

    use_plan(draft, by=draft.organiser)

    # Exclusions that no row of the draft holds any more are gone too.
    kept = {touch.kind for touch in draft.roll_touches.all()}
    assert kept == set(RollTouchKind) - HAND_WORK - {RollTouchKind.EXCLUDED}


def test_an_emptied_roll_keeps_the_exclusions_and_the_seed_only(draft: Round) -> None:
    for kind in RollTouchKind:
        RollTouch.objects.create(round=draft, kind=kind, by=draft.organiser, touched_at=draft.opens_at)

    clear_roll(draft)

    assert {touch.kind for touch in draft.roll_touches.all()} == {"excluded", "seed"}


def test_another_scheme_forgets_which_classes_were_declared(draft: Round) -> None:
    declare_not_anonymous(draft, by=draft.organiser, voter_class="superiors")

    other = update_round(draft, by=draft.organiser, scheme=SchemeFactory(classes=[("superiors", 100)]))

    assert other.not_anonymous == []
    assert not is_touched(other)


def test_a_repeated_round_puts_down_the_exclusions_that_it_takes_over(draft: Round) -> None:
    people = house(draft)
    subject = next(one for one in propose_subjects(draft.kind, people) if one.user_id == people[4].user_id)
    add_exclusion(draft, by=draft.organiser, evaluator=people[6], subject=subject, reason="Kin")
    declare_not_anonymous(draft, by=draft.organiser, voter_class="superiors")
    Round.objects.filter(pk=draft.pk).update(state="void")
    draft.refresh_from_db()

    repeated = repeat_round(draft, by=draft.organiser)

    assert repeated.not_anonymous == ["superiors"]
    assert touches(repeated) == [("excluded", people[6].name, [subject.key]), ("not_anonymous", "", [])]
    use_plan(repeated, by=repeated.organiser)
    assert [kind for kind, _name, _keys in touches(repeated)] == ["excluded", "not_anonymous"]
