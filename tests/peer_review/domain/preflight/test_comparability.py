"""Which earlier rounds may be set beside a new one, and of whom nothing is compared."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from peer_review.domain.preflight.comparability import MOST_COMPARED, ComparableRound, comparable_rounds
from peer_review.domain.preflight.roll_arrays import RollPapers, RollSubject, read_papers
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.models import Assignment, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import RoundFactory, make_cell, make_member, make_subject, make_user

#: Two subjects in two classes.
TWO = RollPapers(
    (RollSubject(1, "p1", "Li", "a", "A"), RollSubject(2, "p2", "Wang", "b", "B")),
    ("peers", "staff"),
    *(np.zeros(0, dtype=np.int64) for _part in range(3)),
)


def test_no_trend_names_subjects_groups_and_the_whole() -> None:
    beside = ComparableRound("x", "X", shared=(0, 1), held_back=(0,), sections=("a",), ranks=("r2",), unit=True)

    assert beside.no_trend(TWO) == {"subjects": ["p1"], "sections": ["a"], "ranks": ["r2"], "unit": True}
    # Half-steps are beside nothing, and named once.
    assert beside.no_trend(TWO, coarse=["p2", "p1"])["subjects"] == ["p1", "p2"]


def test_no_trend_holds_nothing_back_where_the_same_people_vote() -> None:
    beside = ComparableRound("x", "X", shared=(0,))
    assert beside.no_trend(TWO) == {"subjects": [], "sections": [], "ranks": [], "unit": False}


def make_papers(round: Round, people: list[Any]) -> None:
    Assignment.objects.bulk_create(Assignment(cell=round.cells.get(), evaluator=user) for user in people)


@pytest.mark.django_db(databases=["default", "box"])
class TestEarlierRounds:
    def beside(self, round: Round) -> list[ComparableRound]:
        scheme = round.frozen_scheme if round.has_frozen_scheme else freeze_scheme(round.scheme)
        return comparable_rounds(round, scheme, read_papers(round, scheme))

    def repeat(self, published: Round, **fields: Any) -> Round:
        """Return a draft of the same scheme about the same people, with the same voters."""
        round = RoundFactory(scheme=published.scheme, **fields)
        for cell in published.cells.select_related("subject__member"):
            member = make_member(round, cell.subject.member.user, section=cell.subject.section_key)
            voters = [paper.evaluator for paper in cell.assignments.select_related("evaluator")]
            make_cell(make_subject(round, member), voters, cell.voter_class)
        return round

    def test_of_the_same_people_differ_by_nobody(self) -> None:
        published = make_published_round({("Li", "all"): papers(6), ("Wang", "all"): papers(6)})

        (found,) = self.beside(self.repeat(published))

        assert (found.public_id, found.title) == (published.public_id, published.title)
        assert (found.shared, found.held_back) == ((0, 1), ())
        assert (found.sections, found.ranks, found.unit) == ((), (), False)

    @pytest.mark.parametrize(("exchanged", "held_back"), [(1, True), (2, True), (3, False)])
    def test_hold_back_where_fewer_than_the_floor_vote_in_one_of_them_only(
        self, exchanged: int, held_back: bool
    ) -> None:
        """Two for each who is exchanged; the floor is five. One section, one rank, one subject: all the same voters."""
        published = make_published_round({("Li", "all"): papers(6)})
        round = self.repeat(published)
        for paper in round.cells.get().assignments.all()[:exchanged]:
            paper.evaluator = make_user()
            paper.save()

        (found,) = self.beside(round)

        section = round.subjects.get().section_key
        assert found.held_back == ((0,) if held_back else ())
        assert (found.sections, found.unit) == ((section,) if held_back else (), held_back)

    def test_take_earlier_ones_in_only_as_far_as_all_together_leave_nobody_alone(self) -> None:
        """Of three rounds any two go together: all ten; the first five; the second five but for one more in common."""
        first = make_published_round({("Li", "all"): papers(12)})
        people = [paper.evaluator for paper in first.cells.get().assignments.order_by("pk")]
        second = make_published_round({("Li", "all"): papers(6)}, earlier=first)
        second.cells.get().assignments.all().delete()
        make_papers(second, people[:6])
        round = self.repeat(first)
        round.cells.get().assignments.all().delete()
        make_papers(round, people[5:11])

        newest, oldest = self.beside(round)

        # Eleven of twelve are in one or the other, one of them in both: the sum leaves two marks.
        assert (newest.public_id, newest.held_back) == (second.public_id, ())
        assert (oldest.public_id, oldest.held_back) == (first.public_id, (0,))

    def test_of_another_kind_or_scheme_are_none(self) -> None:
        published = make_published_round({("Li", "all"): papers(6)})
        assert self.beside(self.repeat(published, kind="tier")) == []

        published.scheme.name = "Another"
        assert self.beside(self.repeat(published)) == []

    def test_are_only_those_published_before_the_round_opened(self) -> None:
        published = make_published_round({("Li", "all"): papers(6)})
        round = self.repeat(published)
        round.opened_at = published.published_at
        assert self.beside(round) == []

        round.opened_at = timezone.now()
        assert [found.public_id for found in self.beside(round)] == [published.public_id]

    def test_are_the_newest_few(self) -> None:
        first = make_published_round({("Li", "all"): papers(6)})
        later = []
        for _time in range(MOST_COMPARED):
            round = make_published_round({("Li", "all"): papers(6)}, earlier=first)
            later.append(round.public_id)

        found = [one.public_id for one in self.beside(self.repeat(first))]

        assert found == later[::-1]
