"""Carry out a plan: all of it or nothing, in bulk."""

import datetime
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from organisation.enums import Role
from organisation.imports.cells import CellValue
from organisation.imports.model import Change, ImportPlan, NewPerson, Placement, Progress, no_progress
from organisation.models import Membership, Rank, Section, Staff, User
from organisation.pinyin import name_keys
from organisation.roles import group_of

CHUNK = 5000
# Ranks move over these numbers on their way, since two of them may trade places.
ORDER_DETOUR = 10_000

T = TypeVar("T")


@dataclass(slots=True)
class ToFollow:
    """What a file says of accounts that is not simply written, by account: somebody else has a word in it."""

    #: The section that somebody heads now, or None.
    headed: dict[int, int | None] = field(default_factory=dict)
    departed: list[int] = field(default_factory=list)
    #: Mail addresses for accounts that were there before.
    addresses: dict[int, str] = field(default_factory=dict)


def apply_plan(plan: ImportPlan, *, progress: Progress = no_progress) -> ToFollow:
    """Write a plan that has no errors. Everything is in one transaction; a fall leaves the records as they were.

    Rows are written in bulk, without signals. New accounts get no password, not even a hashed one.
    Nobody becomes a section head by it, nor gets another mail address: `domain.imports` sees to what is returned.
    """
    if plan.error_count:
        raise ValueError("A plan with errors is not carried out.")
    today = timezone.localdate()
    total = len(plan.added) + len(plan.changed) + len(plan.left)
    with transaction.atomic():
        _write_sections(plan)
        _write_ranks(plan)
        done = 0
        staff, follow = group_of(Role.STAFF), ToFollow()
        for people in _chunks(plan.added):
            _add(people, staff, follow, today)
            done += len(people)
            progress("write", done, total)
        for changes in _chunks([*plan.changed, *plan.left]):
            _change(changes, staff, follow, today)
            done += len(changes)
            progress("write", done, total)
    return follow


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _write_sections(plan: ImportPlan) -> None:
    new = plan.new_sections
    # Under a name of their own first: a section may take the name that another one gives up in the same file.
    moving = [section for section in plan.changed_sections if {"name", "parent"} & section.changes.keys()]
    for section in moving:
        Section.objects.filter(pk=section.pk).update(name=f"\ue000{section.pk}")
    waiting = list(new)
    while waiting:
        ready = [section for section in waiting if section.parent is None or section.parent.pk]
        rows = Section.objects.bulk_create(
            Section(
                code=section.code,
                name=section.name,
                sort_order=section.order,
                parent_id=section.parent.pk if section.parent else None,
            )
            for section in ready
        )
        for section, row in zip(ready, rows, strict=True):
            section.pk = row.pk
        waiting = [section for section in waiting if not section.pk]
    for section in plan.changed_sections:
        Section.objects.filter(pk=section.pk).update(
            name=section.name, sort_order=section.order, parent_id=section.parent.pk if section.parent else None
        )


def _write_ranks(plan: ImportPlan) -> None:
    for rank in plan.changed_ranks:
        Rank.objects.filter(pk=rank.pk).update(order=ORDER_DETOUR + rank.order, name=f"\ue000{rank.pk}")
    for rank in plan.changed_ranks:
        Rank.objects.filter(pk=rank.pk).update(order=rank.order, name=rank.name)
    for rank in plan.new_ranks:
        rank.pk = Rank.objects.create(code=rank.code, name=rank.name, order=rank.order).pk


def _no_password() -> str:
    """Return what Django stores for an account without a password, without its cost."""
    return "!" + secrets.token_urlsafe(30)


def _add(people: list[NewPerson], staff_group: Group, follow: ToFollow, today: datetime.date) -> None:
    now = timezone.now()
    users = User.objects.bulk_create(
        User(
            username=person.username,
            name=person.name,
            email=person.email,
            password=_no_password(),
            date_joined=now,
            is_active=person.left is None or person.left > today,
        )
        for person in people
    )
    staff = []
    for person, user in zip(people, users, strict=True):
        keys = name_keys(person.name)
        staff.append(
            Staff(
                user=user,
                employee_number=person.number,
                position=person.position,
                phone=person.phone,
                joined=person.joined,
                left=person.left,
                name_key=keys.sort,
                search_text=keys.search,
            )
        )
    staff = Staff.objects.bulk_create(staff)
    Membership.objects.bulk_create(
        _membership(row.pk, person.placement, until=person.left)
        for person, row in zip(people, staff, strict=True)
        if person.left is None or person.left > person.placement.since
    )
    staying = [(user.pk, person.placement) for person, user in zip(people, users, strict=True) if user.is_active]
    _give(staff_group, [user_id for user_id, _placement in staying])
    follow.headed |= {user_id: placement.section.pk for user_id, placement in staying if placement.is_head}


