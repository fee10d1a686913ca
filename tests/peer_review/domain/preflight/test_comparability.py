"""Which earlier rounds may be set beside a new one, and of whom nothing is compared."""

from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from peer_review.domain.preflight.comparability import MOST_COMPARED, ComparableRound, comparable_rounds
from peer_review.domain.preflight.roll_arrays import RollPapers, RollSubject, read_papers
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.models import Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import RoundFactory, make_cell, make_member, make_subject, make_user


def earlier(**fields: Any) -> ComparableRound:
    values: dict[str, Any] = {"public_id": "x", "title": "X", "subjects": {}, "classes": {}, "sections": {}, "unit": 0}
    return ComparableRound(**{**values, **fields})


#: Two subjects in two classes.
TWO = RollPapers(
    (RollSubject(1, "p1", "Li", "a", "A"), RollSubject(2, "p2", "Wang", "b", "B")),
    ("peers", "staff"),
    *(np.zeros(0, dtype=np.int64) for _part in range(3)),
    np.zeros(2, dtype=np.int64),
)


def test_held_back_are_subjects_whose_rolls_differ_by_fewer_than_the_floor() -> None:
    beside = earlier(subjects={0: 0, 1: 1, 2: 2, 3: 3, 4: 9})

    assert beside.held_back(3) == [1, 2]


def test_no_trend_names_subjects_classes_groups_and_the_whole() -> None:
    beside = earlier(
        subjects={0: 2, 1: 0},
        classes={(0, 0): 1, (0, 1): 3, (1, 1): 2},
        sections={"a": 2, "b": 0},
        ranks={"r1": 3, "r2": 1},
        unit=2,
    )

    assert beside.no_trend(TWO, 3) == {
        "subjects": ["p1"],
        "classes": {"peers": ["p1"], "staff": ["p2"]},
        "sections": ["a"],
        "ranks": ["r2"],
        "unit": True,
    }


def test_no_trend_holds_nothing_back_where_the_same_people_vote() -> None:
    assert earlier(subjects={0: 0}, sections={"a": 0}).no_trend(TWO, 3) == {
        "subjects": [],
        "classes": {},
        "sections": [],
        "ranks": [],
        "unit": False,
    }


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
        assert (found.subjects, found.classes, found.unit) == ({0: 0, 1: 0}, {(0, 0): 0, (1, 0): 0}, 0)
        assert set(found.sections.values()) == {0}

    def test_differ_by_whoever_votes_in_one_of_them_only(self) -> None:
        published = make_published_round({("Li", "all"): papers(6)})
        round = self.repeat(published)
        paper = round.cells.get().assignments.first()
        paper.evaluator = make_user()
        paper.save()

        (found,) = self.beside(round)

        assert (found.subjects, found.unit) == ({0: 2}, 2)

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
