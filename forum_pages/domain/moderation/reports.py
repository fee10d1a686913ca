"""Reports to the moderators, and decisions on them."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.log_actions import log

from forum_pages.domain.comments.comments import remove_comment
from forum_pages.domain.moderation.actions import hide_topic
from forum_pages.enums import ReportState
from forum_pages.exceptions.base import OwnPost, ReasonMissing
from forum_pages.exceptions.comments import CommentRemoved
from forum_pages.exceptions.moderation import AlreadyReported, ReportDecided
from forum_pages.models import Report, Topic, TopicComment
from forum_pages.people import User
from forum_pages.signals import post_reported


def report_post(*, target: Topic | TopicComment, user: User, reason: str) -> Report:
    """Return a report of the topic or comment to the moderators of its board.

    Raises: OwnPost, CommentRemoved, ReasonMissing, AlreadyReported.
    """
    topic, comment = (target, None) if isinstance(target, Topic) else (target.topic, target)
    if not reason:
        raise ReasonMissing
    if (comment.user_id if comment else topic.author_id) == user.pk:
        raise OwnPost
    if comment is not None and comment.is_removed:
        raise CommentRemoved
    try:
        with transaction.atomic():
            report = Report.objects.create(topic=topic, comment=comment, reporter=user, reason=reason)
            transaction.on_commit(lambda: post_reported.send_robust(Report, report=report))
    except IntegrityError as error:
        raise AlreadyReported from error
    return report


def _decide(report: Report, *, user: User, state: ReportState, decision: str) -> Report:
    decided = Report.objects.filter(pk=report.pk, state=ReportState.OPEN).update(
        state=state, decided_by=user, decided_at=timezone.now(), decision=decision
    )
    if not decided:
        raise ReportDecided
    report.refresh_from_db(fields=["state", "decided_by", "decided_at", "decision"])
    log(report, f"forum_pages.report_{state.value}", user=user, data={"decision": decision, "reason": report.reason})
    return report


def dismiss_report(*, report: Report, user: User, decision: str) -> Report:
    """Return the report dismissed: the text stays, and the decision says why.

    Raises: ReportDecided, ReasonMissing.
    """
    if not decision:
        raise ReasonMissing
    with transaction.atomic():
        return _decide(report, user=user, state=ReportState.DISMISSED, decision=decision)


def uphold_report(*, report: Report, user: User, decision: str) -> Report:
    """Return the report upheld: the text is taken down, and other open reports of it are upheld as well.

    Raises: ReportDecided, ReasonMissing.
    """
    if not decision:
        raise ReasonMissing
    with transaction.atomic():
        report = _decide(report, user=user, state=ReportState.UPHELD, decision=decision)
        if report.comment is not None:
            if not report.comment.is_removed:
                remove_comment(comment=report.comment, user=user, reason=decision)
        elif not report.topic.hidden:
            hide_topic(topic=report.topic, user=user, reason=decision)
        for other in Report.objects.open().filter(topic=report.topic, comment=report.comment):
            _decide(other, user=user, state=ReportState.UPHELD, decision=decision)
    return report
