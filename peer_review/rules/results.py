"""Predicates about results, and who may view them."""

from typing import Any

import rules

from peer_review.enums import ResultScope
from peer_review.roles import is_known
from peer_review.rules.roles import is_inspector, is_leader
from peer_review.rules.rounds import (
    is_comment_reviewer,
    is_head_on_roll,
    is_on_roll,
    is_opened,
    is_published,
    is_responsible_organiser,
    is_scrutineer_of,
    is_subject,
    shown_to,
)
from peer_review.rules.subjects import handles_appeal, is_head_of_subject, is_own_subject, of_round
from peer_review.users import AnyUser

can_view_own_result = is_published & shown_to("subject") & is_subject


can_view_section_results = is_published & shown_to("section_head") & is_head_on_roll


can_view_all_results = is_published & (is_responsible_organiser | (is_leader & shown_to("leadership")))


can_drill_down = can_view_all_results | can_view_section_results


can_view_summary = is_published & shown_to("staff")


can_view_anomalies = is_inspector & is_published


can_view_subject_result = of_round(is_published) & (
    (is_own_subject & of_round(shown_to("subject")))
    | (is_head_of_subject & of_round(shown_to("section_head")))
    | of_round(can_view_all_results)
    # Whoever decides an appeal sees what the subject sees.
    | (handles_appeal & of_round(shown_to("subject")))
)


can_view_round = (
    is_responsible_organiser
    | is_scrutineer_of
    | (is_opened & (is_inspector | is_leader | is_on_roll | is_comment_reviewer))
    | can_view_summary
)


@rules.predicate
def is_result_of_subject(user: AnyUser | None, result: Any) -> bool:
    """The result tells of one subject."""
    return bool(result is not None and result.scope == ResultScope.SUBJECT)


@rules.predicate
def is_result_of_unit(user: AnyUser | None, result: Any) -> bool:
    """The result tells of all together."""
    return bool(result is not None and result.scope == ResultScope.UNIT)


@rules.predicate
def is_result_of_section(user: AnyUser | None, result: Any) -> bool:
    """The result tells of one section."""
    return bool(result is not None and result.scope == ResultScope.SECTION)


@rules.predicate
def is_result_of_rank(user: AnyUser | None, result: Any) -> bool:
    """The result tells of one rank."""
    return bool(result is not None and result.scope == ResultScope.RANK)


@rules.predicate
def is_comparable(user: AnyUser | None, result: Any) -> bool:
    """The result is a mean over so many that it may be shown to people who may not see its members."""
    return bool(result is not None and result.comparable)


@rules.predicate
def heads_section_of_result(user: AnyUser | None, result: Any) -> bool:
    """Headed the section that the result tells of when the roll was frozen. One query."""
    heads = result.round.members.filter(user=user, is_section_head=True, section_key=result.section_key)
    return bool(is_known(user) and heads.exists())


@rules.predicate
def lies_in_section_of_result(user: AnyUser | None, result: Any) -> bool:
    """Is evaluated in this round as a member of the section that the result tells of. One query."""
    mine = result.round.subjects.filter(member__user=user, section_key=result.section_key)
    return bool(is_known(user) and mine.exists())


@rules.predicate
def holds_rank_of_result(user: AnyUser | None, result: Any) -> bool:
    """Is evaluated in this round as a member of the rank that the result tells of. One query."""
    mine = result.round.subjects.filter(member__user=user, member__rank_key=result.rank_key)
    return bool(is_known(user) and mine.exists())


@rules.predicate
def can_view_subject_of_result(user: AnyUser | None, result: Any) -> bool:
    """May read the figures of the subject that the result tells of."""
    return bool(result is not None and can_view_subject_result.test(user, result.subject))


can_view_group_result = of_round(can_view_all_results) | (
    (is_comparable & of_round(can_view_summary))
    | (
        of_round(can_view_section_results)
        & ((is_result_of_unit & is_comparable) | (is_result_of_section & heads_section_of_result))
    )
    | (
        is_comparable
        & of_round(can_view_own_result)
        & (
            is_result_of_unit
            | (is_result_of_section & lies_in_section_of_result)
            | (is_result_of_rank & holds_rank_of_result)
        )
    )
)
