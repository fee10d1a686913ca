"""Frozen schemes: what a round keeps as JSON, read once and never changed."""

import copy
import json
import pickle
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peer_review.enums import Audience, GradeSet, PaperKind
from peer_review.models import Round
from peer_review.models.scheme import default_bands
from peer_review.protocol.frozen_scheme import (
    AUDIENCES,
    FrozenClass,
    FrozenCriterion,
    FrozenScheme,
    FrozenSheetRule,
    SchemeUnreadable,
)
from peer_review.protocol.papers import BOUNDS, SHEET_RULES, SheetRule
from tests.factories.peer_review.frozen_schemes import frozen_form, frozen_scheme
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory

#: As rounds were frozen before there were whole sheets, comments, quotas, and criteria of some classes only.
FIRST_VERSION: dict[str, Any] = {
    "v": 1,
    "scale": "anchors",
    "min": 1,
    "max": 5,
    "criteria": [{"key": "quality", "label": "Quality", "description": "", "weight": "100", "anchors": list("abcde")}],
    "classes": [{"key": "a", "label": "A", "weight": "62.5"}, {"key": "b", "label": "B", "weight": "37.5"}],
    "floor": 5,
    "trim": False,
    "visibility": {"subject": True, "section_head": False, "leadership": True, "staff": False},
}
KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True)
WEIGHTS = st.decimals(min_value="0.01", max_value=100, places=2)
EDGES = st.none() | st.integers(0, 100)
CLASSES = st.lists(
    st.builds(FrozenClass, key=KEYS, label=st.text(max_size=9), weight=WEIGHTS), min_size=1, max_size=4
).map(tuple)
RULES = st.builds(
    FrozenSheetRule,
    kind=st.sampled_from(sorted(SHEET_RULES)),
    n=st.none() | st.integers(1, 500),
    percent=st.none() | st.integers(1, 100),
    points=st.none() | st.integers(1, 100),
)


@st.composite
def schemes(draw: st.DrawFn) -> FrozenScheme:
    classes = draw(CLASSES)
    scale = draw(st.sampled_from(sorted(BOUNDS)))
    criteria = st.builds(
        FrozenCriterion,
        key=KEYS,
        label=st.text(max_size=9),
        description=st.text(max_size=9),
        weight=WEIGHTS,
        anchors=st.lists(st.text(max_size=9), max_size=5).map(tuple),
        comment_below=EDGES,
        comment_above=EDGES,
        classes=st.lists(st.sampled_from([voters.key for voters in classes]), unique=True).map(tuple),
    )
    return FrozenScheme(
        name=draw(st.text(max_size=9)),
        version=draw(st.integers(1, 99)),
        scale=scale,
        min=BOUNDS[scale][0],
        max=BOUNDS[scale][1],
        criteria=tuple(draw(st.lists(criteria, max_size=4))),
        classes=classes,
        floor=draw(st.integers(3, 50)),
        trim=draw(st.booleans()),
        grade_set=draw(st.sampled_from(GradeSet.values)),
        bands=draw(st.tuples(*[st.integers(1, 100)] * 3)),
        paper=draw(st.sampled_from(PaperKind.values)),
        sheet_rules=tuple(draw(st.lists(RULES, max_size=4))),
        comments=draw(st.booleans()),
        comment_limit=draw(st.integers(50, 1000)),
        self_evaluation=draw(st.booleans()),
        min_return=draw(st.integers(0, 100)),
        excellent_quota=draw(st.integers(0, 25)),
        quota_approval=draw(st.text(max_size=9)),
        audiences=draw(st.frozensets(st.sampled_from(AUDIENCES))),
    )


