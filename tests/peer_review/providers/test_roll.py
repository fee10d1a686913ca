"""The roll source of a site without an organisation app: active users, their first group as section."""

import pytest
from django.contrib.auth.models import Group

from peer_review.providers.roll import Person, propose_from_groups
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db


def test_propose_from_groups_takes_active_users_with_their_first_group() -> None:
    first, _created = Group.objects.get_or_create(name="first")
    grouped, alone = make_user("Li"), make_user("", username="wang")
    grouped.groups.add(first)
    make_user("Left", is_active=False)

    assert list(propose_from_groups(None)) == [
        Person(grouped.pk, "Li", str(first.pk), "first"),
        Person(alone.pk, "wang", "all", ""),
    ]


def test_propose_from_groups_takes_two_queries_however_many(django_assert_num_queries: object) -> None:
    for number in range(4):
        make_user(f"Person {number}", "staff")

    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(list(propose_from_groups(None))) == 4
