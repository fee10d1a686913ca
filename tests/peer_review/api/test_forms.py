"""The form in which somebody asks for a token."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review.api.domain import longest
from peer_review.api.forms import USUAL, IntegrationForm


def given(**changes: Any) -> dict[str, Any]:
    return {"name": "Archive", "scopes": ["rounds"], "last_day": timezone.localdate().isoformat()} | changes


def test_the_usual_last_day_is_offered() -> None:
    assert IntegrationForm().fields["last_day"].initial == timezone.localdate() + USUAL


@pytest.mark.parametrize("days", [0, 1, 366])
def test_today_and_a_year_from_now_are_last_days(days: int) -> None:
    last_day = timezone.localdate() + timedelta(days=days)
    form = IntegrationForm(given(last_day=last_day.isoformat()))
    assert form.is_valid()
    assert form.cleaned_data == {"name": "Archive", "scopes": ["rounds"], "last_day": last_day}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 51}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["rounds", "ballots"]}, "scopes"),
        ({"last_day": ""}, "last_day"),
        ({"last_day": "tomorrow"}, "last_day"),
        ({"last_day": "2026-02-30"}, "last_day"),
    ],
)
def test_anything_else_is_said_at_its_field(changes: dict[str, Any], field: str) -> None:
    assert set(IntegrationForm(given(**changes)).errors) == {field}


@pytest.mark.parametrize("days", [timedelta(days=-1), longest() + timedelta(days=1)])
def test_a_last_day_that_is_past_or_too_far_is_said_at_its_field(days: timedelta) -> None:
    last_day = timezone.localdate() + days
    assert set(IntegrationForm(given(last_day=last_day.isoformat())).errors) == {"last_day"}