class TestJson:
    @given(schemes())
    def test_a_scheme_survives_json_and_is_written_alike_again(self, scheme: FrozenScheme) -> None:
        text = json.dumps(scheme.as_json())

        assert FrozenScheme.from_json(json.loads(text)) == scheme
        assert json.dumps(FrozenScheme.from_json(json.loads(text)).as_json()) == text

    def test_a_form_is_written_as_it_was_read(self) -> None:
        rules = [{"kind": "quota", "percent": 25, "points": 90}, {"kind": "low", "n": 2, "points": 70}]
        form = frozen_form(paper="sheet", sheet_rules=[*rules, {"kind": "not_all_max"}])

        assert json.dumps(FrozenScheme.from_json(form).as_json()) == json.dumps(
            {**form, "criteria": [_ordered(row) for row in form["criteria"]]}
        )

    @pytest.mark.parametrize(("weight", "text"), [("60.00", "60"), ("33.30", "33.3"), ("100", "100"), ("1E+2", "100")])
    def test_weights_are_written_without_zeros_that_say_nothing(self, weight: str, text: str) -> None:
        assert FrozenClass("a", "A", Decimal(weight)).as_json()["weight"] == text

    def test_an_anonymous_class_is_written_as_it_always_was_and_another_says_so(self) -> None:
        known = FrozenClass("a", "A", Decimal(60), anonymous=False)

        assert list(FrozenClass("a", "A", Decimal(60)).as_json()) == ["key", "label", "weight"]
        assert known.as_json() == {"key": "a", "label": "A", "weight": "60", "anonymous": False}
        assert FrozenClass.from_json(known.as_json()) == known
        with pytest.raises(SchemeUnreadable):
            FrozenClass.from_json({**known.as_json(), "anonymous": "no"})

    def test_a_form_of_the_first_version_asks_all_classes_and_nothing_that_came_later(self) -> None:
        scheme = FrozenScheme.from_json(FIRST_VERSION)

        assert scheme.criterion("quality").classes == ("a", "b")
        assert scheme.criterion("quality").anchors == tuple("abcde")
        assert (scheme.criteria[0].comment_below, scheme.criteria[0].comment_above) == (None, None)
        assert (scheme.name, scheme.version, scheme.paper, scheme.sheet_rules) == ("", 0, PaperKind.SUBJECT, ())
        assert (scheme.comments, scheme.self_evaluation, scheme.min_return) == (False, False, 0)
        assert (scheme.excellent_quota, scheme.quota_approval) == (0, "")
        assert (scheme.grade_set, list(scheme.bands)) == (GradeSet.OFFICIALS, default_bands())
        assert scheme.audiences == {"subject", "leadership"}
        assert FrozenScheme.from_json(scheme.as_json()) == scheme

    def test_a_form_from_before_there_were_quotas_has_none(self) -> None:
        form = frozen_form()
        del form["excellent_quota"], form["quota_approval"]

        assert FrozenScheme.from_json(form) == frozen_scheme(excellent_quota=0)

    def test_keys_that_are_not_known_are_passed_over(self) -> None:
        criteria = [{**row, "colour": "red"} for row in frozen_form()["criteria"]]

        assert frozen_scheme(criteria=criteria, weather={"wind": 3}) == frozen_scheme()
        assert "weather" not in frozen_scheme(weather={"wind": 3}).as_json()

    def test_an_audience_sees_results_only_by_a_plain_yes(self) -> None:
        scheme = frozen_scheme(visibility={"subject": True, "leadership": 1, "staff": "yes", "neighbours": True})

        assert scheme.audiences == {"subject"}
        assert scheme.as_json()["visibility"] == {
            "subject": True,
            "section_head": False,
            "leadership": False,
            "staff": False,
        }

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"v": 3}, "v"),
            ({"v": True}, "v"),
            ({"scale": "stars"}, "scale"),
            ({"floor": "3"}, "floor"),
            ({"floor": 3.0}, "floor"),
            ({"trim": 1}, "trim"),
            ({"bands": [90, "70", 60]}, "bands"),
            ({"visibility": ["subject"]}, "visibility"),
            ({"classes": ["peers"]}, "classes"),
            ({"classes": [{"key": "peers", "label": "Peers", "weight": 100}]}, "weight"),
            ({"classes": [{"key": "peers", "label": "Peers", "weight": "much"}]}, "weight"),
            ({"classes": [{"key": "peers", "label": "Peers", "weight": "NaN"}]}, "weight"),
            ({"criteria": [{"label": "Quality", "weight": "100"}]}, "key"),
            ({"sheet_rules": [{"kind": "quota", "n": "two"}]}, "n"),
            ({"scheme": "Annual"}, "scheme"),
        ],
    )
    def test_what_is_no_scheme_is_refused_by_the_name_of_the_field(self, changes: dict[str, Any], name: str) -> None:
        with pytest.raises(SchemeUnreadable, match=f"^{name}$"):
            frozen_scheme(**changes)

    @pytest.mark.parametrize("form", [{}, None, [], "scheme"])
    def test_nothing_frozen_is_no_scheme(self, form: Any) -> None:
        with pytest.raises(SchemeUnreadable):
            FrozenScheme.from_json(form)


