"""The grades that the figures propose, before a person decides."""

from dataclasses import dataclass

import numpy as np

from peer_review.counting.quota import propose
from peer_review.counting.scales import GRADES
from peer_review.counting.small_groups import proposed_grade
from peer_review.enums import ResultScope
from peer_review.models import Result, Round


@dataclass(frozen=True, slots=True)
class RoundProposal:
    """What a round's published scores propose, by the keys of its subjects; see counting.quota.Proposal."""

    grades: dict[int, str]
    scored: frozenset[int]
    quota: int
    approval: str
    places: int | None
    line: tuple[float, float, float] | None
    tied: frozenset[int]
    indistinct: frozenset[int]
    left: int | None


def proposal_of(round: Round) -> RoundProposal:
    """Return what the published scores propose under the frozen bands and quota. The group is the round. One query.

    Everybody evaluated counts in the group, with a score or without. A form from before there were quotas has none.
    """
    subjects = Result.objects.filter(round=round, scope=ResultScope.SUBJECT).order_by("sort_order", "pk")
    rows = list(subjects.values_list("subject_id", "score", "low", "high", "shown", "standing"))
    figures = np.array([row[1:4] for row in rows], dtype=np.float64).reshape(-1, 3)
    scheme = round.frozen_scheme
    quota = scheme.excellent_quota
    # Rounds from before there were ranges keep the exact scores themselves.
    have_standings = any(row[5] is not None for row in rows)
    proposal = propose(
        *figures.T,
        quota=quota,
        bands=scheme.bands,
        grades=[proposed_grade(row[1], row[4], scheme.bands) for row in rows],
        standings=np.array([row[5] or 0 for row in rows], dtype=np.int64) if have_standings else None,
    )
    keys = [row[0] for row in rows]
    return RoundProposal(
        grades=dict(zip(keys, proposal.grades, strict=True)),
        scored=frozenset(row[0] for row in rows if row[1] is not None),
        quota=quota,
        approval=scheme.quota_approval,
        places=proposal.places,
        line=proposal.line,
        tied=frozenset(keys[at] for at in proposal.tied),
        indistinct=frozenset(keys[at] for at in proposal.indistinct),
        left=proposal.left,
    )


def place_of(proposal: RoundProposal, key: int) -> str:
    """Return where a subject lies: above the line, tied at it, below it, or nowhere without figures."""
    if key in proposal.tied:
        return "tied"
    if key not in proposal.scored:
        return "none"
    return "above" if proposal.grades[key] == GRADES[0] else "below"


def needs_reason(proposal: RoundProposal, subject: int, grade: str) -> bool:
    """Whether words are needed: not where the decision follows what the figures propose."""
    return not grade or grade != proposal.grades.get(subject, "")
