"""Forms about words: which comment is withheld and why, and what people say of themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from peer_review.domain.publication.comments import REASON_LENGTH
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.forms.publication import CommentForm, SelfEvaluationForm, WithholdForm
from peer_review.models import Criterion, Round, SelfEvaluation
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory

ENTRY = "0f" * 32
POINTS: dict[str, Sequence[tuple[int, str]]] = {"quality": [], "spirit": []}
WORDS: dict[str, Sequence[tuple[int, str]]] = {
    key: [(number, f"{number} Words") for number in range(1, 6)] for key in POINTS
}
DATA = {"c-quality": "95", "c-spirit": "0", "text": "First\r\nwords"}


class TestWithholding:
    def test_a_comment_is_named_and_a_reason_given(self) -> None:
        form = WithholdForm({"entry": ENTRY, "reason": " It names a colleague. "})

        assert form.is_valid()
        assert form.cleaned_data == {"entry": ENTRY, "reason": "It names a colleague."}

    @pytest.mark.parametrize(
        ("data", "refused"),
        [
            ({}, {"entry", "reason"}),
            ({"entry": ENTRY}, {"reason"}),
            ({"entry": ENTRY, "reason": "  "}, {"reason"}),
            ({"entry": ENTRY, "reason": "x" * (REASON_LENGTH + 1)}, {"reason"}),
            ({"entry": ENTRY + "0", "reason": "x"}, {"entry"}),
            ({"entry": "\x00", "reason": "\x00"}, {"entry", "reason"}),
        ],
    )
    def test_what_cannot_be_kept_is_refused(self, data: dict[str, str], refused: set[str]) -> None:
        assert set(WithholdForm(data).errors) == refused

    def test_the_longest_reason_is_taken(self) -> None:
        assert WithholdForm({"entry": ENTRY, "reason": "字" * REASON_LENGTH}).is_valid()

    def test_readmitting_wants_no_reason(self) -> None:
        assert CommentForm({"entry": ENTRY}).is_valid()
        assert set(CommentForm({"entry": " "}).errors) == {"entry"}


@pytest.mark.django_db
class TestSelfEvaluation:
    @pytest.fixture
    def round(self) -> Round:
        return self.make_round()

    @staticmethod
    def make_round(**scheme: Any) -> Round:
        round: Round = RoundFactory(scheme=SchemeFactory(self_evaluation=True, **scheme))
        round.form = freeze_scheme(round.scheme).as_json()
        round.save()
        return round

    @staticmethod
    def form(
        round: Round,
        data: dict[str, str] | None,
        choices: Mapping[str, Sequence[tuple[int, str]]] = POINTS,
        **more: Any,
    ) -> SelfEvaluationForm:
        return SelfEvaluationForm(data, round=round, choices=choices, **more)

    def test_points_and_words_are_taken(self, round: Round) -> None:
        form = self.form(round, DATA)

        assert form.is_valid()
        assert form.answers() == {"quality": 95, "spirit": 0}
        assert form.cleaned_data["text"] == "First\nwords"

    @pytest.mark.parametrize("points", ["0", "100"])
    def test_the_ends_of_the_scale_are_on_it(self, round: Round, points: str) -> None:
        assert self.form(round, {**DATA, "c-quality": points}).is_valid()

    @pytest.mark.parametrize("points", ["-1", "101", "dk", "9.5", "", " ", "1e1", "\x00"])
    def test_what_is_not_on_the_scale_is_refused(self, round: Round, points: str) -> None:
        assert set(self.form(round, {**DATA, "c-quality": points}).errors) == {"c-quality"}

    def test_every_criterion_wants_an_answer_and_words_may_be_missing(self, round: Round) -> None:
        assert set(self.form(round, {}).errors) == {"c-quality", "c-spirit"}
        assert self.form(round, {"c-quality": "1", "c-spirit": "2"}).is_valid()

    def test_answers_in_words_are_numbers_of_the_offered_ones(self) -> None:
        round = self.make_round(scale="anchors")

        form = self.form(round, {"c-quality": "5", "c-spirit": "1"}, WORDS)
        assert form.is_valid()
        assert form.answers() == {"quality": 5, "spirit": 1}
        for answer in ("0", "6", "dk", ""):
            assert set(self.form(round, {"c-quality": answer, "c-spirit": "1"}, WORDS).errors) == {"c-quality"}

    def test_nobody_is_asked_whether_they_know_themselves(self) -> None:
        assert "dk" not in str(self.form(self.make_round(scale="anchors"), None, WORDS))

    def test_words_are_as_many_as_the_scheme_allows(self) -> None:
        round = self.make_round(comment_limit=20)

        assert self.form(round, {**DATA, "text": "字" * 20}).is_valid()
        assert self.form(round, {**DATA, "text": "\r\n".join("字" * 10)}).is_valid()
        assert set(self.form(round, {**DATA, "text": "字" * 21}).errors) == {"text"}

    @pytest.mark.usefixtures("in_english")
    def test_the_limit_is_said(self) -> None:
        fields = self.form(self.make_round(comment_limit=20), None).fields

        assert fields["text"].help_text == "At most 20 characters."

    def test_what_was_kept_is_shown_again(self, round: Round) -> None:
        kept = SelfEvaluation(answers={"quality": 41, "spirit": 43}, text="My own words")
        form = self.form(round, None, kept=kept)

        assert [form[name].value() for name in ("c-quality", "c-spirit", "text")] == [41, 43, "My own words"]
        # What is typed anew comes before what was kept.
        again = self.form(round, DATA, kept=kept)
        assert again["c-quality"].value() == "95"

    def test_a_criterion_may_be_called_like_the_words(self) -> None:
        round = self.make_round(criteria=[("text", 100)])

        form = self.form(round, {"c-text": "7", "text": "Words"}, {"text": []})
        assert form.is_valid()
        assert (form.answers(), form.cleaned_data["text"]) == ({"text": 7}, "Words")

    def test_fields_carry_the_words_of_the_frozen_form(self) -> None:
        round = self.make_round()
        Criterion.objects.filter(scheme=round.scheme).update(label="Changed since")

        fields = self.form(round, None).fields
        assert [fields[name].label for name in ("c-quality", "c-spirit")] == ["Quality", "Spirit"]