class TestLookups:
    def test_criteria_and_classes_are_found_by_key(self) -> None:
        scheme = frozen_scheme()

        assert scheme.criterion("spirit").label == "Spirit"
        assert scheme.voter_class("peers").weight == Decimal(100)
        assert (scheme.criterion_keys, scheme.class_keys) == (("quality", "spirit"), ("peers",))
        assert scheme.criterion_labels == {"quality": "Quality", "spirit": "Spirit"}
        assert scheme.class_labels == {"peers": "Peers"}
        with pytest.raises(KeyError, match="beauty"):
            scheme.criterion("beauty")
        with pytest.raises(KeyError, match="boss"):
            scheme.voter_class("boss")

    def test_a_class_is_asked_the_criteria_that_name_it(self) -> None:
        quality, spirit = FrozenScheme.from_json(FIRST_VERSION).criteria[0], frozen_scheme().criteria[1]
        scheme = replace(frozen_scheme(), criteria=(quality, spirit))

        assert scheme.criteria_of("a") == (quality,)
        assert scheme.criteria_of("peers") == (spirit,)
        assert scheme.criteria_of("") == ()
        assert (spirit.is_asked_of("peers"), spirit.is_asked_of("a")) == (True, False)

    def test_results_are_shown_to_the_audiences_alone(self) -> None:
        scheme = frozen_scheme(visibility={"leadership": True})

        assert [audience for audience in Audience if scheme.shows_results_to(audience)] == [Audience.LEADERSHIP]

    def test_audiences_are_those_of_the_code(self) -> None:
        assert list(AUDIENCES) == Audience.values

    @pytest.mark.parametrize(("percent", "subjects", "n"), [(25, 3, 1), (25, 8, 2), (25, 11, 2), (100, 4, 4)])
    def test_a_percentage_is_rounded_down_but_never_to_none(self, percent: int, subjects: int, n: int) -> None:
        rule = FrozenSheetRule("quota", percent=percent, points=90)

        assert rule.for_sheet(subjects) == SheetRule("quota", n=n, points=90)

    def test_a_number_is_the_same_on_every_sheet(self) -> None:
        assert FrozenSheetRule("low", n=2, points=70).for_sheet(9) == SheetRule("low", n=2, points=70)
        assert FrozenSheetRule("not_all_max").for_sheet(9) == SheetRule("not_all_max")


class TestValue:
    def test_equal_schemes_are_one_and_another_floor_is_another(self) -> None:
        assert frozen_scheme() == frozen_scheme()
        assert hash(frozen_scheme()) == hash(frozen_scheme())
        assert len({frozen_scheme(), frozen_scheme(), frozen_scheme(floor=4)}) == 2

    def test_nothing_of_it_can_be_changed(self) -> None:
        scheme = frozen_scheme()

        for thing, name in ((scheme, "floor"), (scheme.criteria[0], "weight"), (scheme.classes[0], "key")):
            with pytest.raises(FrozenInstanceError):
                setattr(thing, name, 1)
        assert all(isinstance(part, tuple) for part in (scheme.criteria, scheme.classes, scheme.bands))

    def test_changing_the_json_that_was_read_or_written_changes_no_scheme(self) -> None:
        form = frozen_form()
        scheme = FrozenScheme.from_json(form)

        form["criteria"][0]["anchors"].append("words")
        scheme.as_json()["bands"].append(1)

        assert scheme == frozen_scheme()

    def test_copies_are_equal(self) -> None:
        scheme = frozen_scheme()

        assert copy.deepcopy(scheme) == pickle.loads(pickle.dumps(scheme)) == scheme


class TestRound:
    def test_a_round_reads_its_form_once_and_a_new_one_anew(self) -> None:
        round = Round(form=frozen_form())
        first = round.frozen_scheme

        assert round.frozen_scheme is first
        round.form = frozen_form(floor=9)
        assert round.frozen_scheme == frozen_scheme(floor=9)
        round.form = frozen_form()
        assert round.frozen_scheme == first
        assert round.frozen_scheme is not first

    def test_a_round_that_has_frozen_nothing_has_no_scheme(self) -> None:
        round = Round()

        assert (round.has_frozen_scheme, round.has_comments) == (False, False)
        with pytest.raises(SchemeUnreadable):
            assert round.frozen_scheme

    @pytest.mark.django_db
    def test_the_floor_of_a_draft_is_that_of_its_scheme(self) -> None:
        round = RoundFactory(scheme=SchemeFactory(floor=7))
        assert round.floor == 7
        round.form = frozen_form(floor=4, comments=True)
        assert (round.floor, round.has_comments) == (4, True)


def _ordered(row: dict[str, Any]) -> dict[str, Any]:
    names = ("key", "label", "description", "weight", "anchors", "comment_below", "comment_above", "classes")
    return {name: row[name] for name in names}


def test_exact_scores_are_in_the_json_only_where_they_are_declared() -> None:
    """So the forms of rounds that were frozen before, and their hashes, stay byte for byte what they were."""
    plain = frozen_scheme()
    assert "exact_scores" not in plain.as_json()
    assert not plain.exact_scores
    declared = replace(plain, exact_scores=True)
    assert declared.as_json() == {**plain.as_json(), "exact_scores": True}
    assert FrozenScheme.from_json(declared.as_json()) == declared
    with pytest.raises(SchemeUnreadable):
        FrozenScheme.from_json({**plain.as_json(), "exact_scores": "yes"})
