"""Graded scores without severity are recounted: severities found anew, under the published parameters."""

import copy
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from peer_review.counting.release import release
from peer_review.offline.verifier.encoding import Fault
from peer_review.offline.verifier.figures import leaves_of
from tests.peer_review.offline.drawn import draw_sheets, sheets_about, told, verified


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["grades", "anchors"]), st.integers(0, 2**32))
@example("grades", 38)  # groups of one class, as many subjects and sheets, other categories
def test_recount_of_graded_sheets_equals_the_release(scale: str, seed: int) -> None:
    """Severities are found anew, under parameters whose likelihood is checked to be level."""
    drawn = draw_sheets(random.Random(seed), scale)
    made = drawn.recount()
    assert made.severity.faults == []
    assert dict(leaves_of(made.figures())) == drawn.released()


def stepped(subject: int, sheet: int, at: int) -> int:
    """An answer from 1 to 4: each sheet as strict as it is, each subject as good."""
    return min(4, max(1, 2 + (2 * subject + 7 * sheet * (at + 1) + 3 * at) % 5 // 2 + (subject > 2) - sheet % 3 // 2))


def anchored(subject: int, sheet: int, at: int) -> int:
    """An answer from 1 to 5: of each at least ten a criterion, in other shares."""
    return min(5, max(1, subject // 2 + (sheet * (at + 2) + subject * sheet % (3 + at)) % 5))


GRADED = {"grades": (stepped, 13), "anchors": (anchored, 40)}


@pytest.mark.parametrize("scale", GRADED)
def test_graded_marks_are_recounted_with_steps_common_and_own(scale: str) -> None:
    mark, sheets = GRADED[scale]
    drawn = sheets_about(mark, sheets=sheets, scale=scale)
    figures = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    [group] = figures["unit"]["adjusted"]["groups"]
    assert set(group["model"]) == {"spread", "difficulties", "steps", "weighted"}  # nothing of a single sheet
    assert (len({tuple(one) for one in group["model"]["steps"]}) == 1) is (scale == "grades")
    assert {one["adjusted"]["method"] for one in figures["subjects"]} == {"rasch"}
    made = drawn.recount(figures)
    assert made.severity.faults == []
    assert dict(leaves_of(made.figures())) == drawn.released()


@pytest.mark.parametrize("criteria", [1, 3])
@pytest.mark.parametrize(
    "mark",
    [
        lambda subject, sheet, at: 3,
        lambda subject, sheet, at: 2 + at % 2,
        lambda subject, sheet, at: 4 if sheet % 2 else 1,
        lambda subject, sheet, at: 1 + subject % 4,
        lambda subject, sheet, at: 4 if sheet < 6 or subject else 3,
    ],
    ids=["all equal", "by criterion", "by sheet, best or worst", "by subject", "nearly all the best"],
)
def test_graded_marks_without_finite_parameters_are_recounted(mark: Any, criteria: int) -> None:
    drawn = sheets_about(mark, criteria=criteria, scale="grades")
    made = drawn.recount()
    assert made.severity.faults == []
    assert dict(leaves_of(made.figures())) == drawn.released()


@pytest.mark.parametrize("scale", GRADED)
def test_parameters_nearly_right_do_not_pass_for_the_likeliest(scale: str) -> None:
    """A hundredth of a logit or five percent off is caught, and so is a prior that was not laid over them."""
    mark, sheets = GRADED[scale]
    drawn = sheets_about(mark, sheets=sheets, scale=scale)
    figures = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    [group] = figures["unit"]["adjusted"]["groups"]
    honest = group["model"]
    assert not honest["weighted"]
    assert honest["spread"] > 0
    little = Decimal("0.01")
    first, *others = honest["difficulties"]
    tampered = [
        *({"spread": honest["spread"] * share} for share in (Decimal("1.05"), Decimal("0.95"), Decimal(0))),
        *({"difficulties": [first + one, *others]} for one in (little, -little)),
        {"steps": [[one[0] + little, one[1] - little, *one[2:]] for one in honest["steps"]]},
        {"weighted": True},
    ]
    for changed in tampered:
        group["model"] = honest | changed
        made = drawn.recount({**figures, "unit": copy.deepcopy(figures["unit"])})
        assert len(made.severity.faults) == 1, changed
        with pytest.raises(Fault, match="not the likeliest"):
            made.severity.check()
    group["model"] = honest
    assert drawn.recount(copy.deepcopy(figures)).severity.check()[0].startswith("1 fits")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"spread": None}, "no number"),
        ({"spread": -1}, "beyond"),
        ({"spread": float("nan")}, "beyond"),
        ({"difficulties": [0, 0]}, "other parameters"),
        ({"difficulties": [0, 0, 400]}, "beyond"),
        ({"steps": [[0, 0, 0]]}, "other parameters"),
        ({"steps": [[0, 0, 1]] * 3}, "add up to 0"),
        ({"steps": [[0, 0, 0], [0, 0, 0], [1, 0, -1]]}, "not common"),
        ({"weighted": 1}, "other parameters"),
    ],
)
def test_parameters_that_are_none_are_a_fault(changed: Any, said: str) -> None:
    drawn = sheets_about(stepped, scale="grades")
    figures = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    figures["unit"]["adjusted"]["groups"][0]["model"] |= changed
    made = drawn.recount(figures)
    with pytest.raises(Fault, match=said):
        made.severity.check()
    assert {one["adjusted"]["reason"] for one in made.figures()["subjects"]} == {"no_fit"}


@pytest.mark.parametrize("figure", ["value", "low", "high", "measure", "sd"])
def test_command_line_names_a_changed_figure_of_the_rasch_model(figure: str) -> None:
    drawn = sheets_about(stepped, scale="grades")
    figures = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    figures["subjects"][1]["adjusted"][figure] += Decimal("0.01")
    sound, output = verified(drawn, figures)
    assert not sound
    assert "ok    models of the adjusted scores (1 fits" in output
    assert f"      subjects 2 adjusted {figure}: published " in output
    assert "1 differ" in output
