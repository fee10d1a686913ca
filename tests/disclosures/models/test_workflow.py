"""The two steps of the workflow."""

from typing import Any

import pytest

from disclosures.models import ApprovalTask, SecrecyReviewTask
from tests.factories import disclosures as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    return make.people()


def test_waiting_steps_are_found_by_those_who_take_them(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    task = page.current_workflow_task.specific

    waiting = {who for who, user in people.items() if task.get_task_states_user_can_moderate(user).exists()}

    assert waiting == {"inspector", "all"}


@pytest.mark.parametrize(
    ("who", "actions"),
    [
        ("inspector", {"approve", "reject"}),
        ("all", {"approve", "reject"}),
        ("editor", set()),
        ("leader", set()),
        ("superuser", set()),
    ],
)
def test_members_of_a_step_are_offered_its_actions(people: dict[str, Any], who: str, actions: set[str]) -> None:
    page = make.submitted(author=people["editor"])

    offered = page.current_workflow_task.specific.get_actions(page, people[who])

    assert {name for name, _label, _needs_comment in offered} == actions


def test_author_may_send_back_the_own_work_and_not_approve_it(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["all"])

    offered = page.current_workflow_task.specific.get_actions(page, people["all"])

    assert {name for name, _label, _needs_comment in offered} == {"reject"}


def test_steps_describe_themselves(in_english: None) -> None:
    assert "review for secrecy" in SecrecyReviewTask.get_description()
    assert "approve what they have not written" in ApprovalTask.get_description()
