"""Schemes: what is refused, in words; what a round freezes; what ships."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from peer_review.domain.schemes import check_scheme, create_default_schemes, freeze_scheme, scheme_problems
from peer_review.enums import ScaleKind
from peer_review.exceptions import SchemeInvalid
from peer_review.models import Scheme
from peer_review.models.scheme import default_visibility
from tests.factories.peer_review import SchemeFactory


def problems(**changes: Any) -> list[str]:
    values: dict[str, Any] = {
        "scale": ScaleKind.POINTS,
        "floor": 5,
        "visibility": default_visibility(),
        "criteria": [criterion("a", 60), criterion("b", 40)],
        "classes": [SimpleNamespace(key="all", label="All", weight=100)],
    }
    with translation.override("en"):
        return scheme_problems(**{**values, **changes})


def criterion(key: str, weight: Any, anchors: Any = ()) -> SimpleNamespace:
    return SimpleNamespace(
        key=key, label=key.upper(), weight=weight, anchors=list(anchors) if isinstance(anchors, tuple) else anchors
    )


def test_scheme_problems_finds_nothing_in_a_sound_scheme() -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"criteria": []}, "at least one criterion"),
        ({"classes": []}, "at least one voter class"),
        ({"criteria": [criterion("a", 50), criterion("a", 50)]}, "Two criteria have the key “a”"),
        ({"criteria": [criterion("a", 0), criterion("b", 100)]}, "The weight of “A” must be above 0"),
        ({"criteria": [criterion("a", -10), criterion("b", 110)]}, "The weight of “A” must be above 0"),
        ({"criteria": [criterion("a", 60), criterion("b", 30)]}, "add up to 90, not 100"),
        ({"criteria": [criterion("Ä", 100)]}, "not a usable key"),
        ({"criteria": [criterion("a", 100, ("one",))]}, "has 1 anchors; this scale takes 0"),
        ({"scale": ScaleKind.ANCHORS}, "has 0 anchors; this scale takes 5"),
        ({"scale": ScaleKind.GRADES, "criteria": [criterion("a", 100, ("x", "y"))]}, "this scale takes 4"),
        ({"scale": "stars"}, "Choose a scale"),
        ({"floor": 2}, "floor k is at least 3"),
        ({"visibility": {"subject": True}}, "for every audience"),
        ({"criteria": [criterion("a", 100, ["x", ""])]}, "must be sentences"),
        ({"criteria": [criterion("a", 100, "text")]}, "must be sentences"),
    ],
)
def test_scheme_problems_says_what_is_wrong(changes: dict[str, Any], words: str) -> None:
    assert words in " ".join(problems(**changes))


def test_grades_need_no_anchors_of_their_own() -> None:
    assert problems(scale=ScaleKind.GRADES) == []


@pytest.mark.django_db
def test_check_scheme_refuses_with_every_problem() -> None:
    scheme = SchemeFactory(criteria=[("quality", 50), ("spirit", 20)], classes=[("all", 90)])

    with pytest.raises(SchemeInvalid) as refusal, translation.override("en"):
        check_scheme(scheme)

    assert len(refusal.value.problems) == 2
    assert refusal.value.code == "scheme_invalid"


@pytest.mark.django_db
def test_freeze_scheme_copies_everything_a_round_needs() -> None:
    scheme = SchemeFactory(classes=[("leaders", 70), ("staff", 30)])

    assert freeze_scheme(scheme) == {
        "v": 2,
        "scheme": {"name": scheme.name, "version": 1},
        "scale": "points",
        "min": 0,
        "max": 100,
        "criteria": [
            {
                "key": key,
                "label": key.title(),
                "description": "",
                "weight": weight,
                "anchors": [],
                "comment_below": None,
                "comment_above": None,
                "classes": ["leaders", "staff"],
            }
            for key, weight in (("quality", "60"), ("spirit", "40"))
        ],
        "classes": [
            {"key": "leaders", "label": "Leaders", "weight": "70"},
            {"key": "staff", "label": "Staff", "weight": "30"},
        ],
        "floor": 3,
        "trim": True,
        "grade_set": "officials",
        "bands": [90, 70, 60],
        "paper": "subject",
        "sheet_rules": [],
        "comments": False,
        "comment_limit": 300,
        "self_evaluation": False,
        "min_return": 0,
        "visibility": {"subject": True, "section_head": True, "leadership": True, "staff": False},
    }


@pytest.mark.django_db
def test_create_default_schemes_ships_three_sound_ones_and_doubles_nothing() -> None:
    schemes = create_default_schemes()
    again = create_default_schemes()

    assert [scheme.pk for scheme in again] == [scheme.pk for scheme in schemes]
    assert {scheme.scale for scheme in schemes} == {"points", "anchors", "grades"}
    assert Scheme.objects.count() == 3
    for scheme in schemes:
        check_scheme(scheme)
