"""Fates: which cells of a round are counted alone, joined to a neighbour, or destroyed, decided before anything is
written. Until then all ballots are in memory only; what is destroyed was never anywhere in the clear.

How many ballots of a cell others may know, the box keeps of counted and joined cells: the tickets are deleted with the
count, and every figure must leave as many answers out of its floor (counting.disclosure).
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from peer_review.box import store
from peer_review.counting.ladder import Rung, climb
from peer_review.domain.ballots.turnout import people_at_computers, turnout
from peer_review.domain.planning.comment_writers import comment_writers
from peer_review.enums import CellKind
from peer_review.models import Assignment, Cell, Round, Ticket
from peer_review.protocol.bulletin import CellOutcome, Fate, GroupOutcome, Totals
from zhengyan_crypto import canonical

KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of each cell (by key), and which cells each group joins, by the group's number from 1.

    known: by cell, how many of its ballots somebody else than their authors may know, from envelopes; of comments also
    how many may be of classes declared not anonymous, which nobody can tell from the others.
    """

    cells: dict[str, Fate]
    groups: dict[int, tuple[str, ...]] = field(default_factory=dict)
    known: Mapping[str, int] = field(default_factory=dict)

    def of(self, fate: Fate) -> set[str]:
        """Return the cells that end so."""
        return {cell for cell, ends in self.cells.items() if ends == fate}

    def known_of(self, group: int) -> int:
        """Return how many ballots of a group somebody else may know: what a question needs beyond the floor."""
        return sum(self.known.get(cell, 0) for cell in self.groups[group])

    def document(self) -> store.Document:
        """Return what the box keeps of the ballots that others may know: their number by cell, where there are any."""
        kept = self.of(Fate.COUNTED) | self.of(Fate.MERGED)
        return store.Document(
            KNOWN, KNOWN, canonical.dumps({cell: n for cell, n in self.known.items() if n and cell in kept})
        )

    @property
    def group_of(self) -> dict[str, int]:
        """Return the group of each joined cell."""
        return {cell: number for number, cells in self.groups.items() for cell in cells}


def decide_fates(round: Round, counted: Mapping[str, int], *, written: Mapping[str, int]) -> Fates:
    """Return the fates of a round's cells. `counted`: valid ballots by cell; `written`: comments that are not blank.

    Comments of one subject lie in one cell and have no neighbour. Six queries, eight of a round with comments and a
    class declared not anonymous.
    """
    floor, scheme = round.frozen_scheme.floor, round.frozen_scheme
    tickets, paper_only, declared = _tickets(round), _paper_only(round), _declared_writers(round)
    order = {key: place for place, key in enumerate(scheme.class_keys)}
    asked = {key: tuple(criterion.key for criterion in scheme.criteria_of(key)) for key in order}
    cells: dict[str, Fate] = {}
    known: dict[str, int] = {}
    ladders: dict[tuple[str, int], list[tuple[int, Rung]]] = {}
    rows = round.cells.order_by("key").values_list(
        "pk", "key", "kind", "subject_id", "sheet_id", "voter_class", "closed"
    )
    for pk, key, kind, subject, sheet, voter_class, closed in rows:
        cells[key] = Fate.FEW
        ballots = written.get(key, 0) if kind == CellKind.COMMENT else counted.get(key, 0)
        known[key] = min(ballots, declared[pk] + (0 if pk in paper_only else tickets[pk]))
        secure = ballots - known[key]
        if kind == CellKind.COMMENT:
            cells[key] = Fate.COUNTED if secure >= floor else Fate.FEW
        elif not closed:
            voters = scheme.voter_class(voter_class)
            rung = Rung(key, ballots, secure, asked[voter_class], voters.anonymous)
            ladder = ladders.setdefault(("sheet", sheet) if sheet else ("subject", subject), [])
            ladder.append((order[voter_class], rung))
    joined: list[tuple[str, ...]] = []
    for ladder in ladders.values():
        steps = climb([rung for _place, rung in sorted(ladder, key=lambda step: step[0])], floor=floor)
        cells.update(dict.fromkeys(steps.alone, Fate.COUNTED))
        for group in steps.joined:
            cells.update(dict.fromkeys(group, Fate.MERGED))
            joined.append(group)
    return Fates(cells, dict(enumerate(sorted(joined, key=min), 1)), known)


