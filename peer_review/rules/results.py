"""Predicates about results, and who may view them."""

from typing import TYPE_CHECKING

from peer_review.enums import ResultScope
from peer_review.rules.base import predicate_about
from peer_review.rules.roles import is_inspector, is_leader
from peer_review.rules.rounds import (
    is_comment_reviewer,
    is_head_on_roll,
    is_on_roll,
    is_opened,
    is_published,
    is_responsible_organiser,
    is_scrutineer_of,
    is_shown_to,
    is_subject,
)
from peer_review.rules.subjects import is_head_of_subject, is_own_subject, is_responsible_for_appeal, of_round
from peer_review.users import User

if TYPE_CHECKING:
    from peer_review.models import Result


can_view_own_result = is_published & is_shown_to("subject") & is_subject


can_view_section_results = is_published & is_shown_to("section_head") & is_head_on_roll


can_view_all_results = is_published & (is_responsible_organiser | (is_leader & is_shown_to("leadership")))


can_compose_crosstab = can_view_all_results | can_view_section_results


can_view_summary = is_published & is_shown_to("staff")


can_view_anomalies = is_inspector & is_published


can_view_subject_result = of_round(is_published) & (
    (is_own_subject & of_round(is_shown_to("subject")))
    | (is_head_of_subject & of_round(is_shown_to("section_head")))
    | of_round(can_view_all_results)
    # Whoever decides an appeal sees what the subject sees.
    | (is_responsible_for_appeal & of_round(is_shown_to("subject")))
)


can_view_round = (
    is_responsible_organiser
    | is_scrutineer_of
    | (is_opened & (is_inspector | is_leader | is_on_roll | is_comment_reviewer))
    | can_view_summary
)


@predicate_about("result")
def is_result_of_subject(user: User, result: "Result") -> bool:
    """The result tells of one subject."""
    return bool(result.scope == ResultScope.SUBJECT)


@predicate_about("result")
def is_result_of_unit(user: User, result: "Result") -> bool:
    """The result tells of all together."""
    return bool(result.scope == ResultScope.UNIT)


@predicate_about("result")
def is_result_of_section(user: User, result: "Result") -> bool:
    """The result tells of one section."""
    return bool(result.scope == ResultScope.SECTION)


@predicate_about("result")
def is_result_of_rank(user: User, result: "Result") -> bool:
    """The result tells of one rank."""
    return bool(result.scope == ResultScope.RANK)


@predicate_about("result")
def is_comparable(user: User, result: "Result") -> bool:
    """The result is a mean over so many that it may be shown to people who may not see its members."""
    return bool(result.comparable)


@predicate_about("result")
def is_head_of_result_section(user: User, result: "Result") -> bool:
    """The user headed the section that the result tells of when the roll was frozen. One query."""
    heads = result.round.members.filter(user=user, is_section_head=True, section_key=result.section_key)
    return bool(heads.exists())


@predicate_about("result")
def is_in_result_section(user: User, result: "Result") -> bool:
    """The user is evaluated in this round as a member of the section that the result tells of. One query."""
    mine = result.round.subjects.filter(member__user=user, section_key=result.section_key)
    return bool(mine.exists())


@predicate_about("result")
def is_in_result_rank(user: User, result: "Result") -> bool:
    """The user is evaluated in this round as a member of the rank that the result tells of. One query."""
    mine = result.round.subjects.filter(member__user=user, member__rank_key=result.rank_key)
    return bool(mine.exists())


@predicate_about("result")
def can_view_subject_of_result(user: User, result: "Result") -> bool:
    """The user may read the figures of the subject that the result tells of."""
    return bool(can_view_subject_result.test(user, result.subject))


#: The results of a section, subject by subject: more than its mean, which others may read too.
can_view_section_of_result = is_result_of_section & (
    of_round(can_view_all_results) | (of_round(can_view_section_results) & is_head_of_result_section)
)


can_view_group_result = of_round(can_view_all_results) | (
    (is_comparable & of_round(can_view_summary))
    | (
        of_round(can_view_section_results)
        & ((is_result_of_unit & is_comparable) | (is_result_of_section & is_head_of_result_section))
    )
    | (
        is_comparable
        & of_round(can_view_own_result)
        & (is_result_of_unit | (is_result_of_section & is_in_result_section) | (is_result_of_rank & is_in_result_rank))
    )
)
