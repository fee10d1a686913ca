"""Sections, ranks, staff and one sign-in per role."""

import pytest
from django.test import Client

from demo.load.people import DEMO_PASSWORD, ROOT_SECTION, load_people, sign_ins
from organisation.enums import Role
from organisation.models import Rank, Section, Staff, User
from organisation.roles import has_role

pytestmark = pytest.mark.django_db


def test_organisation_is_loaded_once_and_grows_by_what_is_missing() -> None:
    assert load_people(120) == 120
    assert load_people(120) == 0
    assert load_people(125) == 5

    assert (Staff.objects.count(), Section.objects.count(), Rank.objects.count()) == (125, 10, 3)
    assert Section.objects.get(code=ROOT_SECTION[0]).children.count() == 9
    signing_in = sign_ins()
    assert [line.role for line in signing_in] == list(Role)
    assert [line.role for line in signing_in if not has_role(line.user, line.role)] == []
    with_password = {user.username for user in User.objects.all() if user.has_usable_password()}
    assert with_password == {line.user.username for line in signing_in}
    assert Client().login(username="organiser", password=DEMO_PASSWORD)