def _membership(staff_id: int, placement: Placement, *, until: datetime.date | None = None) -> Membership:
    return Membership(
        staff_id=staff_id,
        section_id=placement.section.pk,
        rank_id=placement.rank.pk,
        is_head=placement.is_head,
        from_date=placement.since,
        to_date=until,
    )


def _change(changes: list[Change], staff_group: Group, follow: ToFollow, today: datetime.date) -> None:
    _change_users(changes, follow, today)
    _change_staff(changes)
    _change_memberships(changes)
    leaving = [change.person.user_id for change in changes if change.left is not None and change.left <= today]
    _take(staff_group, leaving)
    follow.departed += leaving
    _give(staff_group, [change.person.user_id for change in changes if change.returned])
    placed = [(change.person.user_id, change.moved or change.corrected) for change in changes]
    follow.headed |= {
        user_id: placement.section.pk if placement.is_head else None for user_id, placement in placed if placement
    }


def _change_users(changes: list[Change], follow: ToFollow, today: datetime.date) -> None:
    wanted: dict[int, Mapping[str, CellValue]] = {}
    for change in changes:
        values = dict(change.user)
        if "email" in values:
            follow.addresses[change.person.user_id] = str(values.pop("email"))
        if change.left is not None and change.left <= today:
            values["is_active"] = False
        elif change.returned:
            values["is_active"] = True
        if values:
            wanted[change.person.user_id] = values
    _upsert(User, wanted, ["username", "name", "is_active"])


def _change_staff(changes: list[Change]) -> None:
    wanted: dict[int, Mapping[str, CellValue]] = {}
    for change in changes:
        values = dict(change.staff)
        if "name" in change.user:
            keys = name_keys(str(change.user["name"]))
            values |= {"name_key": keys.sort, "search_text": keys.search}
        if values:
            wanted[change.person.pk] = values
    _upsert(Staff, wanted, ["position", "phone", "joined", "left", "name_key", "search_text"])


def _upsert(model: type[Model], wanted: Mapping[int, Mapping[str, CellValue]], fields: list[str]) -> None:
    """Set different values on many rows: one INSERT ... ON CONFLICT, far cheaper than bulk_update's CASE."""
    rows = model._default_manager.in_bulk(list(wanted))
    for pk, values in wanted.items():
        for name, value in values.items():
            setattr(rows[pk], name, value)
    if rows:
        model._default_manager.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def _change_memberships(changes: list[Change]) -> None:
    corrected = {
        change.person.membership_id: {
            "section_id": change.corrected.section.pk,
            "rank_id": change.corrected.rank.pk,
            "is_head": change.corrected.is_head,
        }
        for change in changes
        if change.corrected is not None and change.person.membership_id is not None
    }
    _upsert(Membership, corrected, ["section", "rank", "is_head"])
    ended = {
        change.person.membership_id: {"to_date": change.moved.since}
        for change in changes
        if change.moved is not None and not change.returned and change.person.membership_id is not None
    }
    _upsert(Membership, ended, ["to_date"])
    Membership.objects.bulk_create(
        _membership(change.person.pk, change.moved) for change in changes if change.moved is not None
    )
    by_day: dict[datetime.date, list[int]] = {}
    for change in changes:
        if change.left is not None:
            by_day.setdefault(change.left, []).append(change.person.pk)
    for day, staff_ids in by_day.items():
        memberships = Membership.objects.filter(staff__in=staff_ids)
        memberships.filter(from_date__gte=day).delete()
        memberships.overlapping(from_date=day, to_date=None).update(to_date=day)


def _give(group: Group, user_ids: list[int]) -> None:
    through = User.groups.through
    through.objects.bulk_create(
        (through(user_id=user_id, group_id=group.pk) for user_id in user_ids), ignore_conflicts=True
    )


def _take(group: Group, user_ids: list[int]) -> None:
    User.groups.through.objects.filter(group=group.pk, user__in=user_ids).delete()
