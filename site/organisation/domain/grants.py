"""Propose a role, confirm it as a second person, withdraw it. Nobody gives a role to themselves, nor alone.

Group membership follows the grant, for what Wagtail asks of groups; the rules ask for both.
"""

from collections.abc import Collection, Iterable

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from organisation.domain.notices import tell
from organisation.domain.sessions import tighten
from organisation.enums import DERIVED_ROLES, GRANTED_ROLES, GrantOrigin, NoticeKind, Role
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
from organisation.models import RoleGrant, User
from organisation.roles import group_of, has_role, holders_of

#: Without one of each, nobody could confirm, or nobody would hear of it.
NEVER_EMPTY = (Role.ADMINISTRATOR, Role.INSPECTOR)


def propose(*, person: User, role: Role, by: User, reason: str = "") -> RoleGrant:
    """Return a proposal that waits for a second person.

    Raises: NotGrantors unless `by` administers or inspects; NotForYourself; NeedsNoGrant, DerivedRole for other roles;
        AccountClosed; AlreadyGranted if the person holds the role or is proposed for it.
    """
    check_grantor(by)
    if role in DERIVED_ROLES:
        raise DerivedRole
    if role not in GRANTED_ROLES:
        raise NeedsNoGrant
    if person.pk == by.pk:
        raise NotForYourself
    if not person.is_active:
        raise AccountClosed
    with transaction.atomic():
        if RoleGrant.objects.open().filter(person=person, role=role).exists():
            raise AlreadyGranted
        grant = RoleGrant.objects.create(person=person, role=role, reason=reason, proposed_by=by)
        _record(grant, "organisation.propose_role", by)
        tell(kind=NoticeKind.ROLE_PROPOSED, about=person, by=by, role=role.value)
    return grant


def propose_first(*, administrator: User, inspector: User) -> list[RoleGrant]:
    """Return the two proposals with which a site begins: each of the two confirms the other.

    Raises: GrantsExist once anything was ever proposed or confirmed; NotSecondPerson for one person twice;
        AccountClosed.
    """
    if administrator.pk == inspector.pk:
        raise NotSecondPerson
    if not (administrator.is_active and inspector.is_active):
        raise AccountClosed
    with transaction.atomic():
        if RoleGrant.objects.exclude(origin=GrantOrigin.RECORD).exists():
            raise GrantsExist
        grants = [
            RoleGrant.objects.create(person=person, role=role, origin=GrantOrigin.FIRST, proposed_by=person)
            for person, role in ((administrator, Role.ADMINISTRATOR), (inspector, Role.INSPECTOR))
        ]
        for grant in grants:
            _record(grant, "organisation.propose_role", None)
    return grants


def confirm(*, grants: Collection[RoleGrant], by: User) -> list[RoleGrant]:
    """Return the grants, in force from now on: all of them or none.

    Raises: NotForYourself, NotSecondPerson for what `by` would get or has proposed; NotGrantors for whoever may not
        confirm; GrantSettled for what no longer waits; AccountClosed.
    """
    with transaction.atomic():
        rows = RoleGrant.objects.select_for_update(of=("self",)).select_related("person", "section")
        locked = list(rows.filter(pk__in=[grant.pk for grant in grants]).order_by("pk"))
        for grant in locked:
            _check_confirmation(grant, by)
        confirmable = set(RoleGrant.objects.confirmable_by(by).values_list("pk", flat=True))
        if not confirmable.issuperset(grant.pk for grant in locked):
            raise NotGrantors
        now = timezone.now()
        for grant in locked:
            grant.confirmed_by, grant.confirmed_at = by, now
            grant.save(update_fields=["confirmed_by", "confirmed_at"])
            grant.person.groups.add(group_of(Role(grant.role)))
            if grant.role in settings.STRICT_SESSION_ROLES:
                tighten(user=grant.person)
            _record(grant, "organisation.confirm_role", by)
            tell(kind=NoticeKind.ROLE_CONFIRMED, about=grant.person, by=by, **_words(grant))
    return locked


