"""May this person? Predicates, and the permissions composed of them.

Ask `rules.has_perm("peer_review.…", user, object)`, never `user.has_perm`: Django answers yes to every superuser,
and here a superuser is nobody in particular. Each permission has a queryset twin in querysets.py; a test holds
them equal for every role.
"""

import rules

from peer_review.rules.audit import may_inspect_round_of, tells_of_reader
from peer_review.rules.findings import can_raise_anywhere, can_raise_finding, has_raised, is_to_answer_for
from peer_review.rules.ledger import can_view_ledger, can_withdraw_figures
from peer_review.rules.outcomes import (
    can_assign_contest,
    can_decide_round,
    can_decide_subject,
    is_contestant,
    is_on_contest,
    is_running,
    is_theirs,
)
from peer_review.rules.results import (
    can_drill_down,
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
    asks_self_evaluation,
    awaits_publication,
    has_paper,
    is_comment_reviewer,
    is_counted,
    is_opened,
    is_responsible_organiser,
    is_scrutineer_of,
    is_subject,
)
from peer_review.rules.subjects import is_notified, is_told, of_round

rules.add_perm("peer_review.view_round", can_view_round)
rules.add_perm("peer_review.add_round", is_organiser)
rules.add_perm("peer_review.manage_round", is_responsible_organiser)
rules.add_perm("peer_review.open_box", is_scrutineer_of)
rules.add_perm("peer_review.evaluate_round", is_opened & has_paper)
# Nobody reviews what is said of themselves; opening refuses such a reviewer, and so does this.
rules.add_perm("peer_review.review_comments", awaits_publication & is_comment_reviewer & ~is_subject)
rules.add_perm("peer_review.evaluate_self", is_opened & asks_self_evaluation & is_subject)
rules.add_perm("peer_review.view_own_result", can_view_own_result)
rules.add_perm("peer_review.view_section_results", can_view_section_results)
rules.add_perm("peer_review.view_all_results", can_view_all_results)
rules.add_perm("peer_review.drill_down", can_drill_down)
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
rules.add_perm("peer_review.view_section", can_view_section_of_result)


# Decisions, notices and contests


rules.add_perm("peer_review.decide_round", can_decide_round)
rules.add_perm("peer_review.decide_subject", can_decide_subject)
rules.add_perm(
    "peer_review.view_outcome",
    can_decide_subject | (is_told & (is_notified | is_inspector | can_view_subject_result)),
)
rules.add_perm("peer_review.contest_outcome", is_notified)
rules.add_perm("peer_review.view_contest", is_contestant | is_inspector | (is_leader & is_on_contest))
rules.add_perm("peer_review.assign_contest", can_assign_contest)
rules.add_perm("peer_review.answer_contest", can_assign_contest & is_theirs)
rules.add_perm(
    "peer_review.view_public_notice", is_running | is_leader | is_inspector | of_round(is_responsible_organiser)
)


# Findings


rules.add_perm("peer_review.raise_findings", can_raise_anywhere | can_view_section_results)
rules.add_perm("peer_review.raise_finding", can_raise_finding)
rules.add_perm("peer_review.view_finding", has_raised | is_to_answer_for | can_raise_finding)


# Patterns


# Nobody inspects themselves.
rules.add_perm("peer_review.view_anomaly", may_inspect_round_of & ~tells_of_reader)
