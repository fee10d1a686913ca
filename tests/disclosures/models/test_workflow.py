"""The two steps of the workflow."""

from typing import Any

import pytest

from organisation.enums import Role
from tests.factories import disclosures as make
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, Any]:
    return {
        "editor": make.person(Role.EDITOR),
        "inspector": make.person(Role.INSPECTOR),
        "leader": make.person(Role.LEADERSHIP),
        "all": make.person(Role.EDITOR, Role.INSPECTOR, Role.LEADERSHIP),
        "superuser": UserFactory(is_superuser=True),
    }


def test_waiting_steps_are_found_by_those_who_take_them(people: dict[str, Any]) -> None:
    page = make.submitted(author=people["editor"])
    task = page.current_workflow_task.specific

    waiting = {who for who, user in people.items() if task.get_task_states_user_can_moderate(user).exists()}

    assert waiting == {"inspector", "all"}
