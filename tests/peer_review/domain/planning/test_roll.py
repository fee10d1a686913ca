"""The roll: who is proposed for what, and every edit of it."""

from datetime import date
from typing import Any

import pytest

from peer_review.domain.keys.server_keys import prepare_keys
from peer_review.domain.planning.allocation import allot
from peer_review.domain.planning.eligibility import CLASS_KEYS
from peer_review.domain.planning.plan import Plan
from peer_review.domain.planning.roll import propose_roll, roll_warnings
from peer_review.domain.planning.roll_edits import add_member, add_subject, remove_member, remove_subject, set_class
from peer_review.enums import RoundKind, RoundState
from peer_review.exceptions.base import EmptyRoll, RoundFrozen, SelfEvaluation, UnknownVoterClass
from peer_review.exceptions.planning import AlreadyOnRoll, NoMatchingClass
from peer_review.models import Assignment, Cell, PooledKey, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user, stock_key_pool

#: Two leaders, sections a and b with a head each, three and two staff.
HOUSE = {
    "L1": ("office", 0, False),
    "L2": ("office", 0, False),
    "Ha": ("a", 1, True),
    "a1": ("a", 2, False),
    "a2": ("a", 2, False),
    "a3": ("a", 2, False),
    "Hb": ("b", 1, True),
    "b1": ("b", 2, False),
    "b2": ("b", 2, False),
}


def house() -> list[Person]:
    return [
        Person(
            user_id=number,
            name=name,
            section_key=section,
            section_name=section.upper(),
            rank_order=rank,
            is_section_head=head,
        )
        for number, (name, (section, rank, head)) in enumerate(HOUSE.items(), start=1)
    ]


def evaluators(kind: str, *, house_wide: bool) -> dict[str, dict[str, set[str]]]:
    """subject → capacity → names"""
    plan = Plan(house_wide=house_wide)
    made = allot(plan, kind=kind, people=house(), classes=CLASS_KEYS[kind], day=date(2026, 11, 1))
    found: dict[str, dict[str, set[str]]] = {one.label: {} for one in made.subjects}
    for subject, capacity, group in made.lines():
        names = [made.people[one].name for one in group]
        assert len(set(names)) == len(names)
        found[made.subjects[subject].label][capacity] = set(names)
    return found


def test_person_to_person_asks_the_section_and_house_wide_leaders_and_heads() -> None:
    wide = evaluators(RoundKind.PERSON, house_wide=True)
    narrow = evaluators(RoundKind.PERSON, house_wide=False)

    assert wide["a1"] == {"staff": {"a2", "a3"}, "section_heads": {"Ha", "Hb"}, "leaders": {"L1", "L2"}}
    assert narrow["a1"] == {"staff": {"a2", "a3"}, "section_heads": {"Ha"}}
    assert wide["L1"] == {"leaders": {"L2"}, "section_heads": {"Ha", "Hb"}}


def test_section_to_section_asks_everyone_outside_and_leaves_out_the_leaders_office() -> None:
    found = evaluators(RoundKind.SECTION, house_wide=True)

    assert set(found) == {"A", "B"}
    assert found["A"] == {"staff": {"b1", "b2"}, "section_heads": {"Hb"}, "leaders": {"L1", "L2"}}


def test_by_tier_asks_superiors_peers_and_subordinates() -> None:
    wide = evaluators(RoundKind.TIER, house_wide=True)
    narrow = evaluators(RoundKind.TIER, house_wide=False)

    assert wide["a1"] == {"superiors": {"Ha", "L1", "L2"}, "peers": {"a2", "a3"}}
    assert narrow["a1"] == {"superiors": {"Ha"}, "peers": {"a2", "a3"}}
    assert wide["Ha"] == {"superiors": {"L1", "L2"}, "peers": {"Hb"}, "subordinates": {"a1", "a2", "a3"}}
    # A head has no superior in the own section: the top tier steps in, house-wide or not.
    assert narrow["Ha"] == wide["Ha"]
    assert wide["L1"] == {"peers": {"L2"}, "subordinates": {"Ha", "Hb", "a1", "a2", "a3", "b1", "b2"}}


@pytest.mark.parametrize("kind", RoundKind.values)
@pytest.mark.parametrize("house_wide", [True, False])
def test_nobody_evaluates_themselves_or_the_own_section(kind: str, house_wide: bool) -> None:
    section_of = {name: section.upper() for name, (section, _rank, _head) in HOUSE.items()}
    for subject, groups in evaluators(kind, house_wide=house_wide).items():
        for group in groups.values():
            assert subject not in group
            if kind == RoundKind.SECTION:
                assert subject not in {section_of[name] for name in group}


def test_one_tier_only_has_no_leaders() -> None:
    people = [Person(user_id=n, name=str(n), section_key="a", section_name="A") for n in (1, 2)]

    plan = Plan(house_wide=True)
    made = allot(plan, kind="person", people=people, classes=CLASS_KEYS["person"], day=date(2026, 11, 1))

    assert {capacity for _subject, capacity, _group in made.lines()} == {"staff"}


def proposed_people(round: Round) -> list[Person]:
    """The roll source of these tests: everyone who is not organiser or scrutineer, in section a."""
    from django.contrib.auth import get_user_model

    users = get_user_model().objects.filter(groups__name="staff").order_by("pk")
    return [Person(user_id=user.pk, name=user.get_full_name(), section_key="a", section_name="A") for user in users]


