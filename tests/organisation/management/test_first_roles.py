"""The two people with whom a site begins."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from organisation.domain.invitations import find_invitation
from organisation.models import RoleGrant
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_two_people_are_named_once_and_get_links_where_they_have_no_password() -> None:
    person, other = StaffFactory(user__username="1001"), StaffFactory(user__username="1002")
    person.user.set_unusable_password()
    person.user.save()
    out = StringIO()

    call_command("first_roles", administrator="1001", inspector="1002", stdout=out)

    (token,) = re.findall(r"/accounts/invitation/([\w-]+)/", out.getvalue())
    assert find_invitation(token=token).user == person.user
    grants = RoleGrant.objects.order_by("pk").values_list("person", "role", "confirmed_at")
    assert list(grants) == [(person.user_id, "administrator", None), (other.user_id, "inspector", None)]
    with pytest.raises(CommandError):
        call_command("first_roles", administrator="1002", inspector="1001")


def test_unknown_account_and_one_person_twice_are_refused() -> None:
    UserFactory(username="1001")

    for names in (("1001", "1002"), ("1001", "1001")):
        with pytest.raises(CommandError):
            call_command("first_roles", administrator=names[0], inspector=names[1])
    assert not RoleGrant.objects.exists()
