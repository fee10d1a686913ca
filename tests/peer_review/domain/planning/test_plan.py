"""Plans: JSON is read as it was written, and every fault is a sentence of its own."""

from typing import Any

import pytest

from peer_review.domain.planning.plan import Pattern, Plan, plan_problems, read_plan
from peer_review.exceptions.planning import PlanInvalid

pytestmark = pytest.mark.usefixtures("in_english")

CLASSES = ["superiors", "peers"]
WHOLE: dict[str, Any] = {
    "v": 1,
    "pattern": "matrix",
    "house_wide": False,
    "groups": ["heads", "t2"],
    "sections": ["a"],
    "matrix": [{"from": "heads", "to": "t2", "class": "superiors", "reach": "own"}],
    "lines": {"peers": {"p7": [3, 4]}},
    "sample": {"peers": 5},
    "months": 6,
}


def test_an_empty_plan_is_the_usual_pattern() -> None:
    assert read_plan({}, kind="person", classes=CLASSES) == Plan()
    assert Plan().as_json() == {"v": 1, "pattern": "usual"}


def test_a_plan_is_written_as_it_was_read() -> None:
    plan = read_plan(WHOLE, kind="tier", classes=CLASSES)

    assert plan.as_json() == WHOLE
    assert plan.matrix == {("heads", "t2"): ("superiors", "own")}
    assert (plan.is_random, plan.line_count) == (True, 2)


def test_what_became_of_a_plan_is_no_part_of_it() -> None:
    assert read_plan({**WHOLE, "state": {"used": True}}, kind="tier", classes=CLASSES).as_json() == WHOLE


def test_named_people_are_never_drawn() -> None:
    plan = read_plan({**WHOLE, "pattern": "list"}, kind="tier", classes=CLASSES)

    assert plan.pattern == Pattern.LIST
    assert not plan.is_random


CELL = {"from": "t1", "to": "t2", "class": "peers", "reach": "own"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"v": 2}, "another version"),
        ({"wishes": 1}, "no key “wishes”"),
        ({"pattern": "chaos"}, "“chaos” is not a pattern"),
        ({"house_wide": "perhaps"}, "yes, no or empty"),
        ({"groups": []}, "at least one rank"),
        ({"groups": "t2"}, "list of keys"),
        ({"sections": [1]}, "list of keys"),
        ({"matrix": {}}, "list of cells"),
        ({"matrix": ["t1"]}, "A cell of the table names"),
        ({"matrix": [CELL, {**CELL, "reach": "house"}]}, "twice how “t1” evaluate “t2”"),
        ({"matrix": [{**CELL, "class": "x"}]}, "no voter class “x”"),
        ({"matrix": [{**CELL, "reach": "moon"}]}, "“moon” is not a reach"),
        ({"matrix": [{**CELL, "to": "*"}]}, "does not fit the kind"),
        ({"pattern": "matrix"}, "nobody evaluates anybody"),
        ({"pattern": "list"}, "no imported list"),
        ({"lines": {"peers": {"p1": ["x"]}}}, "right form"),
        ({"lines": {"x": {"p1": [2]}}}, "no voter class “x”"),
        ({"lines": {"peers": {"p1": [2]}, "superiors": {"p1": [2]}}}, "two voter classes"),
        ({"sample": {"peers": 0}}, "from 1 to"),
        ({"sample": {"peers": True}}, "from 1 to"),
        ({"sample": {"x": 3}}, "no voter class “x”"),
        ({"months": -1}, "months together"),
    ],
)
def test_each_fault_is_said_in_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        read_plan({"v": 1, **changes}, kind="tier", classes=CLASSES)

    assert len(refused.value.problems) == 1
    assert words in refused.value.problems[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"groups": ["t1"]}, "no ranks can be chosen"),
        ({"matrix": [{**CELL, "to": "*", "reach": "own"}]}, "never by its own people"),
        ({"matrix": [{**CELL, "reach": "other"}]}, "does not fit the kind"),
    ],
)
def test_sections_are_evaluated_by_others_and_have_no_rank(changes: dict[str, Any], words: str) -> None:
    (problem,) = plan_problems({"v": 1, **changes}, kind="section", classes=CLASSES)

    assert words in problem


@pytest.mark.parametrize("junk", [None, [], "plan", 7])
def test_what_is_no_plan_at_all_is_refused(junk: Any) -> None:
    with pytest.raises(PlanInvalid):
        read_plan(junk, kind="tier", classes=CLASSES)