@pytest.fixture
def draft(settings: Any) -> Round:
    settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.proposed_people"
    for number in range(4):
        make_user(f"Person {number}", "staff")
    return RoundFactory()


@pytest.mark.django_db
class TestProposeRoll:
    def test_makes_members_subjects_cells_and_papers(self, draft: Round) -> None:
        summary = propose_roll(draft, by=draft.organiser)

        assert (summary.members, summary.subjects, summary.cells, summary.papers) == (4, 4, 4, 12)
        assert draft.members.count() == draft.subjects.count() == 4
        assert Assignment.objects.filter(cell__round=draft).count() == 12

    def test_again_replaces_the_roll_and_keeps_the_keys_for_later(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        stock_key_pool(4)
        prepare_keys(draft)
        keys = set(draft.cells.values_list("spki", flat=True))

        propose_roll(draft, by=draft.organiser)

        assert draft.members.count() == 4
        assert set(PooledKey.objects.values_list("spki", flat=True)) == keys
        assert set(draft.cells.values_list("spki", flat=True)) == {""}

    def test_uses_as_few_queries_for_many_as_for_few(self, draft: Round, django_assert_max_num_queries: Any) -> None:
        for number in range(30):
            make_user(f"More {number}", "staff")
        with django_assert_max_num_queries(40):
            propose_roll(draft, by=draft.organiser)

    def test_refuses_an_empty_organisation(self, draft: Round, settings: Any) -> None:
        settings.PEER_REVIEW_ROLL_SOURCE = f"{__name__}.nobody"
        with pytest.raises(EmptyRoll):
            propose_roll(draft, by=draft.organiser)

    def test_refuses_a_scheme_whose_classes_do_not_fit(self, draft: Round) -> None:
        draft.scheme = SchemeFactory(classes=[("superiors", 60), ("peers", 40)])
        draft.save()
        with pytest.raises(NoMatchingClass):
            propose_roll(draft, by=draft.organiser)

    def test_refuses_an_opened_round(self, draft: Round) -> None:
        draft.state = RoundState.OPEN
        draft.save()
        with pytest.raises(RoundFrozen):
            propose_roll(draft, by=draft.organiser)


def nobody(round: Round) -> list[Person]:
    return []


@pytest.mark.django_db
class TestEditRoll:
    def test_add_member_then_let_them_evaluate(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        newcomer = make_user("Newcomer")
        person = Person(user_id=newcomer.pk, name="Newcomer", section_key="a", section_name="A")
        subject = draft.subjects.first()

        member = add_member(draft, by=draft.organiser, person=person)
        set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class="all")

        assert Assignment.objects.of(evaluator=newcomer, round=draft).get().cell.subject == subject
        with pytest.raises(AlreadyOnRoll):
            add_member(draft, by=draft.organiser, person=person)

    def test_add_subject_with_evaluators(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        person = Person(user_id=make_user("Newcomer").pk, name="Newcomer", section_key="a", section_name="A")
        member = add_member(draft, by=draft.organiser, person=person)
        others = {one.pk: "all" for one in draft.members.exclude(pk=member.pk)}

        subject = add_subject(draft, by=draft.organiser, member=member, evaluators=others)

        assert subject.cells.get().assignments.count() == 4
        with pytest.raises(SelfEvaluation):
            set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class="all")
        with pytest.raises(UnknownVoterClass):
            set_class(
                draft,
                by=draft.organiser,
                member=draft.members.exclude(pk=member.pk).first(),
                subject=subject,
                voter_class="x",
            )

    def test_remove_member_takes_their_papers_and_the_paper_about_them(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        member = draft.members.first()

        remove_member(draft, by=draft.organiser, member=member)

        assert draft.members.count() == draft.subjects.count() == draft.cells.count() == 3
        assert Assignment.objects.filter(cell__round=draft).count() == 6
        assert not Assignment.objects.filter(evaluator=member.user).exists()

    def test_remove_subject_keeps_the_evaluator(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        subject = draft.subjects.first()

        remove_subject(draft, by=draft.organiser, subject=subject)

        assert draft.members.count() == 4
        assert Assignment.objects.filter(cell__round=draft).count() == 9

    def test_the_last_evaluator_leaving_takes_the_empty_cell_along(self, draft: Round) -> None:
        propose_roll(draft, by=draft.organiser)
        subject = draft.subjects.first()
        for member in draft.members.exclude(pk=subject.member_id):
            set_class(draft, by=draft.organiser, member=member, subject=subject, voter_class=None)

        assert not Cell.objects.filter(subject=subject).exists()


@pytest.mark.django_db
def test_roll_warnings_name_cells_of_one_and_cells_under_the_floor(draft: Round) -> None:
    draft.scheme.floor = 4
    draft.scheme.save()
    propose_roll(draft, by=draft.organiser)
    lonely = draft.subjects.first()
    for member in draft.members.exclude(pk=lonely.member_id)[:2]:
        set_class(draft, by=draft.organiser, member=member, subject=lonely, voter_class=None)

    found = [(warning.code, warning.subject, warning.voters) for warning in roll_warnings(draft).first]

    assert found[0] == ("single_voter", lonely.label, 1)
    assert [code for code, _subject, _voters in found[1:]] == ["below_floor"] * 3
