"""How likely papers are to fall under the floor: exact, grouped by size, of people at computers alone."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from peer_review.counting.exposure import Fate
from peer_review.domain.preflight.floor_risk import (
    TURNOUTS,
    FloorRisk,
    chance_under_floor,
    floor_risks,
    people_without_cover,
)
from peer_review.domain.preflight.preflight import preflight
from peer_review.domain.preflight.roll_arrays import RollPapers, read_papers
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.models import Round
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)


def counted_out(voters: int, floor: int, percent: int) -> Fraction:
    """Return the chance by going through everything that may happen, person by person."""
    share = Fraction(percent, 100)
    under = Fraction(0)
    for votes in product((True, False), repeat=voters):
        if sum(votes) < floor:
            under += share ** sum(votes) * (1 - share) ** (voters - sum(votes))
    return under


@pytest.mark.parametrize("voters", range(9))
@pytest.mark.parametrize("floor", [3, 5])
@pytest.mark.parametrize("percent", TURNOUTS)
def test_the_chance_is_exact(voters: int, floor: int, percent: int) -> None:
    assert chance_under_floor(voters, floor, percent) == pytest.approx(
        float(counted_out(voters, floor, percent)), abs=1e-15
    )


@pytest.mark.parametrize(("voters", "percent"), [(6, 58), (8, 19), (10, 5)])
def test_at_seventy_percent_as_the_protocol_says(voters: int, percent: int) -> None:
    assert FloorRisk(voters, 1, (chance_under_floor(voters, 5, 70),)).percents == (percent,)


def test_it_holds_for_floors_of_any_size() -> None:
    assert 0 < chance_under_floor(199, 100, 60) < chance_under_floor(150, 100, 60) < 1


def test_percents_are_never_certain_where_it_is_not() -> None:
    assert FloorRisk(1, 1, (1.0, 0.9999, 0.00001, 0.0)).percents == (100, 99, 1, 0)


@pytest.fixture
def round() -> Round:
    return RoundFactory(scheme=SchemeFactory(floor=5, classes=[("peers", 60), ("staff", 40)]))


def voters(round: Round, count: int, *, on_paper: int = 0) -> list[Any]:
    members = [make_member(round, make_user(f"Voter {number}")) for number in range(count)]
    round.members.filter(pk__in=[member.pk for member in members[:on_paper]]).update(on_paper=True)
    return [member.user for member in members]


def subject_of(round: Round) -> Any:
    return make_subject(round, make_member(round, make_user("Subject")))


def read(round: Round) -> RollPapers:
    return read_papers(round, freeze_for(round))


def sizes(round: Round) -> dict[int, int]:
    return {risk.voters: risk.papers for risk in floor_risks(read(round), freeze_for(round))}


@pytest.mark.django_db
class TestRoll:
    def test_papers_from_twice_the_floor_on_are_not_among_them(self, round: Round) -> None:
        for count in (4, 9, 9, 10, 30):
            make_cell(subject_of(round), voters(round, count), "peers")

        assert sizes(round) == {4: 1, 9: 2}

    def test_only_people_at_computers_count(self, round: Round) -> None:
        make_cell(subject_of(round), voters(round, 12, on_paper=6), "peers")
        make_cell(subject_of(round), voters(round, 30, on_paper=3), "peers")
        make_cell(subject_of(round), voters(round, 8, on_paper=8), "peers")  # with envelopes alone

        assert sizes(round) == {6: 1}

    def test_words_and_classes_that_are_not_anonymous_need_no_floor(self, round: Round) -> None:
        subject = subject_of(round)
        make_cell(subject, voters(round, 6), "peers")
        make_cell(subject, voters(round, 7), "staff")
        make_comment_cell(subject, voters(round, 4))
        round.not_anonymous = ["peers"]

        assert sizes(round) == {7: 1}

    def test_a_sheet_is_one_paper_however_many_it_lists(self, round: Round) -> None:
        make_sheet([subject_of(round) for _one in range(4)], voters(round, 6), "peers")

        assert sizes(round) == {6: 1}

    def test_an_empty_roll_has_none(self, round: Round) -> None:
        assert sizes(round) == {}

    def test_people_on_paper_beside_too_few_at_computers_give_no_cover(self, round: Round) -> None:
        thin, thick = voters(round, 7, on_paper=3), voters(round, 9, on_paper=2)
        alone = voters(round, 6, on_paper=6)
        make_cell(subject_of(round), thin, "peers")
        make_cell(subject_of(round), thick, "peers")
        make_cell(subject_of(round), alone, "peers")

        assert people_without_cover(read(round), freeze_for(round)) == sorted(user.pk for user in thin[:3])
        round.not_anonymous = ["peers"]
        assert people_without_cover(read(round), freeze_for(round)) == []

    def test_the_pre_flight_counts_nobody_on_paper_as_cover_and_proves_everybody(self, round: Round) -> None:
        """Five may vote, four of them with envelopes: what is left is one person's ballot, and is shown nowhere."""
        make_cell(subject_of(round), voters(round, 5, on_paper=4), "peers")
        make_cell(subject_of(round), voters(round, 5), "staff")
        alone = subject_of(round)
        make_cell(alone, voters(round, 5, on_paper=5), "peers")

        found = preflight(round)

        assert found.whole.eligible.tolist() == [[5, 0], [0, 5], [5, 0]]
        assert found.setting.eligible.tolist() == [[1, 0], [0, 5], [5, 0]]
        without = Round.objects.get(pk=round.pk)
        without.members.update(on_paper=False)
        assert preflight(without).certificate.inputs == found.certificate.inputs
        assert found.full.ballots.tolist() == [[1, 0], [0, 5], [5, 0]]
        hidden = (Fate.WITHHELD, Fate.ABSENT)
        assert (found.full.count(*hidden), preflight(without).full.count(*hidden)) == (1, 0)

    def test_papers_without_anybody_on_paper_are_the_same_object(self, round: Round) -> None:
        make_cell(subject_of(round), voters(round, 6), "peers")
        papers = read(round)

        assert papers.with_cover() is papers
        marked = replace(papers, on_paper=~papers.on_paper)
        assert marked.with_cover().eligible.tolist() == papers.eligible.tolist()  # envelopes alone
