"""Who has drawn, and how many credentials each paper has given out: known to the server until the count, no longer."""

from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from peer_review.domain.ballots.drawing import person_id, ticket_id, which_are_drawn
from peer_review.domain.keys.server_keys import key_of
from peer_review.enums import CellKind, RoundState
from peer_review.exceptions.keys import RoundKeyUnreadable
from peer_review.models import Assignment, Round, Ticket
from peer_review.querysets.ballots import AssignmentQuerySet
from peer_review.users import AnyUser

#: Papers read at once.
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Turnout:
    """Of `people` with a paper for marks who vote at computers, `drawn` have drawn."""

    people: int
    drawn: int


def has_drawn(round: Round, user: AnyUser) -> bool:
    """Return whether a person has drawn the papers of an open round; see rounds_drawn_by. One query."""
    return bool(rounds_drawn_by(user, [round]))


def rounds_drawn_by(user: AnyUser, rounds: Iterable[Round]) -> set[int]:
    """Return those open rounds (primary keys) in which a person has drawn. One query.

    A round whose key cannot be read here is taken for not drawn: the draw itself says what is wrong.
    """
    ids: dict[bytes, int] = {}
    for round in rounds:
        if round.state == RoundState.OPEN and user.pk is not None:
            with suppress(RoundKeyUnreadable):
                ids[person_id(key_of(round), user.pk)] = round.pk
    return {ids[drawn_id] for drawn_id in which_are_drawn(ids)}


def people_drawn(round: Round) -> set[int]:
    """Return the users (primary keys) who have drawn in a browser of their own.

    Raises: RoundKeyUnreadable.
    """
    people = _people_by_id(round)
    return {people[drawn_id] for drawn_id in which_are_drawn(people)}


def turnout(round: Round, *, cells: Collection[int] | None = None) -> Turnout:
    """Return how many people with a paper for marks vote at computers, and how many of them have drawn. `cells`: only
    people with the paper of one of these (primary keys).

    Whoever votes on paper is left out on both sides: a ticket says nothing of who drew with it, and the rest of a total
    that had them in it would tell of the few on paper.
    Raises: RoundKeyUnreadable.
    """
    people = people_at_computers(round, cells=cells)
    return Turnout(len(people), len(people & people_drawn(round)))


def people_at_computers(round: Round, *, cells: Collection[int] | None = None) -> set[int]:
    """Return who holds a paper for marks and votes at a computer. `cells`: as of turnout."""
    on_paper = round.members.filter(on_paper=True).values("user_id")
    papers = Assignment.objects.filter(cell__round=round).exclude(cell__kind=CellKind.COMMENT)
    papers = papers.exclude(evaluator__in=on_paper).order_by()
    if cells is None:
        return set(papers.values_list("evaluator_id", flat=True).distinct())
    rows = _pairs(papers)
    return set(rows[np.isin(rows[:, 0], list(cells)), 1].tolist())


def tickets_drawn(round: Round) -> Counter[int]:
    """Return how many tickets of each urn (primary key) have been drawn with.

    Raises: RoundKeyUnreadable.
    """
    urns = _urns_by_id(round)
    return Counter(urns[drawn_id] for drawn_id in which_are_drawn(urns))


def ids_drawn(round: Round) -> set[bytes]:
    """Return the ids of all rows of `Drawn` that are this round's, of people and of tickets.

    Raises: RoundKeyUnreadable.
    """
    return which_are_drawn(_people_by_id(round).keys() | _urns_by_id(round).keys())


def _people_by_id(round: Round) -> dict[bytes, int]:
    """Return everybody with a paper (users' primary keys) by the id under which they draw."""
    key = key_of(round)
    evaluators = Assignment.objects.filter(cell__round=round).order_by().values_list("evaluator_id", flat=True)
    return {person_id(key, pk): pk for pk in evaluators.distinct()}


def _urns_by_id(round: Round) -> dict[bytes, int]:
    """Return the urn (primary key) of every ticket by the id under which the ticket draws."""
    key = key_of(round)
    tickets = Ticket.objects.filter(urn__round=round).values_list("digest", "urn_id")
    return {ticket_id(key, bytes(digest)): urn for digest, urn in tickets}


def people_drawn_by_cell(round: Round) -> Counter[int]:
    """Return how many people have drawn the paper of each cell (primary key) in a browser of their own.

    Reads the roll through, some thousand papers at a time: a large round has two million.
    Raises: RoundKeyUnreadable.
    """
    people = np.array(sorted(people_drawn(round)), dtype=np.int64)
    rows = _pairs(Assignment.objects.filter(cell__round=round).order_by())
    cells, many = np.unique(rows[np.isin(rows[:, 1], people), 0], return_counts=True)
    return Counter(dict(zip(cells.tolist(), many.tolist(), strict=True)))


def _pairs(papers: AssignmentQuerySet) -> npt.NDArray[np.int64]:
    """Return the cell and the evaluator of each paper, as two columns of primary keys."""
    pairs = papers.values_list("cell_id", "evaluator_id").iterator(chunk_size=_CHUNK)
    return np.fromiter(chain.from_iterable(pairs), dtype=np.int64).reshape(-1, 2)


def drawn_by_cell(round: Round) -> Counter[int]:
    """Return how many credentials each cell (primary key) has given out, to people and to tickets.

    Raises: RoundKeyUnreadable.
    """
    drawn = people_drawn_by_cell(round)
    by_urn = tickets_drawn(round)
    for urn in round.urns.filter(pk__in=list(by_urn)).prefetch_related("cells"):
        for cell in urn.cells.all():
            drawn[cell.pk] += by_urn[urn.pk]
    return drawn
