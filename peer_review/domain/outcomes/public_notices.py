"""Public notices (公示): all staff see who was decided 优秀 for at least five working days, and where to object."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from peer_review import audit_log, signals
from peer_review.conf import conf
from peer_review.counting.scales import GRADES
from peer_review.domain.locks import lock_round
from peer_review.exceptions.outcomes import ContactMissing, NamesChanged, NobodyToAnnounce, NotInspector, NotPublished
from peer_review.models import Decision, PublicNotice, PublicNoticeEntry, Round, Subject
from peer_review.roles import users_with_role
from peer_review.users import User


def last_day(start: date, workdays: int) -> tuple[date, bool]:
    """Return the last of so many working days after `start`, and whether it rests on holidays not announced yet."""
    day, provisional = import_string(conf.WORKDAYS)(start, workdays)
    return day, provisional


def to_announce(round: Round) -> "QuerySet[Subject]":
    """Return whose outcome 优秀 has been told and stands on no public notice yet, by the roll."""
    excellent = Decision.objects.filter(subject__round=round, grade=GRADES[0]).standing()
    return (
        round.subjects.filter(pk__in=excellent.order_by().values("subject"), outcome_notice__isnull=False)
        .filter(public_notice_entry__isnull=True)
        .order_by("sort_order", "pk")
    )


def names_fingerprint(listed: Iterable[Subject]) -> str:
    """Return the SHA-256 of the names that a notice is to show; 64 hexadecimal characters."""
    names = [(subject.key, subject.label, subject.section_name) for subject in listed]
    return hashlib.sha256(json.dumps(names, ensure_ascii=True).encode()).hexdigest()


@transaction.atomic
def start_public_notice(
    round: Round,
    *,
    by: User,
    contact: User,
    contact_words: str,
    seen: str | None = None,
    now: datetime | None = None,
) -> PublicNotice:
    """Show the names to all staff from today on; objections go to `contact`, an inspector. A grade that was bettered
    since an earlier notice gets one of its own.

    seen: the fingerprint of the names that `by` has read; None where they need not have read any.
    Raises: NotPublished, ContactMissing, NotInspector, NobodyToAnnounce; NamesChanged if they are others now.
    """
    round = lock_round(round)
    if not round.has_results:
        raise NotPublished
    if not contact_words.strip():
        raise ContactMissing
    if not users_with_role("inspector").filter(pk=contact.pk).exists():
        raise NotInspector(name=contact.get_full_name())
    listed = list(to_announce(round))
    if not listed:
        raise NobodyToAnnounce
    if seen is not None and seen != names_fingerprint(listed):
        raise NamesChanged
    start = timezone.localdate(now or timezone.now())
    until, provisional = last_day(start, conf.PUBLIC_NOTICE_DAYS)
    number = (round.public_notices.aggregate(latest=Max("number"))["latest"] or 0) + 1
    notice: PublicNotice = PublicNotice.objects.create(
        round=round,
        number=number,
        by=by,
        contact=contact,
        contact_words=" ".join(contact_words.split()),
        workdays=conf.PUBLIC_NOTICE_DAYS,
        start_date=start,
        until_date=until,
        provisional=provisional,
    )
    PublicNoticeEntry.objects.bulk_create(PublicNoticeEntry(notice=notice, subject=subject) for subject in listed)
    audit_log.record(
        round, "peer_review.public_notice.start", by=by, names=len(listed), until=until.isoformat(), number=number
    )
    transaction.on_commit(partial(signals.public_notice_started.send_robust, sender=PublicNotice, notice=notice, by=by))
    return notice


def settle_public_notices(*, now: datetime | None = None) -> list[PublicNotice]:
    """Count provisional last days anew, record the end of notices whose last day is over, and return those."""
    today = timezone.localdate(now or timezone.now())
    ended = []
    for pk in PublicNotice.objects.filter(ended_date__isnull=True).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            notice = PublicNotice.objects.select_for_update(of=("self",)).select_related("round").get(pk=pk)
            if notice.ended_date is None and _settle(notice, today):
                ended.append(notice)
    return ended


def _settle(notice: PublicNotice, today: date) -> bool:
    """Move a provisional end to where it belongs now, never under what was promised; return whether it has passed."""
    if notice.provisional:
        until, provisional = last_day(notice.start_date, notice.workdays)
        moved = until > notice.until_date
        if moved or not provisional:
            notice.until_date, notice.provisional = max(until, notice.until_date), provisional
            notice.save(update_fields=["until_date", "provisional"])
        if moved:
            audit_log.record(notice.round, "peer_review.public_notice.move", by=None, until=until.isoformat())
    if today <= notice.until_date:
        return False
    notice.ended_date = notice.until_date
    notice.save(update_fields=["ended_date"])
    audit_log.record(notice.round, "peer_review.public_notice.end", by=None, number=notice.number)
    transaction.on_commit(partial(signals.public_notice_ended.send_robust, sender=PublicNotice, notice=notice, by=None))
    return True
