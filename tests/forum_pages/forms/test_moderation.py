"""Forms of moderation."""

from __future__ import annotations

import pytest

from forum_pages.forms.moderation import DecisionForm, ReportForm, TopicModerateForm
from forum_pages.models import BoardPage
from tests.factories import forum_pages as make


def test_report_form_takes_a_reason_of_500_characters() -> None:
    assert ReportForm({"reason": "长" * 500}).is_valid()
    assert not ReportForm({"reason": "长" * 501}).is_valid()
    assert not ReportForm({"reason": ""}).is_valid()


def test_decision_form_takes_known_decisions_and_leaves_the_reason_to_the_domain() -> None:
    assert DecisionForm({"decision": "approve"}).is_valid()
    assert not DecisionForm({"decision": "burn"}).is_valid()


@pytest.mark.django_db
def test_topic_moderate_form_needs_a_board_only_to_move_to(board: BoardPage) -> None:
    other = make.board("other")
    boards = BoardPage.objects.filter(pk=other.pk)
    assert TopicModerateForm({"act": "hide", "reason": "x"}, boards=boards).is_valid()
    assert TopicModerateForm({"act": "move", "board": other.pk}, boards=boards).is_valid()
    assert set(TopicModerateForm({"act": "move"}, boards=boards).errors) == {"board"}
    elsewhere = TopicModerateForm({"act": "move", "board": board.pk}, boards=boards)
    assert len(elsewhere.errors["board"]) == 1
    assert set(TopicModerateForm({"act": "burn"}, boards=boards).errors) == {"act"}
