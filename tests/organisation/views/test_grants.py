"""Pages about roles: propose, confirm, withdraw; and what was told."""

import pytest
from django.test import Client
from django.urls import reverse

from organisation.domain.grants import propose, propose_first
from organisation.enums import Role
from organisation.models import AccountNotice, RoleGrant, User
from organisation.roles import has_role
from tests.factories.organisation import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_administrator_proposes_and_inspector_confirms() -> None:
    admin = signed_in(UserFactory(roles=[Role.ADMINISTRATOR]))
    inspector = signed_in(UserFactory(roles=[Role.INSPECTOR]))
    person = StaffFactory(employee_number="7001", name="张三")

    answer = admin.post(reverse("roles"), {"person": "7001", "role": "leadership", "reason": "任命"})
    assert answer.status_code == 302
    grant = RoleGrant.objects.proposed().get()
    admin.post(reverse("roles_confirm"), {"grant": grant.pk})
    assert RoleGrant.objects.proposed().exists()
    page = inspector.get(reverse("roles")).content.decode()
    assert "张三" in page
    assert "任命" in page
    assert reverse("roles") in inspector.get(reverse("account_notices")).content.decode()
    inspector.post(reverse("roles_confirm"), {"grant": grant.pk})

    assert has_role(User.objects.get(pk=person.user_id), Role.LEADERSHIP)
    inspector.post(reverse("role_withdraw", args=[grant.pk]), {"reason": "调离"})
    assert not has_role(User.objects.get(pk=person.user_id), Role.LEADERSHIP)
    assert "调离" in admin.get(reverse("roles")).content.decode()


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.INSPECTOR}))
def test_others_see_their_own_roles_and_change_nothing_of_anybodys(role: Role) -> None:
    client = signed_in(UserFactory(roles=[role]))
    grant = propose(person=UserFactory(name="别人"), role=Role.SCRUTINEER, by=UserFactory(roles=[Role.INSPECTOR]))

    assert "别人" not in client.get(reverse("roles")).content.decode()
    assert client.post(reverse("roles"), {"person": "x", "role": "leadership", "reason": "x"}).status_code == 403
    client.post(reverse("roles_confirm"), {"grant": grant.pk})
    assert client.post(reverse("role_withdraw", args=[grant.pk]), {"reason": "x"}).status_code == 404
    grant.refresh_from_db()
    assert (grant.confirmed_at, grant.withdrawn_at) == (None, None)


def test_first_inspector_without_a_role_yet_confirms_the_administrator() -> None:
    inspector = UserFactory()
    (grant, _own) = propose_first(administrator=UserFactory(name="首任"), inspector=inspector)
    client = signed_in(inspector)

    assert "首任" in client.get(reverse("roles")).content.decode()
    client.post(reverse("roles_confirm"), {"grant": grant.pk})

    assert RoleGrant.objects.in_force().get() == grant


@pytest.mark.parametrize("ids", [[], ["x"], ["9" * 40], ["-1"], ["0"], ["9223372036854775808"], ["1\x00"], ["１"]])
def test_odd_ticks_confirm_nothing(ids: list[str]) -> None:
    client = signed_in(UserFactory(roles=[Role.INSPECTOR]))
    propose(person=UserFactory(), role=Role.SCRUTINEER, by=UserFactory(roles=[Role.ADMINISTRATOR]))

    assert client.post(reverse("roles_confirm"), {"grant": ids}).status_code == 302
    assert RoleGrant.objects.proposed().exists()


@pytest.mark.parametrize("person", ["", "niemand", "\x00", "x" * 200])
def test_odd_names_are_errors_of_the_form(person: str) -> None:
    client = signed_in(UserFactory(roles=[Role.INSPECTOR]))

    answer = client.post(reverse("roles"), {"person": person, "role": "leadership", "reason": "x"})

    assert answer.status_code == 422
    assert not RoleGrant.objects.proposed().exists()


def test_refusals_are_shown_and_nothing_is_lost() -> None:
    inspector = UserFactory(roles=[Role.INSPECTOR])
    client = signed_in(inspector)

    own = client.post(reverse("roles"), {"person": inspector.username, "role": "leadership", "reason": "自荐"})
    last = client.post(reverse("role_withdraw", args=[RoleGrant.objects.get().pk]), {"reason": "不干了"})

    assert (own.status_code, last.status_code) == (422, 409)
    assert "自荐" in own.content.decode()
    assert "不干了" in last.content.decode()
    assert client.post(reverse("role_withdraw", args=[RoleGrant.objects.get().pk]), {}).status_code == 422


def test_strangers_are_sent_to_the_sign_in() -> None:
    grant = propose(person=UserFactory(), role=Role.SCRUTINEER, by=UserFactory(roles=[Role.INSPECTOR]))

    for url in (reverse("roles"), reverse("account_notices"), reverse("role_withdraw", args=[grant.pk])):
        answer = Client().get(url)
        assert (answer.status_code, answer["Location"].startswith(reverse("login"))) == (302, True)


def test_notices_are_read_by_whom_they_are_for_and_no_cache_keeps_them() -> None:
    person = UserFactory()
    propose(person=person, role=Role.SCRUTINEER, by=UserFactory(name="提名人", roles=[Role.ADMINISTRATOR]))
    client, other = signed_in(person), signed_in(UserFactory())

    answer = client.get(reverse("account_notices"))
    assert "提名人" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert "提名人" not in other.get(reverse("account_notices")).content.decode()
    other.post(reverse("account_notices"))
    assert AccountNotice.objects.filter(is_read=False).count() == 1
    client.post(reverse("account_notices"))
    assert not AccountNotice.objects.filter(to=person, is_read=False).exists()
