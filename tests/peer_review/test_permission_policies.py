"""Wagtail's admin asks our rules: organisers may do everything with schemes, nobody else anything."""

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.models import Scheme
from peer_review.permission_policies import SchemePermissionPolicy
from tests.factories.peer_review.rounds import SchemeFactory, make_user

pytestmark = pytest.mark.django_db


def test_the_policy_answers_for_lists_as_it_does_for_single_schemes() -> None:
    scheme = SchemeFactory()
    policy = SchemePermissionPolicy(Scheme)
    organiser, superuser = make_user("", "organiser"), make_user(is_superuser=True)

    for user, allowed in ((organiser, True), (superuser, False)):
        assert policy.user_has_permission_for_instance(user, "change", scheme) is allowed
        assert policy.instances_user_has_any_permission_for(user, ["change"]).exists() is allowed
        assert (user in policy.users_with_any_permission(["change"])) is allowed
        assert (user in policy.users_with_any_permission_for_instance(["change"], scheme)) is allowed


@pytest.mark.parametrize("action", ["add", "change", "delete", "view"])
def test_the_policy_knows_no_difference_between_actions(action: str) -> None:
    policy = SchemePermissionPolicy(Scheme)

    assert policy.user_has_permission(make_user("", "organiser"), action) is True
    for stranger in (None, AnonymousUser(), make_user("", "leadership")):
        assert policy.user_has_permission(stranger, action) is False
        assert not policy.instances_user_has_any_permission_for(stranger, [action]).exists()
