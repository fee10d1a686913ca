"""Envelope groups: people without a computer who draw their envelopes from the same urn.

An envelope holds the credentials of one set of papers, so envelopes can only be exchanged between people who have
all of these papers in common. Cells are grouped by exactly who votes in them on paper: a person draws one envelope
from each urn that they belong to.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from peer_review.conf import conf
from peer_review.domain.planning.shared_papers import first_cells
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.exceptions.base import OpeningRefusal
from peer_review.exceptions.planning import PaperVotersTooFew
from peer_review.models import Assignment, Round, Urn
from peer_review.users import User


@dataclass(frozen=True, slots=True)
class EnvelopeGroup:
    """Cells (primary keys) in which exactly these people (users' primary keys) vote on paper."""

    cells: tuple[int, ...]
    people: frozenset[int]


def is_paper_voter(round: Round, user: User) -> bool:
    """Return whether this person votes with an envelope, so not in a browser of their own. One query."""
    return bool(round.members.filter(user=user, on_paper=True).exists())


def envelope_groups(round: Round) -> list[EnvelopeGroup]:
    """Return the envelope groups of a round, the largest first; empty where everybody votes by computer.

    Papers that classes will share once a draft opens are one already. Two queries, more on a draft of several classes.
    """
    voters = set(round.members.filter(on_paper=True).values_list("user_id", flat=True))
    if not voters:
        return []
    first_of = first_cells(round, round.frozen_scheme if round.has_frozen_scheme else freeze_for(round))
    of_cell: dict[int, set[int]] = defaultdict(set)
    rows = Assignment.objects.filter(cell__round=round, evaluator__in=voters)
    for cell, evaluator in rows.values_list("cell_id", "evaluator_id"):
        of_cell[first_of.get(cell, cell)].add(evaluator)
    cells_of: dict[frozenset[int], list[int]] = defaultdict(list)
    for cell, people in of_cell.items():
        cells_of[frozenset(people)].append(cell)
    groups = [EnvelopeGroup(tuple(sorted(cells)), people) for people, cells in cells_of.items()]
    return sorted(groups, key=lambda group: (-len(group.people), group.cells))


def envelope_refusals(round: Round) -> Iterator[OpeningRefusal]:
    """Yield a refusal if an urn is so small that an envelope identifies who drew it."""
    least = int(conf.MINIMUM_FLOOR)
    exposed: set[int] = set()
    for group in envelope_groups(round):
        if len(group.people) < least:
            exposed |= group.people
    if exposed:
        names = round.members.filter(user_id__in=exposed).values_list("name", flat=True)
        yield PaperVotersTooFew(names="、".join(names[:5]), least=least)


def make_urns(round: Round) -> list[Urn]:
    """Create and return the urns of a round that is being opened; its roll cannot change any more."""
    urns = []
    for number, group in enumerate(envelope_groups(round), start=1):
        urn = Urn.objects.create(round=round, number=number, envelopes=len(group.people))
        urn.cells.set(group.cells)
        urns.append(urn)
    return urns
