"""Predicates about roles: the user's groups, and nothing that Django gives superusers."""

import pytest
import rules

from peer_review.rules.roles import is_inspector, is_leader, is_organiser
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("predicate", "role"), [(is_organiser, "organiser"), (is_inspector, "inspector"), (is_leader, "leadership")]
)
def test_a_role_is_held_by_the_members_of_its_group_alone(predicate: rules.Predicate, role: str) -> None:
    others = {"organiser", "inspector", "leadership", "scrutineer", "staff"} - {role}

    assert predicate.test(make_user("", role)) is True
    assert predicate.test(make_user("", *others)) is False
    assert predicate.test(make_user(is_superuser=True, is_staff=True)) is False
    assert predicate.test(make_user("", role, is_active=False)) is False
