"""A site says who holds which role; without its own source, membership of a group does."""

from collections.abc import Collection, Iterable

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from pytest_django import Settings

from peer_review.providers.roles import GroupRoles
from peer_review.roles import role_names, users_with_role
from peer_review.users import User
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db

NAMED = {"named": {"inspector", "emperor"}}


class NamedRoles:
    """Roles by user name."""

    def roles_of(self, user: User) -> Iterable[str]:
        return NAMED.get(user.get_username(), set())

    def holders_of(self, roles: Collection[str]) -> QuerySet[Model]:
        names = [name for name, held in NAMED.items() if held & set(roles)]
        return get_user_model()._default_manager.filter(username__in=names)


@pytest.fixture
def own_source(settings: Settings) -> None:
    settings.PEER_REVIEW_ROLE_SOURCE = f"{__name__}.NamedRoles"


def test_groups_give_roles_where_the_site_has_no_source_of_its_own() -> None:
    member, stranger = make_user("", "organiser", "inspector"), make_user(is_superuser=True)

    assert set(GroupRoles().roles_of(member)) == {"organiser", "inspector"}
    assert set(GroupRoles().roles_of(stranger)) == set()
    assert list(GroupRoles().holders_of(["organiser", "inspector"])) == [member]


def test_sites_own_source_is_asked_and_groups_give_nothing(own_source: None) -> None:
    named, member = make_user(username="named"), make_user("", "organiser", "leadership")

    assert role_names(named) == {"inspector"}
    assert role_names(member) == frozenset()
    assert list(users_with_role("inspector")) == [named]
    assert list(users_with_role("organiser")) == []
