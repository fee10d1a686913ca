"""The roll of a round as the staff records propose it."""

import datetime
from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.utils import timezone

from organisation.enums import Role
from organisation.models import Membership, RoleGrant
from peer_review.providers.roll import Person


def propose_roll(round: object) -> Iterator[Person]:
    """Yield everyone who belongs to a section today, ordered by section, tier and name. Two queries.

    A section head is whoever heads the section by the records and was confirmed as its head by a second person.
    """
    today = timezone.localdate()
    here_since = sections_since(today)
    heads = RoleGrant.objects.in_force().filter(
        person=OuterRef("staff__user"), role=Role.SECTION_HEAD, section=OuterRef("section")
    )
    memberships = (
        Membership.objects.on(today)
        .filter(staff__user__is_active=True)
        .exclude(staff__left__lte=today)
        .annotate(is_confirmed_head=Exists(heads))
        .select_related("staff__user", "section", "rank")
        .order_by("section__sort_order", "section__code", "rank__order", "staff__name_key", "staff_id")
    )
    for membership in memberships.iterator(chunk_size=2000):
        yield Person(
            user_id=membership.staff.user_id,
            name=membership.staff.user.get_full_name(),
            section_key=membership.section.code,
            section_name=membership.section.name,
            rank_key=membership.rank.code,
            rank_name=membership.rank.name,
            rank_order=membership.rank.order,
            is_section_head=membership.is_head and membership.is_confirmed_head,
            since=here_since[membership.staff_id],
            number=membership.staff.employee_number,
        )


def sections_since(day: datetime.date) -> dict[int, datetime.date]:
    """Return since when each person has been in their section of that day without a break. One query.

    A promotion within the section, which begins a membership of its own, is no break.
    """
    since: dict[int, datetime.date] = {}
    before: dict[int, tuple[int, datetime.date | None]] = {}
    rows = Membership.objects.filter(from_date__lte=day).order_by("staff_id", "from_date")
    for staff, section, begins, ends in rows.values_list("staff_id", "section_id", "from_date", "to_date").iterator():
        if before.get(staff) != (section, begins):
            since[staff] = begins
        before[staff] = (section, ends)
    return since
