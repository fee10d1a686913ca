"""Forms about outcomes: they offer what the domain would take, and ask for what it would refuse."""

from typing import Any

import pytest

from peer_review.domain.outcomes.decisions import REASON_LENGTH, Choice
from peer_review.domain.outcomes.proposals import RoundProposal
from peer_review.forms.outcomes import (
    NOT_GRADED,
    AnswerForm,
    Decidable,
    DecisionsForm,
    ExtensionForm,
    GroundsForm,
    PublicNoticeForm,
    ReassignForm,
)
from peer_review.models import Decision
from tests.factories.peer_review.rounds import make_user

GRADES = {"excellent": "Excellent", "competent": "Competent"}
PROPOSAL = RoundProposal(
    grades={1: "excellent", 2: "", 3: ""},
    scored=frozenset({1, 2}),
    quota=20,
    approval="",
    places=1,
    line=None,
    tied=frozenset({2}),
    indistinct=frozenset(),
    left=0,
)
ROWS = [Decidable(1, "Ada", None), Decidable(2, "Ben", None), Decidable(3, "Cho", None)]


def decisions(data: dict[str, Any] | None = None, rows: list[Decidable] = ROWS) -> DecisionsForm:
    return DecisionsForm(data, rows=rows, proposal=PROPOSAL, grades=GRADES)


def test_a_form_begins_with_what_is_proposed_or_with_what_stands() -> None:
    stands = Decision(grade="competent", reason="Weighed.", number=2)
    form = decisions(rows=[*ROWS[:1], Decidable(2, "Ben", stands)])
    fields = form.fields

    assert (fields["grade-1"].initial, fields["seen-1"].initial) == ("excellent", 0)
    assert (fields["grade-2"].initial, fields["reason-2"].initial, fields["seen-2"].initial) == (
        "competent",
        "Weighed.",
        2,
    )


def test_only_who_has_figures_is_offered_grades() -> None:
    fields: dict[str, Any] = decisions().fields

    assert [key for key, _label in fields["grade-1"].choices] == ["", "excellent", "competent"]
    assert [key for key, _label in fields["grade-3"].choices] == ["", NOT_GRADED]


def test_decisions_are_those_that_were_chosen() -> None:
    form = decisions(
        {"grade-1": "excellent", "seen-1": "4", "grade-2": "", "grade-3": NOT_GRADED, "reason-3": " Few. "}
    )

    assert form.is_valid()
    assert form.choices() == [Choice(1, "excellent", "", seen=4), Choice(3, "", "Few.", seen=0)]


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        ({"grade-2": "competent"}, {"reason-2"}),
        ({"grade-2": "competent", "reason-2": "   "}, {"reason-2"}),
        ({"grade-3": NOT_GRADED}, {"reason-3"}),
        ({"grade-1": "superb"}, {"grade-1"}),
        ({"grade-3": "excellent", "reason-3": "x"}, {"grade-3"}),
        ({"grade-1": "excellent", "seen-1": "x"}, {"seen-1"}),
        ({"grade-1": "excellent", "reason-1": "x" * (REASON_LENGTH + 1)}, {"reason-1"}),
    ],
)
def test_decisions_that_the_domain_would_refuse_are_refused(data: dict[str, str], refused: set[str]) -> None:
    assert set(decisions(data).errors) == refused


def test_an_answer_leaves_the_grade_or_betters_it() -> None:
    better = [("excellent", "Excellent")]

    assert AnswerForm({"answer": "x", "grade": ""}, better=better, stands="Competent").is_valid()
    assert AnswerForm({"answer": "x", "grade": "excellent"}, better=better, stands="Competent").is_valid()
    worse = AnswerForm({"answer": "x", "grade": "basic"}, better=better, stands="Competent")
    assert set(worse.errors) == {"grade"}
    assert set(AnswerForm({"answer": " ", "grade": ""}, better=[], stands="Competent").errors) == {"answer"}


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_grounds_are_words_of_a_length_that_is_kept(text: str) -> None:
    assert set(GroundsForm({"grounds": text}).errors) == {"grounds"}
    assert GroundsForm({"grounds": "x" * 4999 + "\r\n"}).is_valid()


@pytest.mark.parametrize("text", ["", "  ", "x" * 501])
def test_a_longer_time_has_a_reason(text: str) -> None:
    assert set(ExtensionForm({"reason": text}).errors) == {"reason"}


@pytest.mark.django_db
def test_an_appeal_is_handed_to_somebody_on_the_list() -> None:
    ada, ben = make_user("Ada"), make_user("Ben")
    form = ReassignForm({"to": str(ada.pk)}, people=[ada])

    assert form.is_valid()
    assert form.cleaned_data["to"] == ada
    for to in (str(ben.pk), "", "x"):
        assert set(ReassignForm({"to": to}, people=[ada]).errors) == {"to"}


@pytest.mark.django_db
def test_objections_go_to_an_inspector() -> None:
    inspector = make_user("", "inspector")
    form = PublicNoticeForm({"contact": str(inspector.pk), "contact_words": "Room 3"})

    assert form.is_valid()
    assert form.cleaned_data["contact"] == inspector
    leader = make_user("", "leadership")
    assert set(PublicNoticeForm({"contact": str(leader.pk), "contact_words": ""}).errors) == {
        "contact",
        "contact_words",
    }
