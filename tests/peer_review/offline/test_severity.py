"""Scores with severity taken out are recounted: by other equations, under the published variances."""

import copy
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peer_review.counting import mixed
from peer_review.counting.release import release
from peer_review.offline.verifier.encoding import Fault
from peer_review.offline.verifier.figures import leaves_of
from tests.peer_review.offline.drawn import draw_sheets, sheets_about, told, verified


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_recount_of_whole_sheets_equals_the_release(seed: int) -> None:
    """By other equations, under variances whose likelihood is checked to be level."""
    drawn = draw_sheets(random.Random(seed))
    made = drawn.recount()
    assert made.severity.faults == []
    assert dict(leaves_of(made.figures())) == drawn.released()


@pytest.mark.parametrize("criteria", [1, 3])
@pytest.mark.parametrize(
    "mark",
    [
        lambda subject, sheet, at: 70,
        lambda subject, sheet, at: 70 + 5 * at,
        lambda subject, sheet, at: 60 + 5 * subject,
        lambda subject, sheet, at: 60 + sheet,
        lambda subject, sheet, at: 50 + 7 * subject + sheet**2 % 11,
        lambda subject, sheet, at: 50 + 7 * subject + sheet**2 * (subject + 1) % 11 + subject * at * 5 % 7,
    ],
    ids=[
        "all equal",
        "by criterion",
        "by subject",
        "by sheet",
        "by subject and sheet",
        "by everything, nothing left over",
    ],
)
def test_marks_that_the_effects_explain_wholly_are_recounted(mark: Any, criteria: int) -> None:
    drawn = sheets_about(mark, criteria=criteria)
    made = drawn.recount()
    assert len(made.severity.groups) == 1
    assert made.severity.faults == []
    assert dict(leaves_of(made.figures())) == drawn.released()


def uneven(subject: int, sheet: int, at: int) -> int:
    return 55 + 5 * subject + 3 * (sheet % 4) + (7 * subject + 5 * sheet + 3 * at) % 6


def test_variances_nearly_right_do_not_pass_for_the_likeliest() -> None:
    """Each variance, one percent larger or smaller, is caught, and so is one that is left out or added."""
    drawn = sheets_about(uneven)
    figures = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    [group] = figures["unit"]["adjusted"]["groups"]
    honest = dict(group["model"])
    assert [name for name, value in honest.items() if value] == ["subject", "sheet", "pair", "residual"]
    for name, value in honest.items():
        for other in [value * Decimal("1.01"), value * Decimal("0.99"), Decimal(0)] if value else [Decimal(3)]:
            group["model"] = honest | {name: other}
            made = drawn.recount({**figures, "unit": copy.deepcopy(figures["unit"])})
            assert len(made.severity.faults) == 1, (name, other)
            with pytest.raises(Fault, match="not the likeliest"):
                made.severity.check()
    group["model"] = honest
    assert drawn.recount(copy.deepcopy(figures)).severity.check()[0].startswith("1 fits")


@pytest.mark.parametrize("model", [{}, {"residual": -1}, {"residual": 1, "sheet": "much"}, [], None])
def test_variances_that_are_none_are_a_fault(model: Any) -> None:
    drawn = sheets_about(uneven)
    figures = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    figures["unit"]["adjusted"]["groups"][0]["model"] = model
    made = drawn.recount(figures)
    with pytest.raises(Fault, match="a variance"):
        made.severity.check()
    assert {one["adjusted"]["reason"] for one in made.figures()["subjects"]} == {"no_fit"}


def test_command_line_names_what_is_wrong_with_an_adjusted_score() -> None:
    drawn = sheets_about(uneven)

    def figures() -> dict[str, Any]:
        return told(release(drawn.ballots, drawn.plan), drawn.scheme)

    sound, output = verified(drawn, figures())
    assert sound
    assert "ok    models of the adjusted scores (1 fits" in output
    assert "NOT recounted" not in output

    changed = figures()
    changed["subjects"][2]["adjusted"]["low"] -= Decimal("0.1")
    sound, output = verified(drawn, changed)
    assert not sound
    assert "      subjects 3 adjusted low: published " in output
    assert "1 differ" in output

    changed = figures()
    changed["unit"]["adjusted"]["groups"][0]["model"]["sheet"] *= 2
    sound, output = verified(drawn, changed)
    assert not sound
    assert "FAIL  models of the adjusted scores: class c0: these parameters are not the likeliest" in output

    changed = figures()
    changed["unit"]["adjusted"]["groups"][0]["model"] = None
    assert not verified(drawn, changed)[0]


def test_fits_without_variances_are_counted_as_not_recounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the search ends nowhere there are no likeliest figures: that is published, and not tried again."""
    drawn = sheets_about(lambda subject, sheet, at: 60 + 5 * subject)
    monkeypatch.setattr(mixed, "STEPS", 0)
    made = drawn.recount()
    assert made.severity.unfitted == 1
    told_of = told(release(drawn.ballots, drawn.plan), drawn.scheme)
    assert "NOT recounted: that no likeliest figures were found (1 fits)" in verified(drawn, told_of)[1]
    assert {one["adjusted"]["reason"] for one in made.figures()["subjects"]} == {"no_fit"}
    assert dict(leaves_of(made.figures())) == drawn.released()
