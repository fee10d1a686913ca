"""The roll: who is proposed for what, and every edit of it."""

from typing import Any

import pytest

from peer_review.domain.keys.server_keys import prepare_keys
from peer_review.domain.planning.roll import propose_roll, roll_warnings
from peer_review.domain.planning.roll_edits import set_class
from peer_review.enums import RoundState
from peer_review.exceptions.base import EmptyRoll, RoundFrozen
from peer_review.exceptions.planning import NoMatchingClass
from peer_review.models import Assignment, PooledKey, Round
from peer_review.providers.roll import Person
from tests.factories.peer_review.houses import make_staff_draft
from tests.factories.peer_review.rounds import SchemeFactory, make_user, stock_key_pool


@pytest.fixture
def draft(settings: Any) -> Round:
    return make_staff_draft(settings)


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
def test_roll_warnings_name_cells_of_one_and_cells_under_the_floor(draft: Round, in_english: None) -> None:
    draft.scheme.floor = 4
    draft.scheme.save()
    propose_roll(draft, by=draft.organiser)
    lonely = draft.subjects.first()
    for member in draft.members.exclude(pk=lonely.member_id)[:2]:
        set_class(draft, by=draft.organiser, member=member, subject=lonely, voter_class=None)

    found = [(warning.code, warning.subject, warning.voters) for warning in roll_warnings(draft).first]

    assert found[0] == ("single_voter", lonely.label, 1)
    assert [code for code, _subject, _voters in found[1:]] == ["below_floor"] * 3
    assert "or not at all" in roll_warnings(draft).first[0].message


@pytest.mark.django_db
def test_class_declared_not_anonymous_needs_no_company_and_no_warning(draft: Round) -> None:
    draft.scheme.floor = 4
    draft.scheme.save()
    propose_roll(draft, by=draft.organiser)
    thin = {warning.voter_class for warning in roll_warnings(draft).first}
    assert thin

    draft.not_anonymous = sorted(thin)
    draft.save()

    assert roll_warnings(draft).first == []
