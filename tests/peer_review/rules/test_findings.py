"""Predicates about a finding: its raiser, whoever answers for it, and the head of its section."""

from typing import Any

import pytest

from peer_review.models import RaisedFinding
from peer_review.rules.findings import has_raised, is_about_own_section, is_to_answer_for
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_user

pytestmark = pytest.mark.django_db


def test_a_finding_belongs_to_its_raiser_its_responsible_and_its_head() -> None:
    people: dict[str, Any] = {name: make_user(name) for name in ("raiser", "responsible", "head", "other head")}
    round = RoundFactory()
    make_member(round, people["head"], section="a", is_head=True)
    make_member(round, people["other head"], section="b", is_head=True)
    finding = RaisedFinding(round=round, section_key="a", raised_by=people["raiser"], responsible=people["responsible"])
    of_all = RaisedFinding(round=round, section_key="", raised_by=people["raiser"])

    def holders(predicate: Any, about: RaisedFinding) -> set[str]:
        return {name for name, user in people.items() if predicate.test(user, about)}

    assert holders(has_raised, finding) == {"raiser"}
    assert holders(is_to_answer_for, finding) == {"responsible"}
    assert holders(is_about_own_section, finding) == {"head"}
    # What is about all together is about nobody's section.
    assert (holders(is_about_own_section, of_all), holders(is_to_answer_for, of_all)) == (set(), set())
