"""Which paper voters draw their envelopes from the same urn."""

import pytest

from peer_review.domain.planning.envelope_groups import envelope_groups, envelope_refusals, is_paper_voter, make_urns
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.exceptions.planning import PaperVotersTooFew
from peer_review.models import Round, Urn
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_member,
    make_subject,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def draft() -> Round:
    """Li is evaluated by six, Wang by the last three of them."""
    round = RoundFactory()
    people = [make_user(f"Person {n}") for n in range(6)]
    for user in people:
        make_member(round, user)
    for name, voters in (("Li", people), ("Wang", people[3:])):
        make_cell(make_subject(round, make_member(round, make_user(name))), voters)
    return round


def on_paper(round: Round, *numbers: int) -> frozenset[int]:
    members = round.members.filter(name__in=[f"Person {n}" for n in numbers])
    members.update(on_paper=True)
    return frozenset(members.values_list("user_id", flat=True))


def test_votes_on_paper_is_what_the_roll_says(draft: Round) -> None:
    (user,) = on_paper(draft, 0)

    assert is_paper_voter(draft, draft.members.get(user=user).user)
    assert not is_paper_voter(draft, draft.members.get(name="Person 1").user)
    assert not is_paper_voter(RoundFactory(), draft.members.get(user=user).user)


def test_paper_groups_are_none_where_all_vote_by_computer(draft: Round) -> None:
    assert envelope_groups(draft) == []


def test_paper_groups_join_papers_of_exactly_the_same_people(draft: Round) -> None:
    everyone, late = on_paper(draft, 1, 2, 3, 4, 5), on_paper(draft, 3, 4, 5)
    li, wang = (draft.cells.get(subject__label=name).pk for name in ("Li", "Wang"))

    assert [(group.cells, group.people) for group in envelope_groups(draft)] == [((li,), everyone), ((wang,), late)]


def test_paper_groups_of_the_same_people_are_one(draft: Round) -> None:
    late = on_paper(draft, 3, 4, 5)
    cells = tuple(sorted(draft.cells.values_list("pk", flat=True)))

    assert [(group.cells, group.people) for group in envelope_groups(draft)] == [(cells, late)]


def test_paper_groups_take_two_queries_and_those_of_the_scheme(draft: Round, django_assert_num_queries: object) -> None:
    on_paper(draft, 3, 4, 5)
    with django_assert_num_queries(4):  # type: ignore[operator]
        envelope_groups(draft)
    draft.form = freeze_for(draft).as_json()
    with django_assert_num_queries(2):  # type: ignore[operator]
        envelope_groups(draft)


def test_paper_groups_are_those_of_the_papers_that_classes_will_share() -> None:
    """Two leaders and two staff on paper are an urn of four, because both classes will vote on one paper."""
    round = RoundFactory(scheme=SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5))
    subject = make_subject(round, make_member(round, make_user("Li")))
    for voters in ("leaders", "staff"):
        people = [make_user(f"{voters} {n}") for n in range(6)]
        for user in people:
            make_member(round, user)
        round.members.filter(user__in=people[:2]).update(on_paper=True)
        make_cell(subject, people, voters)

    (group,) = envelope_groups(round)

    assert group.cells == (round.cells.get(voter_class="leaders").pk,)
    assert len(group.people) == 4
    assert list(envelope_refusals(round)) == []


def test_envelope_refusals_name_who_would_draw_from_too_small_an_urn(draft: Round) -> None:
    on_paper(draft, 3, 4, 5)
    assert list(envelope_refusals(draft)) == []

    draft.members.filter(name="Person 5").update(on_paper=False)
    (refusal,) = envelope_refusals(draft)

    assert isinstance(refusal, PaperVotersTooFew)
    assert refusal.details == {"names": "Person 3、Person 4", "least": 3}


def test_make_urns_keeps_one_urn_a_group_the_largest_first(draft: Round) -> None:
    on_paper(draft, 0, 1, 2, 3, 4, 5)

    urns = make_urns(draft)

    assert [(urn.number, urn.envelopes, urn.cells.get().subject.label) for urn in urns] == [
        (1, 6, "Li"),
        (2, 3, "Wang"),
    ]
    assert list(Urn.objects.order_by("number")) == urns
