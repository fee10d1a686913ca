"""The table of who evaluates whom, filled in one direction or several."""

import pytest

from peer_review.domain.planning.eligibility import HEADS, Group
from peer_review.domain.planning.matrix_presets import Cells, suggest
from peer_review.domain.planning.plan import ANY

GROUPS = [Group("t0", "Leaders", 2), Group(HEADS, "Section heads", 3), Group("t2", "Staff", 9)]
COLUMNS = [(group.key, group.label) for group in GROUPS]
CLASSES = ["superiors", "peers", "subordinates"]


@pytest.mark.parametrize(
    ("directions", "cells"),
    [
        ([], {}),
        (["sideways"], {}),
        (
            ["up"],
            {
                (HEADS, "t0"): ("subordinates", "own"),
                ("t2", "t0"): ("subordinates", "own"),
                ("t2", HEADS): ("subordinates", "own"),
            },
        ),
        (
            ["across"],
            {("t0", "t0"): ("peers", "own"), (HEADS, HEADS): ("peers", "own"), ("t2", "t2"): ("peers", "own")},
        ),
        (
            ["down"],
            {
                ("t0", HEADS): ("superiors", "own"),
                ("t0", "t2"): ("superiors", "own"),
                (HEADS, "t2"): ("superiors", "own"),
            },
        ),
    ],
)
def test_suggest_fills_the_direction_seen_from_the_evaluators(directions: list[str], cells: Cells) -> None:
    assert suggest(directions, COLUMNS, GROUPS, CLASSES, "own") == cells


def test_suggest_fills_the_column_of_sections_whatever_the_direction() -> None:
    classes = ["leaders", "section_heads", "staff"]

    assert suggest([], [(ANY, "other sections")], GROUPS, classes, "own") == {
        ("t0", ANY): ("leaders", "other"),
        (HEADS, ANY): ("section_heads", "other"),
        ("t2", ANY): ("staff", "other"),
    }


@pytest.mark.parametrize(
    ("classes", "found"),
    [
        (["leaders", "section_heads", "staff"], "staff"),  # no class by direction: by the evaluators' rank
        (["everybody"], "everybody"),
        (["first", "second"], "first"),
    ],
)
def test_suggest_takes_the_class_that_fits_best(classes: list[str], found: str) -> None:
    assert suggest(["up"], COLUMNS, GROUPS, classes, "house")["t2", "t0"] == (found, "house")


def test_suggest_knows_no_leaders_where_there_is_one_group() -> None:
    only = [Group("t2", "Staff", 9)]

    assert suggest(["across"], [("t2", "Staff")], only, ["leaders", "staff"], "own") == {("t2", "t2"): ("staff", "own")}
