"""Schemes: what is refused, in words; what a round freezes; what ships."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from peer_review.domain.schemes.schemes import (
    check_scheme,
    freeze_scheme,
    is_in_use,
    make_version,
    next_version,
    scheme_problems,
)
from peer_review.enums import RoundState, ScaleKind
from peer_review.exceptions.base import SchemeInvalid
from peer_review.models import Scheme
from peer_review.models.scheme import default_visibility
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory


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


def criterion(key: str, weight: Any, anchors: Any = (), **more: Any) -> SimpleNamespace:
    sentences = list(anchors) if isinstance(anchors, tuple) else anchors
    values = {"comment_below": None, "comment_above": None, "classes": [], **more}
    return SimpleNamespace(key=key, label=key.upper(), weight=weight, anchors=sentences, **values)


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
        ({"criteria": [criterion("a", 100, classes=["b"])]}, "names a voter class that the scheme does not have"),
        ({"criteria": [criterion("a", 100, classes="all")]}, "names a voter class"),
        ({"criteria": [criterion("a", 100, comment_below=101)]}, "between 0 and 100"),
        ({"criteria": [criterion("a", 100, comment_below=80, comment_above=60)]}, "Every answer of “A”"),
        ({"bands": [70, 90, 60]}, "each under the one before"),
        ({"bands": [90, 70]}, "three lowest points"),
        ({"bands": [90, 70, "x"]}, "three lowest points"),
        ({"quota": 26, "quota_approval": "局发〔2026〕3 号"}, "between 0 and 25 percent"),
        ({"quota": -1}, "between 0 and 25 percent"),
        ({"quota": "many"}, "between 0 and 25 percent"),
        ({"quota": 21, "quota_approval": " "}, "needs an approval: name its document"),
        ({"paper": "sheet", "sheet_rules": [{"kind": "lucky"}]}, "no such rule"),
        ({"paper": "sheet", "sheet_rules": "none"}, "not in their form"),
        ({"paper": "sheet", "sheet_rules": [{"kind": "quota", "points": 90}]}, "one of the two"),
        ({"paper": "sheet", "sheet_rules": [{"kind": "quota", "n": 2, "percent": 9, "points": 90}]}, "one of the two"),
        ({"paper": "sheet", "sheet_rules": [{"kind": "quota", "n": 0, "points": 90}]}, "at least 1"),
        ({"paper": "sheet", "sheet_rules": [{"kind": "low", "n": 2, "points": 0}]}, "between 1 and 100"),
        ({"paper": "sheet", "sheet_rules": [{"kind": "not_all_max"}] * 2}, "set once"),
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
        "excellent_quota": 20,
        "quota_approval": "",
        "visibility": {"subject": True, "section_head": True, "leadership": True, "staff": False},
    }


def test_a_class_of_which_nothing_is_asked_is_a_fault() -> None:
    classes = [SimpleNamespace(key=key, label=key, weight=50) for key in ("leaders", "staff")]
    asked = [criterion("a", 60, classes=["staff"]), criterion("b", 40, classes=["staff"])]
    assert "Nothing is asked of the voter class “leaders”" in " ".join(problems(classes=classes, criteria=asked))
    asked[1].classes = []
    assert problems(classes=classes, criteria=asked) == []


def test_rules_about_a_sheet_are_not_asked_of_single_papers() -> None:
    assert problems(sheet_rules=[{"kind": "lucky"}]) == []


@pytest.mark.django_db
def test_make_version_copies_everything_and_leaves_the_rounds_theirs() -> None:
    terms = {"sheet_rules": [{"kind": "not_all_max"}], "bands": [95, 80, 60]}
    terms |= {"excellent_quota": 25, "quota_approval": "局发〔2026〕3 号"}
    scheme = SchemeFactory(classes=[("leaders", 70), ("staff", 30)], **terms)
    round = RoundFactory(scheme=scheme, state=RoundState.OPEN)

    made = make_version(scheme, by=round.organiser)

    frozen, old = freeze_scheme(made), freeze_scheme(scheme)
    assert frozen.pop("scheme") == {"name": scheme.name, "version": 2}
    assert old.pop("scheme") == {"name": scheme.name, "version": 1}
    assert frozen == old
    assert made.previous == scheme
    scheme.refresh_from_db()
    round.refresh_from_db()
    assert (scheme.retired, made.retired, round.scheme) == (True, False, scheme)
    assert (is_in_use(scheme), is_in_use(made)) == (True, False)
    assert next_version(scheme.name) == 3
    assert scheme.criteria.count() == 2
    assert list(Scheme.objects.offered()) == [made]
    assert set(Scheme.objects.offered(round)) == {made, scheme}
    with translation.override("en"):
        assert str(made) == f"{scheme.name}, version 2"
