"""Hire, transfer, correct, leave, return. Each keeps the history of memberships whole."""

import datetime

from django.db import transaction
from django.utils import timezone

from organisation.domain.addresses import enter
from organisation.domain.grants import end_all
from organisation.domain.roles import follow_staff_record
from organisation.enums import Role
from organisation.exceptions import (
    AlreadyLeft,
    LeavesBeforeJoining,
    MembershipOverlap,
    NotLeft,
    NumberTaken,
    UsernameTaken,
)
from organisation.models import Membership, Rank, Section, Staff, User


def hire(
    *,
    name: str,
    employee_number: str,
    section: Section,
    rank: Rank,
    joined: datetime.date,
    is_head: bool = False,
    position: str = "",
    phone: str = "",
    email: str = "",
    username: str = "",
    by: User | None = None,
) -> Staff:
    """Return a new member of staff with an account that has no password yet: an invitation sets the first.

    The user name is the employee number unless another one is given.
    Raises: NumberTaken, UsernameTaken.
    """
    username = username or employee_number
    if Staff.objects.filter(employee_number=employee_number).exists():
        raise NumberTaken
    if User.objects.filter(username=username).exists():
        raise UsernameTaken
    with transaction.atomic():
        user = User(username=username, name=name, email=email)
        user.set_unusable_password()
        user.save()
        staff = Staff.objects.create(
            user=user, employee_number=employee_number, position=position, phone=phone, joined=joined
        )
        Membership.objects.create(staff=staff, section=section, rank=rank, is_head=is_head, from_date=joined)
        follow_staff_record(staff=staff, heads=section if is_head else None, by=by)
    return staff


def correct_details(
    *,
    staff: Staff,
    name: str,
    employee_number: str,
    joined: datetime.date,
    position: str = "",
    phone: str = "",
    email: str = "",
    by: User | None = None,
) -> Staff:
    """Return the person with corrected particulars; where they belong stays as it is.

    Another mail address waits, as domain.addresses says, unless the account has no password yet.

    Raises: NumberTaken; LeavesBeforeJoining.
    """
    if Staff.objects.filter(employee_number=employee_number).exclude(pk=staff.pk).exists():
        raise NumberTaken
    if staff.left is not None and staff.left < joined:
        raise LeavesBeforeJoining
    with transaction.atomic():
        staff.user.name = name
        staff.user.save(update_fields=["name"])
        enter(account=staff.user, address=email, by=by)
        staff.employee_number = employee_number
        staff.position = position
        staff.phone = phone
        staff.joined = joined
        staff.save()
    return staff


def transfer(
    *,
    staff: Staff,
    section: Section,
    rank: Rank,
    is_head: bool = False,
    since: datetime.date | None = None,
    by: User | None = None,
) -> Membership:
    """Return the membership that holds from `since` (today if not given); the one before it ends there.

    On the very day a membership began, it is corrected in place. Asking for what already holds changes nothing.
    Raises: AlreadyLeft; MembershipOverlap if `since` lies before the present membership began.
    """
    since = since or timezone.localdate()
    with transaction.atomic():
        staff = Staff.objects.select_for_update(of=("self",)).select_related("user").get(pk=staff.pk)
        if staff.left is not None:
            raise AlreadyLeft
        present = staff.memberships.open().first()
        if present is not None:
            if (present.section_id, present.rank_id, present.is_head) == (section.pk, rank.pk, is_head):
                return present
            if since < present.from_date:
                raise MembershipOverlap
            if since == present.from_date:
                present.section, present.rank, present.is_head = section, rank, is_head
                present.save(update_fields=["section", "rank", "is_head"])
                follow_staff_record(staff=staff, heads=section if is_head else None, by=by)
                return present
            present.to_date = since
            present.save(update_fields=["to_date"])
        membership = Membership(staff=staff, section=section, rank=rank, is_head=is_head, from_date=since)
        if staff.memberships.overlapping(from_date=since, to_date=None).exists():
            raise MembershipOverlap
        membership.save()
        follow_staff_record(staff=staff, heads=section if is_head else None, by=by)
    return membership


