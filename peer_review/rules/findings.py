"""Predicates about findings."""

from typing import TYPE_CHECKING

from peer_review.rules.base import predicate_about
from peer_review.rules.results import can_view_all_results, can_view_section_results
from peer_review.rules.roles import is_inspector
from peer_review.rules.rounds import is_published
from peer_review.rules.subjects import of_round
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import RaisedFinding


@predicate_about("finding")
def is_about_own_section(user: User, finding: "RaisedFinding") -> bool:
    """The user headed the section that the finding is about when the roll was frozen. One query."""
    return bool(
        finding.section_key
        and finding.round.members.filter(user=user, is_section_head=True, section_key=finding.section_key).exists()
    )


@predicate_about("finding")
def has_raised(user: User, finding: "RaisedFinding") -> bool:
    """The user raised the finding."""
    return bool(finding.raised_by_id == user.pk)


@predicate_about("finding")
def is_to_answer_for(user: User, finding: "RaisedFinding") -> bool:
    """The user is named as responsible for the finding."""
    return bool(finding.responsible_id == user.pk)


can_raise_anywhere = is_published & (is_inspector | can_view_all_results)


can_raise_finding = of_round(can_raise_anywhere) | (of_round(can_view_section_results) & is_about_own_section)
