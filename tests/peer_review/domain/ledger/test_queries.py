"""Queries about a published round, and the data that answers them."""

import json

import pytest

from peer_review.domain.ledger.queries import RoundData, TableQuery
from tests.factories.peer_review.counted_rounds import make_crossed_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


class TestTableQuery:
    def test_scope_holds_all_four_parts(self) -> None:
        assert TableQuery("quality", "a", None, "staff").scope == 'cell:["quality","a",null,"staff"]'

    def test_scope_keeps_letters_that_would_break_a_simple_list(self) -> None:
        scope = TableQuery("质量", 'a","b', "r:1").scope
        assert json.loads(scope.removeprefix("cell:")) == ["质量", 'a","b', "r:1", None]
        assert "质量" in scope


class TestRoundData:
    def place(self, *, without: frozenset[str] = frozenset(), **asked: str | None) -> tuple[list[bool], int | None]:
        data = RoundData(make_crossed_round(), without=without)
        inside, voter_class = data.place({"section": None, "rank": None, "class": None} | asked, without=without)
        return inside.tolist(), voter_class

    def test_without_filters_it_is_everybody(self) -> None:
        assert self.place() == ([True] * 4, None)

    def test_filters_are_joined(self) -> None:
        assert self.place(section="a") == ([True, True, False, False], None)
        assert self.place(section="a", rank="rank2") == ([False, True, False, False], None)
        assert self.place(rank="rank1", **{"class": "staff"}) == ([True, False, True, False], 1)

    def test_what_is_nowhere_is_nobody(self) -> None:
        assert self.place(section="nowhere") == ([False] * 4, None)

    def test_a_withdrawn_subject_is_left_out(self) -> None:
        round = make_crossed_round()
        key = round.subjects.get(label="乙").key
        data = RoundData(round, without={key})
        inside, _class = data.place({"section": "a", "rank": None, "class": None}, without=data.without)
        assert inside.tolist() == [True, False, False, False]
        assert data.without == frozenset({key})

    def test_rules_up_to_the_second_put_subjects_together(self) -> None:
        round = make_crossed_round()
        assert not RoundData(round).pooled
        round.results.update(rules=2)
        assert RoundData(round).pooled

    def test_an_unknown_class_or_criterion_is_refused(self) -> None:
        data = RoundData(make_crossed_round())
        with pytest.raises(KeyError):
            data.place({"section": None, "rank": None, "class": "nobody"}, without=())
        with pytest.raises(KeyError):
            data.atoms("nothing")
