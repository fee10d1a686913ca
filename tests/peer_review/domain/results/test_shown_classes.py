"""Voter classes as they are shown: merged ones stand together, with their weights added."""

from decimal import Decimal

import pytest

from peer_review.domain.results.shown_classes import ShownClass, shown_classes
from peer_review.protocol.frozen_scheme import FrozenScheme
from tests.peer_review.protocol.test_frozen_scheme import FIRST_VERSION

pytestmark = pytest.mark.usefixtures("in_english")
FORM = {
    **FIRST_VERSION,
    "classes": [
        {"key": "leaders", "label": "Leaders", "weight": "50"},
        {"key": "peers", "label": "Peers", "weight": "30"},
        {"key": "staff", "label": "Staff", "weight": "20", "anonymous": False},
    ],
}


def test_each_class_stands_alone_where_nothing_was_merged() -> None:
    assert shown_classes(FrozenScheme.from_json(FORM), {}) == (
        ShownClass("leaders", "Leaders", 50.0, True),
        ShownClass("peers", "Peers", 30.0, True),
        ShownClass("staff", "Staff", 20.0, False),
    )


def test_merged_classes_are_one_line_under_the_first() -> None:
    lines = shown_classes(FrozenScheme.from_json(FORM), {"leaders": ["leaders", "peers"]})
    assert [(line.key, line.label, line.weight) for line in lines] == [
        ("leaders", "Leaders and Peers", 80.0),
        ("staff", "Staff", 20.0),
    ]


def test_weights_are_added_exactly() -> None:
    third = str(Decimal("33.33"))
    form = {**FORM, "classes": [{"key": key, "label": key, "weight": third} for key in "abc"]}
    [line] = shown_classes(FrozenScheme.from_json(form), {"a": ["a", "b", "c"]})
    assert (line.label, line.weight) == ("a and b and c", 99.99)
