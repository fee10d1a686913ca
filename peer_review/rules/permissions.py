"""Permissions, composed of predicates, and the queryset that equals each.

Ask `rules.has_perm("peer_review.…", user, object)`, never `user.has_perm`: Django answers yes to every superuser,
and here a superuser is nobody in particular. TWINS names the queryset method that selects what a permission holds for.
"""

import rules

from peer_review.rules.audit import can_inspect_round_of, is_about_user
from peer_review.rules.findings import can_raise_anywhere, can_raise_finding, has_raised, is_to_answer_for
from peer_review.rules.ledger import can_view_ledger, can_withdraw_figures
from peer_review.rules.outcomes import (
    can_assign_contest,
    can_decide_round,
    can_decide_subject,
    is_contestant,
    is_on_contest,
    is_responsible_for_stage,
    is_running,
)
from peer_review.rules.planning import can_confirm_roll, can_view_roll_touches
from peer_review.rules.results import (
    can_compose_crosstab,
    can_view_all_results,
    can_view_anomalies,
    can_view_group_result,
    can_view_own_result,
    can_view_round,
    can_view_section_of_result,
    can_view_section_results,
    can_view_subject_of_result,
    can_view_subject_result,
    can_view_summary,
    is_result_of_subject,
)
from peer_review.rules.roles import is_inspector, is_leader, is_organiser
from peer_review.rules.rounds import (
    can_confirm_early_closing,
    can_view_early_closing,
    has_paper,
    has_self_evaluation,
    is_awaiting_publication,
    is_comment_reviewer,
    is_counted,
    is_opened,
    is_responsible_organiser,
    is_scrutineer_of,
    is_subject,
)
from peer_review.rules.subjects import has_outcome_notice, is_notified, of_round

rules.add_perm("peer_review.view_round", can_view_round)
rules.add_perm("peer_review.add_round", is_organiser)
rules.add_perm("peer_review.manage_round", is_responsible_organiser)
rules.add_perm("peer_review.open_box", is_scrutineer_of)
rules.add_perm("peer_review.view_envelopes", is_scrutineer_of | is_responsible_organiser)
rules.add_perm("peer_review.view_early_closing", can_view_early_closing)
rules.add_perm("peer_review.confirm_early_closing", can_confirm_early_closing)
rules.add_perm("peer_review.view_roll_touches", can_view_roll_touches)
rules.add_perm("peer_review.confirm_roll", can_confirm_roll)
rules.add_perm("peer_review.evaluate_round", is_opened & has_paper)
# Nobody reviews what is said of themselves; opening refuses such a reviewer, and so does this.
rules.add_perm("peer_review.review_comments", is_awaiting_publication & is_comment_reviewer & ~is_subject)
rules.add_perm("peer_review.evaluate_self", is_opened & has_self_evaluation & is_subject)
rules.add_perm("peer_review.view_own_result", can_view_own_result)
rules.add_perm("peer_review.view_section_results", can_view_section_results)
rules.add_perm("peer_review.view_section", can_view_section_of_result)
rules.add_perm("peer_review.view_all_results", can_view_all_results)
rules.add_perm("peer_review.compose_crosstab", can_compose_crosstab)
rules.add_perm("peer_review.view_summary", can_view_summary)
rules.add_perm("peer_review.view_subject_result", can_view_subject_result)
rules.add_perm("peer_review.view_participation", is_opened & is_responsible_organiser)
rules.add_perm("peer_review.view_bulletin_audit", is_inspector & is_counted)
rules.add_perm("peer_review.view_ledger", can_view_ledger)
rules.add_perm("peer_review.withdraw_figures", can_withdraw_figures)
rules.add_perm("peer_review.view_audit_log", is_inspector)
rules.add_perm("peer_review.view_anomalies", can_view_anomalies)
rules.add_perm("peer_review.manage_schemes", is_organiser)


