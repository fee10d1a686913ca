"""Comment writers: who may write about each subject, and how many of them hide the others.

A comment paper carries no voter class: the words of all classes about one subject lie in one cell, so nobody can tell
which of them came from a class that was declared not anonymous, or by an envelope. Whoever holds the paper and is no
cover is therefore reckoned as having written.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef

from peer_review.enums import CellKind
from peer_review.models import Assignment, Round
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.querysets.ballots import AssignmentQuerySet


@dataclass(frozen=True, slots=True)
class CommentWriters:
    """Who may write on one comment paper.

    with_envelopes: how many vote on paper; none where nobody writes at a computer, whose envelopes two scrutineers have
    seen made. declared: how many of the others mark the same subject in a class declared not anonymous.
    """

    eligible: int = 0
    with_envelopes: int = 0
    declared: int = 0

    @property
    def covering(self) -> int:
        """How many people's words count towards the floor."""
        return self.eligible - self.with_envelopes - self.declared


def comment_writers(
    round: Round, scheme: FrozenScheme, *, papers: Collection[int] | None = None
) -> dict[int, CommentWriters]:
    """Return who may write on these comment papers (primary keys), None: on all of the round.

    One query, and one more where a class is declared not anonymous.
    """
    named = [voters.key for voters in scheme.classes if not voters.anonymous]
    held = Assignment.objects.filter(cell__round=round, cell__kind=CellKind.COMMENT).order_by()
    held = held if papers is None else held.filter(cell__in=papers)
    people = _counted(round, held)
    declared = _counted(round, held.marking_in(named)) if named else {}
    writers = {}
    for cell, counts in people.items():
        of_declared = declared.get(cell, {})
        at_computers = counts.get(False, 0)
        writers[cell] = CommentWriters(
            eligible=sum(counts.values()),
            with_envelopes=counts.get(True, 0) if at_computers else 0,
            declared=of_declared.get(False, 0) if at_computers else sum(of_declared.values()),
        )
    return writers


def _counted(round: Round, held: AssignmentQuerySet) -> dict[int, dict[bool, int]]:
    """Return how many hold each paper, those with an envelope and the others apart."""
    people: dict[int, dict[bool, int]] = defaultdict(dict)
    envelopes = round.members.filter(on_paper=True, user=OuterRef("evaluator"))
    rows = held.annotate(envelope=Exists(envelopes)).values_list("cell_id", "envelope").annotate(Count("pk"))
    for cell, envelope, many in rows:
        people[cell][envelope] = many
    return people
