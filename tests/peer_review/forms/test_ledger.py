"""The form by which figures are withdrawn."""

import pytest

from peer_review.forms.ledger import REASON_LENGTH, WithdrawalForm

GIVEN = {"criterion": "quality", "reason": "Worded wrongly", "confirmed": "on"}
CRITERIA = {"quality": "Quality"}


def test_a_criterion_a_reason_and_a_confirmation_are_taken() -> None:
    form = WithdrawalForm(GIVEN, criteria=CRITERIA)
    assert form.is_valid()
    assert form.cleaned_data == {"criterion": "quality", "reason": "Worded wrongly", "confirmed": True}


def test_about_a_subject_no_criterion_is_asked() -> None:
    form = WithdrawalForm({"reason": "Mixed up", "confirmed": "on", "criterion": "quality"}, criteria=None)
    assert form.is_valid()
    assert form.cleaned_data == {"reason": "Mixed up", "confirmed": True}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"criterion": ""}, "criterion"),
        ({"criterion": "spirit"}, "criterion"),
        ({"reason": ""}, "reason"),
        ({"reason": " \r\n "}, "reason"),
        ({"reason": "x" * (REASON_LENGTH + 1)}, "reason"),
        ({"reason": "a\x00"}, "reason"),
        ({"confirmed": ""}, "confirmed"),
    ],
)
def test_anything_less_is_said_at_its_field(changes: dict[str, str], field: str) -> None:
    assert set(WithdrawalForm(GIVEN | changes, criteria=CRITERIA).errors) == {field}


def test_a_line_break_counts_as_one_character() -> None:
    reason = "x" * (REASON_LENGTH - 1) + "\r\n" + "y"
    assert "reason" in WithdrawalForm(GIVEN | {"reason": reason}, criteria=CRITERIA).errors
    assert WithdrawalForm(GIVEN | {"reason": reason[1:]}, criteria=CRITERIA).is_valid()