def outcomes(round: Round, fates: Fates) -> list[CellOutcome]:
    """Return what the bulletin says of each cell. One query."""
    group_of = fates.group_of
    return [
        CellOutcome(
            cell=cell.key,
            eligible=cell.eligible,
            fate=fates.cells[cell.key],
            group=group_of.get(cell.key, 0),
        )
        for cell in round.cells.with_eligible()
    ]


def group_outcomes(hashes: Mapping[int, str]) -> Iterator[GroupOutcome]:
    """Yield what the bulletin says of each joined group. `hashes`: of its answers, by the group's number."""
    for number in sorted(hashes):
        yield GroupOutcome(number, hashes[number])


def round_totals(round: Round, fates: Fates, counted: Mapping[str, int]) -> Totals:
    """Return what the bulletin says of the whole round. `counted`: valid ballots by cell.

    People are told only where all who vote at computers hold a paper that is kept. It is then the number that the
    organiser saw (domain.rounds.participation). Of a part of them it would be a second one: the difference is how many
    of the others drew, and where that is none or all of them, it says it of each. Reads the roll through.
    Raises: RoundKeyUnreadable.
    """
    floor, ends = round.frozen_scheme.floor, {Fate.COUNTED, Fate.MERGED}
    marks = round.cells.exclude(kind=CellKind.COMMENT).order_by().values_list("pk", "key")
    kept = {pk: key for pk, key in marks if fates.cells[key] in ends}
    ballots = sum(counted.get(key, 0) for key in kept.values())
    came = turnout(round, cells=kept)
    if came.people < max(floor, len(people_at_computers(round))):
        return Totals(counted=ballots)
    return Totals(came.people, came.drawn, ballots)


def read_known(public_id: str) -> dict[str, int]:
    """Return how many ballots of each cell of a counted round others may know; cells without any are left out."""
    numbers: dict[str, int] = {}
    for document in store.documents(public_id, KNOWN):
        numbers |= json.loads(document.body)
    return numbers


def is_blank(entry: bytes) -> bool:
    """Return whether a comment paper's entry holds no words."""
    return not str(json.loads(entry)["ballot"]["a"]["text"]).strip()


def _tickets(round: Round) -> Counter[int]:
    """Return how many tickets were issued for each cell (primary key)."""
    issued = dict(Ticket.objects.filter(urn__round=round).values_list("urn").annotate(Count("pk")).order_by())
    tickets: Counter[int] = Counter()
    for cell, urn in Cell.urns.through.objects.filter(urn__round=round).values_list("cell_id", "urn_id"):
        tickets[cell] += issued.get(urn, 0)
    return tickets


def _declared_writers(round: Round) -> Counter[int]:
    """Return how many of each comment cell (primary key) may be of people in classes declared not anonymous."""
    if all(voters.anonymous for voters in round.frozen_scheme.classes):
        return Counter()
    writers = comment_writers(round, round.frozen_scheme)
    return Counter({cell: who.declared for cell, who in writers.items()})


def _paper_only(round: Round) -> set[int]:
    """Return the cells (primary keys) in which nobody votes at a computer.

    Their envelopes are opened only once a second scrutineer has witnessed them (domain.ballots.envelopes).
    """
    on_paper = round.members.filter(on_paper=True).values("user_id")
    at_computers = Assignment.objects.filter(cell__round=round).exclude(evaluator__in=on_paper)
    cells = round.cells.filter(urns__isnull=False).exclude(pk__in=at_computers.order_by().values("cell_id"))
    return set(cells.values_list("pk", flat=True))
