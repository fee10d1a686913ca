"""Who may evaluate whom starts from the staff records."""

from collections.abc import Iterator

from django.utils import timezone

from organisation.models import Membership
from peer_review.roll import Person


def propose_roll(round: object) -> Iterator[Person]:
    """Yield everyone who belongs to a section today, ordered by section, tier and name. One query."""
    today = timezone.localdate()
    memberships = (
        Membership.objects.on(today)
        .filter(staff__user__is_active=True)
        .exclude(staff__left__lte=today)
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
            is_section_head=membership.is_head,
        )
