"""Predicates about findings."""

from typing import Any

import rules

from peer_review.roles import is_known
from peer_review.rules.results import can_view_all_results, can_view_section_results
from peer_review.rules.roles import is_inspector
from peer_review.rules.rounds import is_published
from peer_review.rules.subjects import of_round
from peer_review.users import AnyUser


@rules.predicate
def is_about_own_section(user: AnyUser | None, finding: Any) -> bool:
    """Headed the section that the finding is about when the roll was frozen. One query."""
    return bool(
        finding is not None
        and finding.section_key
        and is_known(user)
        and finding.round.members.filter(user=user, is_section_head=True, section_key=finding.section_key).exists()
    )


@rules.predicate
def has_raised(user: AnyUser | None, finding: Any) -> bool:
    """Raised it."""
    return bool(finding is not None and is_known(user) and finding.raised_by_id == user.pk)


@rules.predicate
def is_to_answer_for(user: AnyUser | None, finding: Any) -> bool:
    """Is named as responsible for it."""
    return bool(finding is not None and is_known(user) and finding.responsible_id == user.pk)


can_raise_anywhere = is_published & (is_inspector | can_view_all_results)


can_raise_finding = of_round(can_raise_anywhere) | (of_round(can_view_section_results) & is_about_own_section)
