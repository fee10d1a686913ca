"""Deadlines of reviews and appeals: days of the organisation's calendar, each counted to its end."""

from datetime import date, timedelta

from peer_review.conf import conf
from peer_review.enums import ContestStatus
from peer_review.models import Contest, ContestStage


def days(name: str) -> timedelta:
    """Return one of the periods of PEER_REVIEW_CONTEST_DAYS."""
    return timedelta(days=conf.CONTEST_DAYS[name])


def ask_until(notice_date: date) -> date:
    """Return the last day to ask for a review: 30 days after the day of notice (公务员法, art. 95)."""
    return notice_date + days("ask")


def appeal_until(review: ContestStage) -> date | None:
    """Return the last day to appeal: 15 days after the answer (art. 95); None while the review waits for it."""
    return review.answered_date + days("appeal") if review.answered_date else None


def may_appeal(contest: Contest, review: ContestStage, today: date) -> bool:
    """Whether an appeal is possible today: until the last day after the answer, or because the answer is late.

    Nobody is kept waiting by a review that is not answered in time; no rule says so, we do.
    """
    if contest.status == ContestStatus.ANSWERED:
        until = appeal_until(review)
        return until is not None and today <= until
    return contest.status in (ContestStatus.ASKED, ContestStatus.UNDER_REVIEW) and today > review.due_date
