"""What the roll's papers tell, in figures that name nobody; and how they are emptied after the count."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q

from peer_review.models import Assignment, Round


@dataclass(frozen=True, slots=True)
class SectionTurnout:
    """How many of a section's evaluators have drawn; None where the section is too small to say."""

    name: str
    eligible: int
    drawn: int | None


@dataclass(frozen=True, slots=True)
class Participation:
    """How many evaluators there are, how many have drawn, and the same by section."""

    eligible: int
    drawn: int | None
    sections: list[SectionTurnout]

    @property
    def percent(self) -> int | None:
        """Whole percent of evaluators who have drawn."""
        return None if self.drawn is None else self.drawn * 100 // self.eligible if self.eligible else 0


def participation(round: Round) -> Participation:
    """Return who many have drawn, as far as no group under the floor can be read from it. Two queries.

    Sections under the floor are withheld, and one more if they could be had by subtraction. After the count the
    drawn papers are destroyed, so figures are None; the bulletin keeps its own.
    """
    floor = round.form.get("floor") or round.scheme.floor
    drawn_of = dict(
        Assignment.objects.filter(cell__round=round)
        .order_by()
        .values("evaluator")
        .annotate(drawn=Count("pk", filter=Q(blinded__isnull=False)))
        .values_list("evaluator", "drawn")
    )
    names: dict[str, str] = {}
    eligible: dict[str, int] = defaultdict(int)
    drawn: dict[str, int] = defaultdict(int)
    for user, key, name in round.members.values_list("user", "section_key", "section_name"):
        if user in drawn_of:
            names[key] = name
            eligible[key] += 1
            drawn[key] += drawn_of[user] > 0
    destroyed = round.state in ("counted", "published", "archived")
    total = len(drawn_of)
    withheld = {key for key, n in eligible.items() if n < floor}
    for key in sorted(set(eligible) - withheld, key=lambda key: eligible[key]):
        if not withheld or sum(eligible[one] for one in withheld) >= floor:
            break
        withheld.add(key)
    return Participation(
        eligible=total,
        drawn=None if destroyed or total < floor else sum(drawn.values()),
        sections=[
            SectionTurnout(name, eligible[key], None if destroyed or key in withheld else drawn[key])
            for key, name in names.items()
        ],
    )


def destroy_drawn(round: Round) -> int:
    """Empty every drawn paper of a round after its count and return how many there were.

    Call it inside the count's transaction, after the bulletin's figures have been taken; then wipe_dead_rows().
    """
    return Assignment.objects.filter(cell__round=round).drawn().update(blinded=None, blind_sig=None)


def wipe_dead_rows() -> None:
    """Let PostgreSQL drop the old versions of emptied rows; SQLite overwrites them by secure_delete. On commit only."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f'VACUUM "{Assignment._meta.db_table}"')
