"""JSON of a scheme, edited as ordinary fields."""

import json
from typing import Any

import pytest
from django.http import QueryDict

from peer_review.enums import Audience
from peer_review.forms.widgets import (
    AudiencesWidget,
    BandsWidget,
    LinesWidget,
    PartsWidget,
    SheetRulesWidget,
    WordsWidget,
    loaded,
    number,
)


@pytest.mark.parametrize(("text", "value"), [("7", 7), (" -3 ", -3), ("many", "many"), ("", ""), ("1.5", "1.5")])
def test_number_leaves_what_is_none_to_the_schemes_own_check(text: str, value: Any) -> None:
    assert number(text) == value


@pytest.mark.parametrize(("value", "found"), [("[1]", [1]), ([1], [1]), (None, None), ("[", None), ("", None)])
def test_loaded_reads_json_and_nothing_else(value: Any, found: Any) -> None:
    assert loaded(value) == found


class TestLinesWidget:
    @pytest.mark.parametrize(
        ("value", "shown"), [('["a", "b"]', "a\nb"), (["a"], "a"), (None, ""), ("no json", "no json"), ("{}", "{}")]
    )
    def test_shows_one_sentence_a_line(self, value: Any, shown: str) -> None:
        assert LinesWidget().format_value(value) == shown

    @pytest.mark.parametrize(("text", "value"), [(" a \n\n b", '["a", "b"]'), ("", "[]"), (None, None)])
    def test_reads_lines_without_blank_ones(self, text: str | None, value: str | None) -> None:
        data = {} if text is None else {"anchors": text}
        assert LinesWidget().value_from_datadict(data, {}, "anchors") == value


class TestWordsWidget:
    @pytest.mark.parametrize(("value", "shown"), [('["a", "b"]', "a, b"), (None, ""), ("x", "x")])
    def test_shows_words_with_commas(self, value: Any, shown: str) -> None:
        assert WordsWidget().format_value(value) == shown

    @pytest.mark.parametrize("text", ["a b", "a, b", "a，b", "a、b", "a;b；", "  a\n b "])
    def test_reads_words_however_they_are_separated(self, text: str) -> None:
        assert WordsWidget().value_from_datadict({"classes": text}, {}, "classes") == '["a", "b"]'

    def test_reads_nothing_as_no_words(self) -> None:
        assert WordsWidget().value_from_datadict({}, {}, "classes") == "[]"


class TestAudiencesWidget:
    @pytest.mark.parametrize(
        ("value", "shown"), [('{"staff": true, "subject": false}', ["staff"]), (None, []), ("[]", [])]
    )
    def test_shows_who_is_ticked(self, value: Any, shown: list[str]) -> None:
        assert AudiencesWidget().format_value(value) == shown

    def test_reads_every_audience_also_where_none_is_ticked(self) -> None:
        widget, ticked = AudiencesWidget(), QueryDict("visibility=staff&visibility=nobody")

        assert json.loads(widget.value_from_datadict(ticked, {}, "visibility")) == {
            audience: audience == "staff" for audience in Audience.values
        }
        assert not any(json.loads(widget.value_from_datadict(QueryDict(), {}, "visibility")).values())
        assert not widget.value_omitted_from_data(QueryDict(), {}, "visibility")


class TestPartsWidget:
    class Pair(PartsWidget):
        parts = (("a", "First", "text"), ("b", "Second", "text"))

    def test_shows_and_reads_named_parts(self) -> None:
        widget = self.Pair()
        shown = widget.get_context("pair", '{"a": "x"}', {})["parts"]

        assert [(part["name"], part["label"], part["type"], part["value"]) for part in shown] == [
            ("pair-a", "First", "text", "x"),
            ("pair-b", "Second", "text", ""),
        ]
        assert json.loads(widget.value_from_datadict({"pair-b": "y"}, {}, "pair")) == {"a": "", "b": "y"}

    def test_of_no_object_shows_nothing(self) -> None:
        assert {part["value"] for part in self.Pair().get_context("pair", "[1]", {})["parts"]} == {""}

    def test_is_omitted_only_where_no_part_was_posted(self) -> None:
        assert self.Pair().value_omitted_from_data({"other": "1"}, {}, "pair")
        assert not self.Pair().value_omitted_from_data({"pair-b": ""}, {}, "pair")
        assert self.Pair().id_for_label("id_pair") == ""


class TestBandsWidget:
    def test_shows_and_reads_three_numbers(self) -> None:
        widget = BandsWidget()
        data = {"bands-0": "90", "bands-1": "x", "bands-2": ""}

        assert widget.split([90, 70, 60]) == {"0": 90, "1": 70, "2": 60}
        assert widget.split({"not": "a list"}) == {}
        assert json.loads(widget.value_from_datadict(data, {}, "bands")) == [90, "x", ""]


class TestSheetRulesWidget:
    RULES: list[dict[str, Any]] = [
        {"kind": "quota", "percent": 25, "points": 90},
        {"kind": "low", "n": 2, "points": 60},
        {"kind": "not_all_equal"},
    ]

    def test_shows_each_rule_in_its_inputs(self) -> None:
        assert SheetRulesWidget().split(self.RULES) == {
            "quota_percent": 25,
            "quota_points": 90,
            "low_n": 2,
            "low_points": 60,
            "not_all_equal": True,
        }
        assert SheetRulesWidget().split("none") == {}

    def test_reads_what_it_shows(self) -> None:
        data = {f"rules-{suffix}": str(value) for suffix, value in SheetRulesWidget().split(self.RULES).items()}

        assert json.loads(SheetRulesWidget().value_from_datadict(data, {}, "rules")) == self.RULES

    def test_leaves_out_rules_without_a_number(self) -> None:
        assert json.loads(SheetRulesWidget().value_from_datadict({"rules-quota_n": " "}, {}, "rules")) == []


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a":' * 50_000])
def test_text_that_is_no_json_or_nests_too_deeply_is_nothing(text: str) -> None:
    assert loaded(text) is None
