"""How many have taken part, in groups large enough that no single absence shows."""

from dataclasses import dataclass

from peer_review.domain.ballots.turnout import people_drawn
from peer_review.enums import CellKind, RoundState
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.models import Assignment, Round


@dataclass(frozen=True, slots=True)
class Participation:
    """People of one group: with a paper for marks that they vote on at a computer, and of these those who drew.

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

    Whoever votes on paper is left out on both sides: their tickets name nobody, so they could never be seen to have
    drawn, and four of them would hide nothing of the fifth.

    Where all small sections together are still under the floor, the smallest section above it joins them: else
    the house's total minus the sections shown would give the small group away. Empty once the round's key has
    been destroyed or where it cannot be read (the check of readiness says so), and where the whole house is under the
    floor. Three queries, and one more for each 500 people.
    """
    if subject_round.state not in {RoundState.OPEN, RoundState.CLOSED}:
        return []
    floor = subject_round.frozen_scheme.floor
    sections = dict(subject_round.members.values_list("user_id", "section_name"))
    on_paper = subject_round.members.filter(on_paper=True).values("user_id")
    papers = Assignment.objects.filter(cell__round=subject_round).exclude(cell__kind=CellKind.COMMENT)
    papers = papers.exclude(evaluator__in=on_paper)
    try:
        present = people_drawn(subject_round)
    except RoundKeyUnreadable:
        return []
    groups: dict[str, list[int]] = {}
    for evaluator in papers.order_by().values_list("evaluator_id", flat=True).distinct():
        group = groups.setdefault(sections.get(evaluator, ""), [0, 0])
        group[0] += 1
        group[1] += evaluator in present
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
