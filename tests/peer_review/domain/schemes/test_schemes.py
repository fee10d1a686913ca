"""Schemes: what is refused, in words; what a round freezes; what ships."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from peer_review.domain.schemes.schemes import (
    check_scheme,
    check_unused,
    copy_scheme,
    freeze_scheme,
    is_in_use,
    make_version,
    next_version,
    scheme_problems,
)
from peer_review.enums import RoundState, ScaleKind
from peer_review.exceptions.base import SchemeInvalid
from peer_review.exceptions.schemes import SchemeInUse, SchemeNameTaken
from peer_review.models import Scheme
from peer_review.models.scheme import default_visibility
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user


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

    assert freeze_scheme(scheme).as_json() == {
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
    assert (frozen.name, frozen.version) == (scheme.name, 2)
    assert (old.name, old.version) == (scheme.name, 1)
    assert replace(frozen, version=1) == old
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


@pytest.mark.django_db
class TestCopyScheme:
    def test_begins_a_scheme_of_its_own(self) -> None:
        scheme = SchemeFactory(classes=[("leaders", 70), ("staff", 30)])
        by = make_user("Organiser", "organiser")

        made = copy_scheme(scheme, name="Another", by=by)

        assert freeze_scheme(made) == replace(freeze_scheme(scheme), name="Another", version=1)
        assert (made.previous, scheme.retired) == (None, False)

    def test_refuses_a_name_that_is_taken(self) -> None:
        scheme = SchemeFactory()

        with pytest.raises(SchemeNameTaken):
            copy_scheme(scheme, name=scheme.name, by=make_user())
        assert Scheme.objects.count() == 1


@pytest.mark.django_db
def test_check_unused_refuses_a_scheme_that_any_round_was_made_from() -> None:
    check_unused(SchemeFactory())

    for state in (RoundState.DRAFT, RoundState.ARCHIVED):
        with pytest.raises(SchemeInUse):
            check_unused(RoundFactory(state=state).scheme)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "used"), [("draft", False), ("open", True), ("void", True), ("archived", True)])
def test_is_in_use_once_a_round_has_been_opened(state: str, used: bool) -> None:
    assert is_in_use(RoundFactory(state=state).scheme) is used
    assert not is_in_use(SchemeFactory())


@pytest.mark.django_db
def test_next_version_follows_the_highest_of_its_name() -> None:
    SchemeFactory(name="Autumn", version=3)
    SchemeFactory(name="Autumn", version=1)

    assert (next_version("Autumn"), next_version("Winter")) == (4, 1)


def test_scheme_problems_come_in_the_order_of_the_form() -> None:
    found = problems(criteria=[criterion("a", 60), criterion("a", 30)], classes=[], scale="stars", floor=None, bands=[])

    assert found == [
        "A scheme needs at least one voter class.",
        "Choose a scale.",
        "The floor k is at least 3.",
        "Two criteria have the key “a”.",
        "The weights of the criteria add up to 90, not 100.",
        "The grades need three lowest points between 100 and 1, each under the one before.",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"criteria": [criterion(f"c{n}", 1) for n in range(41)]}, "at most 40 criteria"),
        (
            {"classes": [SimpleNamespace(key=f"c{n}", label="C", weight=1) for n in range(13)]},
            "at most 12 voter classes",
        ),
        ({"criteria": [criterion("a", None), criterion("b", 100)]}, "The weight of “A” must be above 0"),
        ({"criteria": [criterion("a", Decimal("NaN")), criterion("b", 100)]}, "The weight of “A” must be above 0"),
        ({"criteria": [criterion("", 100)]}, "“” is not a usable key"),
    ],
)
def test_scheme_problems_names_what_a_form_may_leave_empty(changes: dict[str, Any], words: str) -> None:
    assert words in " ".join(problems(**changes))
