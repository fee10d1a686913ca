"""People of an invented organisation."""

import datetime
from typing import Any

import factory
from django.utils import timezone

from organisation.enums import GRANTED_ROLES, GrantOrigin, Role
from organisation.models import Membership, Rank, RoleGrant, Section, Staff, User
from organisation.roles import group_of

PASSWORD = "korrekt-pferd-batterie"


def hold(user: User, *roles: Role, section: Section | None = None) -> None:
    """Let somebody hold roles, those by grant with a confirmed one. A section head heads `section`, or a new one."""
    user.groups.add(*(group_of(role) for role in roles))
    for role in GRANTED_ROLES.intersection(roles):
        of = (section or SectionFactory()) if role == Role.SECTION_HEAD else None
        RoleGrant.objects.get_or_create(
            person=user,
            role=role,
            section=of,
            withdrawn_at=None,
            defaults={"origin": GrantOrigin.EARLIER, "confirmed_at": timezone.now()},
        )


class UserFactory(factory.django.DjangoModelFactory):
    """An account; `roles=[Role.EDITOR]` lets it hold them, `password=` replaces the usual one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"张{n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def roles(self: User, create: bool, extracted: list[Role] | None, **kwargs: Any) -> None:
        if create and extracted:
            hold(self, *extracted)


class SectionFactory(factory.django.DjangoModelFactory):
    """A section at the top of the tree."""

    class Meta:
        model = Section

    code = factory.Sequence(lambda n: f"S{n}")
    name = factory.Sequence(lambda n: f"第{n}科")
    sort_order = factory.Sequence(lambda n: n)


class RankFactory(factory.django.DjangoModelFactory):
    """A tier."""

    class Meta:
        model = Rank

    code = factory.Sequence(lambda n: f"R{n}")
    name = factory.Sequence(lambda n: f"第{n}级")
    order = factory.Sequence(lambda n: n)


class StaffFactory(factory.django.DjangoModelFactory):
    """A member of staff with an account, the staff role and one open membership."""

    class Meta:
        model = Staff
        skip_postgeneration_save = True

    class Params:
        name = factory.Sequence(lambda n: f"李{n}")

    user = factory.SubFactory(UserFactory, name=factory.SelfAttribute("..name"))
    employee_number = factory.Sequence(lambda n: f"{10000 + n}")
    position = "科员"
    phone = "8000"
    joined = datetime.date(2020, 1, 1)
    membership = factory.RelatedFactory("tests.factories.organisation.MembershipFactory", factory_related_name="staff")

    @factory.post_generation
    def roles(self: Staff, create: bool, extracted: list[Role] | None, **kwargs: Any) -> None:
        if create:
            place = self.memberships.first()
            hold(self.user, Role.STAFF, *(extracted or []), section=place.section if place else None)


class MembershipFactory(factory.django.DjangoModelFactory):
    """Where somebody belongs since they joined."""

    class Meta:
        model = Membership

    staff = factory.SubFactory(StaffFactory, membership=None)
    section = factory.SubFactory(SectionFactory)
    rank = factory.SubFactory(RankFactory)
    from_date = factory.SelfAttribute("staff.joined")