def _check_confirmation(grant: RoleGrant, by: User) -> None:
    if grant.person_id == by.pk:
        raise NotForYourself
    if grant.proposed_by_id == by.pk:
        raise NotSecondPerson
    if grant.confirmed_at is not None or grant.withdrawn_at is not None:
        raise GrantSettled
    if not grant.person.is_active:
        raise AccountClosed


def withdraw(*, grant: RoleGrant, by: User, reason: str = "") -> RoleGrant:
    """Return the grant, taken back, or the proposal, refused. One person is enough; the owner may give up a role too.

    Raises: NotGrantors; GrantSettled if it is withdrawn already; LastHolder for the last administrator or inspector.
    """
    with transaction.atomic():
        rows = RoleGrant.objects.select_for_update(of=("self",)).select_related("person", "section")
        grant = rows.get(pk=grant.pk)
        if grant.person_id != by.pk:
            check_grantor(by)
        if grant.withdrawn_at is not None:
            raise GrantSettled
        role = Role(grant.role)
        holds = grant.confirmed_at is not None and role in NEVER_EMPTY
        if holds and not holders_of(role).exclude(pk=grant.person_id).exists():
            raise LastHolder
        _end([grant], by=by, reason=reason)
        if grant.confirmed_at is None:
            tell(kind=NoticeKind.ROLE_WITHDRAWN, about=grant.person, by=by, **_words(grant))
    return grant


def end_all(*, user_ids: Collection[int], by: User | None = None) -> None:
    """Withdraw every grant of people who left. Whoever comes back is proposed anew."""
    with transaction.atomic():
        rows = RoleGrant.objects.open().filter(person__in=user_ids).select_related("person", "section")
        _end(list(rows), by=by, reason="")


def follow_headships(*, headed: dict[int, int | None], by: User | None = None) -> None:
    """Propose section heads as the staff records have them; end what no longer follows from the records.

    headed: the section that each of these accounts heads now, or None. Nobody becomes a head by the record alone:
    whoever wrote it is the first person, and a second one confirms the list.
    """
    with transaction.atomic():
        rows = RoleGrant.objects.open().filter(person__in=headed, role=Role.SECTION_HEAD)
        grants = list(rows.select_related("person", "section"))
        known = {grant.person_id for grant in grants if headed[grant.person_id] == grant.section_id}
        _end([grant for grant in grants if headed[grant.person_id] != grant.section_id], by=by, reason="")
        RoleGrant.objects.bulk_create(
            RoleGrant(
                person_id=user_id,
                role=Role.SECTION_HEAD,
                section_id=section_id,
                origin=GrantOrigin.RECORD,
                proposed_by=by,
            )
            for user_id, section_id in headed.items()
            if section_id is not None and user_id not in known
        )


def check_grantor(by: User) -> None:
    """Raises: NotGrantors for whoever neither administers nor inspects."""
    if not (has_role(by, Role.ADMINISTRATOR) or has_role(by, Role.INSPECTOR)):
        raise NotGrantors


def _end(grants: Iterable[RoleGrant], *, by: User | None, reason: str) -> None:
    now = timezone.now()
    for grant in grants:
        grant.withdrawn_by, grant.withdrawn_at, grant.withdrawal_reason = by, now, reason
        grant.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawal_reason"])
        if not RoleGrant.objects.in_force().filter(person=grant.person_id, role=grant.role).exists():
            grant.person.groups.remove(group_of(Role(grant.role)))
        _record(grant, "organisation.withdraw_role", by)
        if grant.confirmed_at is not None:
            tell(kind=NoticeKind.ROLE_WITHDRAWN, about=grant.person, by=by, **_words(grant))


def _words(grant: RoleGrant) -> dict[str, str]:
    return {"role": grant.role} | ({"section": grant.section.name} if grant.section is not None else {})


def _record(grant: RoleGrant, action: str, by: User | None) -> None:
    reason = grant.withdrawal_reason if grant.withdrawn_at is not None else grant.reason
    log(grant.person, action, user=by, data=_words(grant) | ({"reason": reason} if reason else {}))
