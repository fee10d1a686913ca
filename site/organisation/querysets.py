"""Which rows: chainable reads, no writes."""

import datetime
from typing import Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from organisation import pinyin
from organisation.enums import GrantOrigin, Role
from organisation.roles import Visitor, has_role, is_signed_in
from organisation.section_tree import descendants


class SectionQuerySet(models.QuerySet):
    """Sections of the organisation: a few hundred at most, so the tree is read whole."""

    def parent_ids(self) -> dict[int, int | None]:
        """Return {id: id of the parent} for every section, in one query."""
        return dict(self.order_by().values_list("pk", "parent_id"))

    def ids_below(self, *section_ids: int) -> set[int]:
        """Return the ids of these sections and of everything below them, in one query."""
        return descendants(self.parent_ids(), section_ids)


class MembershipQuerySet(models.QuerySet):
    """Memberships. `to_date` is the first day on which one no longer holds."""

    def on(self, day: datetime.date | None = None) -> Self:
        """Memberships that hold on a day (today if none is given): at most one a person."""
        day = day or timezone.localdate()
        return self.filter(Q(to_date=None) | Q(to_date__gt=day), from_date__lte=day)

    def open(self) -> Self:
        """Memberships without an end: at most one a person, perhaps beginning in the future."""
        return self.filter(to_date=None)

    def overlapping(self, *, from_date: datetime.date, to_date: datetime.date | None) -> Self:
        """Memberships that share at least one day with the span given."""
        rows = self.filter(Q(to_date=None) | Q(to_date__gt=from_date))
        return rows if to_date is None else rows.filter(from_date__lt=to_date)


def _memberships() -> MembershipQuerySet:
    """Return all memberships; the model is named, since models import this module."""
    return apps.get_model("organisation", "Membership").objects.all()


class StaffQuerySet(models.QuerySet):
    """People who work or worked here."""

    def current(self, day: datetime.date | None = None) -> Self:
        """Those who have not left by that day (today if none is given)."""
        day = day or timezone.localdate()
        return self.filter(Q(left=None) | Q(left__gt=day))

    def visible_to(self, user: Visitor) -> Self:
        """Those whom this person finds in the directory: current staff, for whoever is signed in."""
        if not is_signed_in(user):
            return self.none()
        return self.current()

    def in_sections(self, section_ids: set[int]) -> Self:
        """Those who belong to one of these sections today."""
        return self.filter(
            models.Exists(_memberships().on().filter(staff=models.OuterRef("pk"), section__in=section_ids))
        )

    def with_place(self) -> Self:
        """Load today's section and rank with each person: two more queries, however many people."""
        return self.select_related("user").prefetch_related(
            models.Prefetch(
                "memberships",
                queryset=_memberships().on().select_related("section", "rank"),
                to_attr="memberships_today",
            )
        )

    def named_like(self, words: str) -> Self:
        """Those whose name, full pinyin or initials begin or contain what was typed."""
        needle = pinyin.needle(words)
        return self.filter(search_text__contains=needle) if needle else self

    def awaiting_invitation(self) -> Self:
        """Current staff who have never set a password."""
        return self.current().filter(user__password__startswith="!", user__is_active=True)  # noqa: S106 - the mark of no password


class RoleGrantQuerySet(models.QuerySet):
    """Grants of roles. What gives power is `effective`, and nothing else."""

    def in_force(self) -> Self:
        """Those that a second person confirmed and nobody has withdrawn."""
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)

    def effective(self) -> Self:
        """Those in force of people whose roles are awake: a reset puts them to sleep until the owner has confirmed."""
        asleep = apps.get_model("organisation", "PasswordReset")._default_manager.filter(
            account=models.OuterRef("person"), used=True, settled=False
        )
        return self.in_force().filter(~models.Exists(asleep))

    def proposed(self) -> Self:
        """Those that wait for a second person."""
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def open(self) -> Self:
        """Those that wait or hold."""
        return self.filter(withdrawn_at=None)

    def visible_to(self, user: Visitor) -> Self:
        """All for administrators and inspectors; their own for everybody else."""
        if not is_signed_in(user):
            return self.none()
        if has_role(user, Role.ADMINISTRATOR) or has_role(user, Role.INSPECTOR):
            return self
        return self.filter(person=user.pk)

    def confirmable_by(self, user: Visitor) -> Self:
        """Proposals about somebody else, by somebody else, that this person may confirm.

        Administrators and inspectors confirm; the first two, of whom nobody has the role yet, confirm each other.
        """
        if not is_signed_in(user):
            return self.none()
        others = self.proposed().exclude(person=user.pk).filter(~Q(proposed_by=user.pk) | Q(proposed_by=None))
        pair = self.model._default_manager.filter(person=user.pk, origin=GrantOrigin.FIRST, withdrawn_at=None)
        first = Q(origin=GrantOrigin.FIRST) & Q(models.Exists(pair))
        if has_role(user, Role.ADMINISTRATOR) or has_role(user, Role.INSPECTOR):
            return others.filter(~Q(origin=GrantOrigin.FIRST) | first)
        return others.filter(first)


class PasswordResetQuerySet(models.QuerySet):
    """Resets of passwords."""

    def open(self) -> Self:
        """Those that are neither withdrawn nor settled."""
        return self.filter(withdrawn_at=None, settled=False)

    def visible_to(self, user: Visitor) -> Self:
        """All for administrators and inspectors; those of their own account for everybody else."""
        if not is_signed_in(user):
            return self.none()
        if has_role(user, Role.ADMINISTRATOR) or has_role(user, Role.INSPECTOR):
            return self
        return self.filter(account=user.pk)

    def confirmable_by(self, user: Visitor) -> Self:
        """Proposals that this person, an administrator or inspector, may confirm: of others, about others."""
        if not is_signed_in(user) or not (has_role(user, Role.ADMINISTRATOR) or has_role(user, Role.INSPECTOR)):
            return self.none()
        return self.open().filter(confirmed_at=None).exclude(account=user.pk).exclude(proposed_by=user.pk)


class LostFactorQuerySet(PasswordResetQuerySet):
    """Removals of second factors that are lost. They have the same steps as resets, and days to wait."""

    def due_for(self, user: Visitor) -> Self:
        """Those whose days are over, of others, that this person, an administrator or inspector, may carry out."""
        if not is_signed_in(user) or not (has_role(user, Role.ADMINISTRATOR) or has_role(user, Role.INSPECTOR)):
            return self.none()
        confirmed_before = timezone.now() - datetime.timedelta(days=settings.LOST_FACTOR_DAYS)
        return self.open().filter(confirmed_at__lte=confirmed_before).exclude(account=user.pk)