rules.add_perm(
    "peer_review.view_result",
    (is_result_of_subject & can_view_subject_of_result) | (~is_result_of_subject & can_view_group_result),
)


# Decisions, notices and contests


rules.add_perm("peer_review.decide_round", can_decide_round)
rules.add_perm("peer_review.decide_subject", can_decide_subject)
rules.add_perm(
    "peer_review.view_outcome",
    can_decide_subject | (has_outcome_notice & (is_notified | is_inspector | can_view_subject_result)),
)
rules.add_perm("peer_review.contest_outcome", is_notified)
rules.add_perm("peer_review.view_contest", is_contestant | is_inspector | (is_leader & is_on_contest))
rules.add_perm("peer_review.assign_contest", can_assign_contest)
rules.add_perm("peer_review.answer_contest", can_assign_contest & is_responsible_for_stage)
rules.add_perm(
    "peer_review.view_public_notice", is_running | is_leader | is_inspector | of_round(is_responsible_organiser)
)


# Findings


rules.add_perm("peer_review.raise_findings", can_raise_anywhere | can_view_section_results)
rules.add_perm("peer_review.raise_finding", can_raise_finding)
rules.add_perm("peer_review.view_finding", has_raised | is_to_answer_for | can_raise_finding)


# Patterns


# Nobody inspects themselves.
rules.add_perm("peer_review.view_anomaly", can_inspect_round_of & ~is_about_user)


#: The model and the method of its queryset that selects what each permission about a thing holds for. One test holds
#: all of them equal to their permissions, for every role.
TWINS = {
    "view_round": ("Round", "visible_to"),
    "manage_round": ("Round", "manageable_by"),
    "open_box": ("Round", "openable_by"),
    "view_envelopes": ("Round", "with_envelopes_for"),
    "view_early_closing": ("Round", "with_early_closing_for"),
    "confirm_early_closing": ("EarlyClosing", "confirmable_by"),
    "view_roll_touches": ("Round", "with_roll_touches_for"),
    "confirm_roll": ("Round", "with_roll_to_confirm_for"),
    "evaluate_round": ("Round", "evaluable_by"),
    "review_comments": ("Round", "reviewable_by"),
    "evaluate_self": ("Round", "self_evaluable_by"),
    "view_own_result": ("Round", "with_own_result_for"),
    "view_section_results": ("Round", "with_section_results_for"),
    "view_all_results": ("Round", "with_all_results_for"),
    "compose_crosstab": ("Round", "with_crosstab_for"),
    "view_summary": ("Round", "with_summary_for"),
    "view_participation": ("Round", "with_participation_for"),
    "view_bulletin_audit": ("Round", "auditable_by"),
    "view_ledger": ("Round", "with_ledger_for"),
    "withdraw_figures": ("Round", "correctable_by"),
    "view_anomalies": ("Round", "with_anomalies_for"),
    "decide_round": ("Round", "decidable_by"),
    "raise_findings": ("Round", "with_findings_to_raise_for"),
    "view_subject_result": ("Subject", "with_result_for"),
    "decide_subject": ("Subject", "decidable_by"),
    "view_outcome": ("Subject", "with_outcome_for"),
    "contest_outcome": ("Subject", "contestable_by"),
    "view_result": ("Result", "visible_to"),
    "view_section": ("Result", "with_section_for"),
    "view_contest": ("Contest", "visible_to"),
    "assign_contest": ("ContestStage", "assignable_by"),
    "answer_contest": ("ContestStage", "answerable_by"),
    "view_public_notice": ("PublicNotice", "visible_to"),
    "raise_finding": ("RaisedFinding", "raisable_by"),
    "view_finding": ("RaisedFinding", "visible_to"),
    "view_anomaly": ("Anomaly", "visible_to"),
}
#: Permissions that are about no thing, so that they have no twin.
GENERAL = ("add_round", "manage_schemes", "view_audit_log")