def leave(*, staff: Staff, on: datetime.date | None = None, by: User | None = None) -> Staff:
    """Return the person, no longer a member of staff from the day `on` (today if not given).

    Memberships end there, those that had not begun are dropped. The account closes on that day: at once if it has
    come. What the person wrote stays.
    Raises: AlreadyLeft; LeavesBeforeJoining.
    """
    on = on or timezone.localdate()
    with transaction.atomic():
        staff = Staff.objects.select_for_update(of=("self",)).select_related("user").get(pk=staff.pk)
        if staff.left is not None:
            raise AlreadyLeft
        if on < staff.joined:
            raise LeavesBeforeJoining
        staff.left = on
        staff.save(update_fields=["left"])
        staff.memberships.filter(from_date__gte=on).delete()
        staff.memberships.overlapping(from_date=on, to_date=None).update(to_date=on)
        if on <= timezone.localdate():
            staff.user.is_active = False
            staff.user.save(update_fields=["is_active"])
            follow_staff_record(staff=staff, heads=None, by=by)
    return staff


def close_departed() -> int:
    """Mark as closed the accounts of those whose announced day of leaving has come; return how many.

    Sign-in is refused from that day on without this (see `backends`). It is for lists of active accounts, and may
    run every night.
    """
    today = timezone.localdate()
    with transaction.atomic():
        departed = list(Staff.objects.filter(left__lte=today, user__is_active=True).values_list("user_id", flat=True))
        User.objects.filter(pk__in=departed).update(is_active=False)
        User.groups.through.objects.filter(user__in=departed, group__name=Role.STAFF).delete()
        end_all(user_ids=departed)
    return len(departed)


def return_to_work(
    *,
    staff: Staff,
    section: Section,
    rank: Rank,
    is_head: bool = False,
    since: datetime.date | None = None,
    by: User | None = None,
) -> Membership:
    """Return the membership with which somebody who had left begins again.

    Raises: NotLeft; MembershipOverlap if `since` lies before the day of leaving.
    """
    since = since or timezone.localdate()
    with transaction.atomic():
        staff = Staff.objects.select_for_update(of=("self",)).select_related("user").get(pk=staff.pk)
        if staff.left is None:
            raise NotLeft
        if since < staff.left:
            raise MembershipOverlap
        staff.left = None
        staff.save(update_fields=["left"])
        staff.user.is_active = True
        staff.user.save(update_fields=["is_active"])
        membership = Membership.objects.create(
            staff=staff, section=section, rank=rank, is_head=is_head, from_date=since
        )
        follow_staff_record(staff=staff, heads=section if is_head else None, by=by)
    return membership


def revise(
    *,
    staff: Staff,
    name: str,
    employee_number: str,
    joined: datetime.date,
    section: Section,
    rank: Rank,
    is_head: bool = False,
    since: datetime.date | None = None,
    left: datetime.date | None = None,
    position: str = "",
    phone: str = "",
    email: str = "",
    by: User | None = None,
) -> Staff:
    """Return the person as a form describes them: corrected, and if need be transferred, gone or back again.

    Raises: what correct_details, transfer, leave and return_to_work raise; then nothing has changed.
    """
    with transaction.atomic():
        staff = Staff.objects.select_for_update(of=("self",)).select_related("user").get(pk=staff.pk)
        staff = correct_details(
            staff=staff,
            name=name,
            employee_number=employee_number,
            joined=joined,
            position=position,
            phone=phone,
            email=email,
            by=by,
        )
        if staff.left is None:
            if left is None:
                transfer(staff=staff, section=section, rank=rank, is_head=is_head, since=since, by=by)
            else:
                staff = leave(staff=staff, on=left, by=by)
        elif left is None:
            staff = return_to_work(staff=staff, section=section, rank=rank, is_head=is_head, since=since, by=by).staff
        elif left != staff.left:
            raise AlreadyLeft
    return staff
