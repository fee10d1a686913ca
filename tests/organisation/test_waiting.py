"""What waits for a person about accounts."""

import pytest
from pytest_django import DjangoAssertNumQueries

from organisation.domain.grants import propose
from organisation.enums import Role
from organisation.models import User
from organisation.waiting import notices, roles
from tests.factories.organisation import UserFactory

pytestmark = pytest.mark.django_db


def test_roles_wait_for_those_who_may_confirm_them(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    admin, inspector = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory(roles=[Role.INSPECTOR])
    person = UserFactory()
    propose(person=person, role=Role.LEADERSHIP, by=admin)

    assert [item.count for item in roles(inspector)] == [1]
    assert [list(roles(user)) for user in (admin, person, UserFactory(is_superuser=True))] == [[], [], []]
    inspector = User.objects.get(pk=inspector.pk)
    with django_assert_num_queries(2):  # the roles of the person, once, and the count
        list(roles(inspector))


def test_notices_wait_until_they_are_read() -> None:
    admin, person = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory()
    propose(person=person, role=Role.LEADERSHIP, by=admin)

    assert [item.count for item in notices(person)] == [1]
    assert list(notices(admin)) == []
    person.account_notices.update(is_read=True)
    assert list(notices(person)) == []
