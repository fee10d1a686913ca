"""A role takes two people: one proposes, another confirms, and neither is the one who gets it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail.models import ModelLogEntry

from organisation.domain.grants import confirm, end_all, follow_headships, propose, propose_first, withdraw
from organisation.domain.notices import sentence
from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, GrantOrigin, Role
from organisation.exceptions import (
    AccountClosed,
    AlreadyGranted,
    DerivedRole,
    GrantSettled,
    GrantsExist,
    LastHolder,
    NeedsNoGrant,
    NotForYourself,
    NotGrantors,
    NotSecondPerson,
)
from organisation.models import AccountNotice, RoleGrant, User
from organisation.roles import has_role, holders_of
from tests.factories.organisation import SectionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def admin() -> User:
    return UserFactory(name="管", roles=[Role.ADMINISTRATOR])


@pytest.fixture
def inspector() -> User:
    return UserFactory(name="纪", roles=[Role.INSPECTOR])


def holds(user: User, role: Role) -> bool:
    return has_role(User.objects.get(pk=user.pk), role)


def test_role_holds_from_the_second_person_on(admin: User, inspector: User) -> None:
    person = UserFactory()

    grant = propose(person=person, role=Role.LEADERSHIP, by=admin, reason="任命")
    assert not holds(person, Role.LEADERSHIP)
    confirm(grants=[grant], by=inspector)

    assert holds(person, Role.LEADERSHIP)
    assert list(holders_of(Role.LEADERSHIP)) == [person]
    entries = ModelLogEntry.objects.filter(object_id=str(person.pk)).order_by("pk")
    assert list(entries.values_list("action", "user", "data")) == [
        ("organisation.propose_role", admin.pk, {"role": "leadership", "reason": "任命"}),
        ("organisation.confirm_role", inspector.pk, {"role": "leadership", "reason": "任命"}),
    ]


@pytest.mark.parametrize("role", sorted(GRANTED_ROLES - DERIVED_ROLES))
def test_group_alone_proposal_alone_and_superuser_hold_nothing(role: Role, admin: User) -> None:
    from organisation.roles import group_of

    in_group, proposed, superuser = UserFactory(), UserFactory(), UserFactory(is_superuser=True)
    in_group.groups.add(group_of(role))
    propose(person=proposed, role=role, by=admin)

    assert [holds(user, role) for user in (in_group, proposed, superuser)] == [False, False, False]
    assert not holders_of(role).filter(pk__in=[in_group.pk, proposed.pk, superuser.pk]).exists()
    assert not User.objects.get(pk=in_group.pk).get_group_permissions()


def test_nobody_confirms_what_they_proposed_or_get(admin: User, inspector: User) -> None:
    grant = propose(person=inspector, role=Role.SCRUTINEER, by=admin)

    with pytest.raises(NotForYourself):
        confirm(grants=[grant], by=inspector)
    with pytest.raises(NotSecondPerson):
        confirm(grants=[grant], by=admin)
    with pytest.raises(NotForYourself):
        propose(person=admin, role=Role.LEADERSHIP, by=admin)
    for user in (admin, inspector, None, AnonymousUser()):
        assert not RoleGrant.objects.confirmable_by(user).exists()
    grant.refresh_from_db()
    assert grant.confirmed_at is None


def test_database_itself_refuses_one_person_in_two_parts(admin: User, inspector: User) -> None:
    grant = propose(person=inspector, role=Role.SCRUTINEER, by=admin)

    for user in (admin, inspector):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.filter(pk=grant.pk).update(confirmed_by=user, confirmed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=grant.pk).update(confirmed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(person=inspector, role=Role.SCRUTINEER)


def test_only_administrators_and_inspectors_have_a_part(admin: User) -> None:
    grant = propose(person=UserFactory(), role=Role.SCRUTINEER, by=admin)
    others = [UserFactory(roles=[role]) for role in sorted(set(Role) - {Role.ADMINISTRATOR, Role.INSPECTOR})]

    for user in (*others, UserFactory(is_superuser=True)):
        with pytest.raises(NotGrantors):
            propose(person=UserFactory(), role=Role.INSPECTOR, by=user)
        with pytest.raises(NotGrantors):
            confirm(grants=[grant], by=user)
        with pytest.raises(NotGrantors):
            withdraw(grant=grant, by=user)
        assert not RoleGrant.objects.confirmable_by(user).exists()


def test_what_is_settled_closed_or_held_already_is_refused(admin: User, inspector: User) -> None:
    person, closed = UserFactory(), UserFactory(is_active=False)
    grant = propose(person=person, role=Role.ORGANISER, by=admin)

    with pytest.raises(AlreadyGranted):
        propose(person=person, role=Role.ORGANISER, by=inspector)
    with pytest.raises(AccountClosed):
        propose(person=closed, role=Role.ORGANISER, by=admin)
    with pytest.raises(DerivedRole):
        propose(person=person, role=Role.SECTION_HEAD, by=admin)
    with pytest.raises(NeedsNoGrant):
        propose(person=person, role=Role.EDITOR, by=admin)
    confirm(grants=[grant], by=inspector)
    with pytest.raises(GrantSettled):
        confirm(grants=[grant], by=inspector)
    withdraw(grant=grant, by=admin, reason="调离")
    with pytest.raises(GrantSettled):
        withdraw(grant=grant, by=admin)
    assert not holds(person, Role.ORGANISER)
    left = propose(person=person, role=Role.ORGANISER, by=admin)
    User.objects.filter(pk=person.pk).update(is_active=False)
    with pytest.raises(AccountClosed):
        confirm(grants=[left], by=inspector)


def test_list_is_confirmed_whole_or_not_at_all(admin: User, inspector: User) -> None:
    sound = propose(person=UserFactory(), role=Role.ORGANISER, by=admin)
    own = propose(person=UserFactory(), role=Role.ORGANISER, by=inspector)

    with pytest.raises(NotSecondPerson):
        confirm(grants=[sound, own], by=inspector)

    assert not RoleGrant.objects.in_force().filter(role=Role.ORGANISER).exists()


def test_last_administrator_and_last_inspector_stay(admin: User, inspector: User) -> None:
    for user, other in ((admin, inspector), (inspector, admin)):
        grant = RoleGrant.objects.get(person=user)
        for by in (user, other):
            with pytest.raises(LastHolder):
                withdraw(grant=grant, by=by)
    second = UserFactory(roles=[Role.INSPECTOR])

    withdraw(grant=RoleGrant.objects.get(person=inspector), by=inspector)

    assert list(holders_of(Role.INSPECTOR)) == [second]


def test_first_two_confirm_each_other_once() -> None:
    administrator, inspector, other = UserFactory(), UserFactory(), UserFactory()
    with pytest.raises(NotSecondPerson):
        propose_first(administrator=administrator, inspector=administrator)
    with pytest.raises(AccountClosed):
        propose_first(administrator=administrator, inspector=UserFactory(is_active=False))
    of_administrator, of_inspector = propose_first(administrator=administrator, inspector=inspector)
    assert list(RoleGrant.objects.confirmable_by(inspector)) == [of_administrator]
    assert not RoleGrant.objects.confirmable_by(other).exists()
    with pytest.raises(NotForYourself):
        confirm(grants=[of_administrator], by=administrator)
    with pytest.raises(NotGrantors):
        confirm(grants=[of_administrator], by=other)

    confirm(grants=[of_administrator], by=inspector)
    confirm(grants=[of_inspector], by=User.objects.get(pk=administrator.pk))

    assert holds(administrator, Role.ADMINISTRATOR)
    assert holds(inspector, Role.INSPECTOR)
    with pytest.raises(GrantsExist):
        propose_first(administrator=other, inspector=UserFactory())


def test_first_pair_is_confirmed_by_nobody_else_and_not_beside_other_grants() -> None:
    (grant, _other) = propose_first(administrator=UserFactory(), inspector=UserFactory())
    stranger = UserFactory(roles=[Role.ADMINISTRATOR])

    assert not RoleGrant.objects.confirmable_by(stranger).exists()
    with pytest.raises(NotGrantors):
        confirm(grants=[grant], by=stranger)


def test_section_heads_of_the_records_are_proposals_until_a_second_person_confirms_the_list(
    admin: User, inspector: User
) -> None:
    one, two, section, other = UserFactory(), UserFactory(), SectionFactory(), SectionFactory()

    follow_headships(headed={one.pk: section.pk, two.pk: other.pk}, by=admin)
    follow_headships(headed={one.pk: section.pk}, by=admin)

    proposals = list(RoleGrant.objects.proposed())
    assert {(grant.person, grant.section, grant.origin) for grant in proposals} == {
        (one, section, GrantOrigin.RECORD),
        (two, other, GrantOrigin.RECORD),
    }
    with pytest.raises(NotSecondPerson):
        confirm(grants=proposals, by=admin)
    confirm(grants=proposals, by=inspector)
    assert holds(one, Role.SECTION_HEAD)

    follow_headships(headed={one.pk: other.pk, two.pk: None}, by=admin)

    assert not holds(one, Role.SECTION_HEAD)
    assert not holds(two, Role.SECTION_HEAD)
    assert [(grant.person, grant.section) for grant in RoleGrant.objects.proposed()] == [(one, other)]


def test_whoever_left_holds_nothing_on_coming_back_and_the_inspectors_hear_of_it(admin: User, inspector: User) -> None:
    person = UserFactory(roles=[Role.LEADERSHIP, Role.SCRUTINEER])
    propose(person=person, role=Role.ORGANISER, by=admin)

    end_all(user_ids=[person.pk])

    assert not RoleGrant.objects.open().filter(person=person).exists()
    assert AccountNotice.objects.filter(to=inspector, kind="role_withdrawn", about=person).count() == 2
    assert not User.objects.get(pk=person.pk).groups.exists()


def test_owner_and_inspectors_hear_of_every_step(
    admin: User, inspector: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    person = UserFactory(name="张三", email="zhang@example.org")
    bystander = UserFactory(roles=[Role.LEADERSHIP])

    with django_capture_on_commit_callbacks(execute=True):
        grant = propose(person=person, role=Role.LEADERSHIP, by=admin)
        confirm(grants=[grant], by=inspector)
        withdraw(grant=grant, by=admin)

    def told(user: User) -> list[str]:
        return [sentence(notice) for notice in AccountNotice.objects.filter(to=user).order_by("pk")]

    assert told(person) == [
        "管 proposed the role “Leadership” for you. It holds once a second person has confirmed it.",
        "You hold the role “Leadership” from now on; 纪 confirmed it.",
        "You no longer hold the role “Leadership”; 管 withdrew it.",
    ]
    assert told(inspector) == [
        "管 proposed the role “Leadership” for 张三. A second person has to confirm it.",
        "张三 no longer holds the role “Leadership”; 管 withdrew it.",
    ]
    assert told(bystander) == told(admin) == []
    assert [message.to for message in mail.outbox] == [["zhang@example.org"]] * 3
