"""Sections, ranks, staff and one sign-in per role."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from demo.people import RANKS, ROLE_SEATS, SECTIONS, DemoPerson, people
from organisation.domain import grants
from organisation.domain.roles import FREE_ROLES, assign_role
from organisation.domain.staff import hire
from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, GrantOrigin, Role
from organisation.models import AccountNotice, Rank, RoleGrant, Section, Staff, User

#: For the sign-ins that the demonstration prints. Everybody else has no password and needs an invitation.
DEMO_PASSWORD = "zhengyan-2026"  # noqa: S105 - printed on purpose; the demonstration listens on this computer only
ROOT_SECTION = ("bureau", "云港机场检验检疫局")


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A line of the list that `make demo` prints."""

    role: Role
    user: User


@transaction.atomic
def load_people(size: int) -> int:
    """Make sure the organisation has its first `size` employees; return how many were added."""
    sections = _sections()
    ranks = {
        code: Rank.objects.get_or_create(code=code, defaults={"name": name, "order": order})[0]
        for order, (code, name) in enumerate(RANKS)
    }
    known = set(Staff.objects.values_list("employee_number", flat=True))
    added = 0
    for person in people(size):
        if person.number in known:
            continue
        _hire(person, sections[person.section], ranks[person.rank])
        added += 1
    _confirm_roles(people(size))
    return added


def _confirm_roles(everybody: Iterable[DemoPerson]) -> None:
    """Let the administrator propose, and the inspector confirm, the roles that take two people."""
    roles = {person.username: GRANTED_ROLES.intersection(person.roles) - DERIVED_ROLES for person in everybody}
    users = User.objects.in_bulk([name for name, wanted in roles.items() if wanted], field_name="username")
    administrator, inspector = users["admin"], users["inspector"]
    if not RoleGrant.objects.filter(origin=GrantOrigin.FIRST).exists():
        for grant in grants.propose_first(administrator=administrator, inspector=inspector):
            grants.confirm(grants=[grant], by=inspector if grant.person_id == administrator.pk else administrator)
    administrator, inspector = (User.objects.get(pk=user.pk) for user in (administrator, inspector))
    for name, user in users.items():
        held = set(RoleGrant.objects.open().filter(person=user).values_list("role", flat=True))
        for role in sorted(roles[name] - held):
            grants.propose(person=user, role=Role(role), by=administrator)
    if waiting := list(RoleGrant.objects.confirmable_by(inspector)):
        grants.confirm(grants=waiting, by=inspector)
    AccountNotice.objects.update(is_read=True)


def _sections() -> dict[str, Section]:
    root, _made = Section.objects.get_or_create(code=ROOT_SECTION[0], defaults={"name": ROOT_SECTION[1]})
    return {
        code: Section.objects.get_or_create(code=code, defaults={"name": name, "parent": root, "sort_order": order})[0]
        for order, (code, name, _share) in enumerate(SECTIONS, start=1)
    }


def _hire(person: DemoPerson, section: Section, rank: Rank) -> None:
    staff = hire(
        name=person.name,
        employee_number=person.number,
        section=section,
        rank=rank,
        joined=datetime.date(person.joined_year, 7, 1),
        is_head=person.is_head,
        position=person.position,
        phone=person.phone,
        username=person.username,
    )
    for role in person.roles:
        if Role(role) in FREE_ROLES:
            assign_role(user=staff.user, role=Role(role))
    if person.username in {username for username, _roles in ROLE_SEATS.values()}:
        staff.user.set_password(DEMO_PASSWORD)
        staff.user.save(update_fields=["password"])


def sign_ins() -> list[DemoSignIn]:
    """Return one sign-in per role, in the order of the roles."""
    names = {"staff": "staff", "section_head": "head", "leadership": "leader", "administrator": "admin"}
    users = User.objects.in_bulk([names.get(role, role) for role in Role.values], field_name="username")
    return [DemoSignIn(role, users[names.get(role, role)]) for role in Role]
