"""People whom a site proposes for a roll, and a default source for sites without an organisation app."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.auth import get_user_model


@dataclass(frozen=True, slots=True)
class Person:
    """One proposed member of a roll. `rank_order` 0 is the highest tier.

    since: in the section without a break since that day; None where nobody knows.
    on_paper: votes on paper, having no computer.
    number: the employee number, by which lists may name the person.
    """

    user_id: int
    name: str
    section_key: str
    section_name: str
    rank_key: str = "staff"
    rank_name: str = ""
    rank_order: int = 0
    is_section_head: bool = False
    since: date | None = None
    on_paper: bool = False
    number: str = ""


def propose_from_groups(round: object) -> Iterable[Person]:
    """Return every active user, with their first Django group standing in for a section."""
    for user in get_user_model()._default_manager.filter(is_active=True).prefetch_related("groups").order_by("pk"):
        group = next(iter(user.groups.all()), None)
        yield Person(
            user_id=user.pk,
            name=user.get_full_name() or user.get_username(),
            section_key=str(group.pk) if group else "all",
            section_name=group.name if group else "",
        )
