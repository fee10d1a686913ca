"""How many have taken part, in groups large enough that no single absence shows."""

from dataclasses import dataclass

from django.db.models import Count, Q

from peer_review.enums import CellKind
from peer_review.models import Assignment, Round


@dataclass(frozen=True, slots=True)
class Participation:
    """People of one group: on the roll with a paper for marks, and of these those who drew.

    `label` empty: other sections.
    """

    label: str
    eligible: int
    drawn: int

    @property
    def percent(self) -> int:
        return round(100 * self.drawn / self.eligible) if self.eligible else 0


def participation(subject_round: Round) -> list[Participation]:
    """Return drawn and eligible per section; sections under the floor are shown together, never alone.

    Where all small sections together are still under the floor, the smallest section above it joins them: else
    the house's total minus the sections shown would give the small group away. Empty once the drawn values have
    been destroyed, and where the whole house is under the floor. Two queries.
    """
    floor = subject_round.frozen_scheme.floor
    sections = dict(subject_round.members.values_list("user_id", "section_name"))
    people = (
        Assignment.objects.filter(cell__round=subject_round)
        .exclude(cell__kind=CellKind.COMMENT)
        .order_by()
        .values("evaluator_id")
        .annotate(drawn=Count("pk", filter=Q(blinded__isnull=False)))
        .values_list("evaluator_id", "drawn")
    )
    groups: dict[str, list[int]] = {}
    for evaluator, drawn in people:
        group = groups.setdefault(sections.get(evaluator, ""), [0, 0])
        group[0] += 1
        group[1] += drawn > 0
    ordered = sorted(groups.items(), key=lambda item: item[1][0])
    shown = [item for item in ordered if item[1][0] >= floor and item[0]]
    rest = [item for item in ordered if item not in shown]
    while rest and sum(counts[0] for _name, counts in rest) < floor and shown:
        rest.append(shown.pop(0))
    result = [Participation(name, *counts) for name, counts in sorted(shown)]
    eligible, drawn = (sum(counts[i] for _name, counts in rest) for i in (0, 1))
    if eligible >= floor:
        result.append(Participation("", eligible, drawn))
    return result
