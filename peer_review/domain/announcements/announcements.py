"""What people on the roll are told, and when. Sending it is domain.delivery's.

A reminder goes to everybody with a paper, in the same words, in both stages: nobody who sees it, or the list of those
who got it, learns who has drawn or voted (docs/rounds.md#what-people-are-told).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.announcements.delivery import deliver_task
from peer_review.domain.locks import lock_round
from peer_review.enums import REMINDERS, AnnouncementKind, Collection, RoundState
from peer_review.exceptions.announcements import RemindedToday
from peer_review.exceptions.base import NotOpenYet, RoundClosed
from peer_review.models import Announcement, Notice, Round
from peer_review.users import User

#: What happened longer ago is no news: nobody is told after an upgrade, or when mail works again after days.
NEWS = timedelta(days=2)
#: A job that has not moved for so long has died; another begins where it stopped.
STALLED = timedelta(minutes=5)
#: A stage shorter than this has no automatic reminders: people have only just been told.
SHORTEST = timedelta(days=1)


# When


def announce_due(*, now: datetime | None = None) -> list[Announcement]:
    """Announce whatever is due in any round and take up what was left half sent; return what is new."""
    now = now or timezone.now()
    recent = Q(closed_at__gt=now - NEWS) | Q(published_at__gt=now - NEWS)
    void = Q(state=RoundState.VOID) & ~Q(announcements__kind=AnnouncementKind.VOID)
    rounds = Round.objects.filter(Q(state=RoundState.OPEN) | recent | void).distinct().order_by("pk")
    announcements = [
        announcement
        for round in rounds.prefetch_related("announcements")
        for announcement in announce_round(round, now=now)
    ]
    resume_deliveries(now=now)
    return announcements


def announce_round(round: Round, *, now: datetime | None = None) -> list[Announcement]:
    """Announce what is due in this round; return what is new."""
    now = now or timezone.now()
    known = {(announcement.kind, announcement.number) for announcement in round.announcements.all()}
    due = [(kind, number) for kind, number in _due(round, known, now) if (kind, number) not in known]
    return [one for kind, number in due if (one := _announce(round, kind, number=number, now=now)) is not None]


def resume_deliveries(*, now: datetime) -> int:
    """Start sending again where a job has died or mail could not be handed over; return how many were started."""
    stalled = Announcement.objects.filter(finished=False, tried_at__lte=now - STALLED)
    started = 0
    for pk in stalled.values_list("pk", flat=True):
        # The condition is asked again as it is written: of two ticks one starts the job.
        if stalled.filter(pk=pk).update(tried_at=now):
            deliver_task.enqueue(pk)
            started += 1
    return started


def _due(round: Round, known: set[tuple[str, int]], now: datetime) -> Iterator[tuple[AnnouncementKind, int]]:
    since = now - NEWS
    if round.state == RoundState.OPEN and now < round.closes_at:
        if since < _began(round) <= now:
            yield AnnouncementKind.OPENED, 0
        if round.barrier_at is not None and round.barrier_at > since:
            yield AnnouncementKind.CASTING, 0
        if (
            round.reminders
            and not _has_notice_of_closing(round, now)
            and (reminder := _due_reminder(round, known, now)) is not None
        ):
            yield reminder, _day(now)
    elif round.state != RoundState.DRAFT:
        if round.closed_at is not None and round.closed_at > since:
            yield AnnouncementKind.CLOSED, 0
        if round.published_at is not None and round.published_at > since:
            yield AnnouncementKind.PUBLISHED, 0
        if round.state == RoundState.VOID:
            yield AnnouncementKind.VOID, 0


def _has_notice_of_closing(round: Round, now: datetime) -> bool:
    """Return whether everybody has been told within a day that the round closes early: a reminder would repeat it."""
    return any(
        announcement.kind == AnnouncementKind.CLOSING and announcement.announced_at > now - SHORTEST
        for announcement in round.announcements.all()
    )


def _due_reminder(round: Round, known: set[tuple[str, int]], now: datetime) -> AnnouncementKind | None:
    """Return the kind of reminder whose time has come. One sent on that day or later, by hand too, stands for it."""
    kind, begins, ends = stage(round)
    latest = max((number for of, number in known if of == kind), default=0)
    passed = [moment for moment in reminder_times(begins, ends) if moment <= now < ends]
    return kind if passed and _day(passed[-1]) > latest else None


def reminder_times(begins: datetime, ends: datetime) -> list[datetime]:
    """Return when a stage's automatic reminders go out: at half time, and a day before its end where that is later."""
    if ends - begins < SHORTEST:
        return []
    half = begins + (ends - begins) / 2
    return [half, *([ends - SHORTEST] if ends - SHORTEST > half else [])]


def stage(round: Round) -> tuple[AnnouncementKind, datetime, datetime]:
    """Return what a reminder is about now, and when this stage began and ends."""
    if round.collection == Collection.TWO_STAGE and round.casts_at is not None:
        if round.barrier_at is None:
            return AnnouncementKind.DRAWING, _began(round), round.casts_at
        return AnnouncementKind.REMINDER, round.barrier_at, round.closes_at
    return AnnouncementKind.REMINDER, _began(round), round.closes_at


def _began(round: Round) -> datetime:
    return max(round.opens_at, round.opened_at) if round.opened_at else round.opens_at


def _day(moment: datetime) -> int:
    return timezone.localdate(moment).toordinal()


# What


@transaction.atomic
def remind(round: Round, *, by: User, text: str = "", now: datetime | None = None) -> Announcement:
    """Send the reminder that fits the round's stage, with the organiser's own words added; at most one a day.

    Raises: RoundStateInvalid, NotOpenYet, RoundClosed, RemindedToday.
    """
    now = now or timezone.now()
    round = lock_round(round, expect={RoundState.OPEN})
    kind, begins, ends = stage(round)
    if now < begins:
        raise NotOpenYet
    if now >= ends:
        raise RoundClosed
    if may_remind_from(round, now=now) > now:
        raise RemindedToday
    announcement = _announce(round, kind, number=_day(now), text=text.strip(), by=by, now=now)
    if announcement is None:
        raise RemindedToday
    audit_log.record(round, "peer_review.round.remind", by=by)
    return announcement


def may_remind_from(round: Round, *, now: datetime) -> datetime:
    """Return from when the next reminder may be sent by hand: `now`, or the midnight after today's."""
    if round.announcements.filter(kind__in=REMINDERS, number=_day(now)).exists():
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return today + timedelta(days=1)
    return now


def announce_extension(round: Round, *, by: User, text: str, now: datetime) -> None:
    """Tell everybody on the roll that the round stays open longer, and why. Inside extend_round's transaction."""
    _announce_next(round, AnnouncementKind.EXTENDED, by=by, now=now, text=text)


def announce_late_barrier(round: Round, *, now: datetime) -> None:
    """Tell everybody on the roll that the round stays open longer, because drawing was ended late. It has no text of
    anybody's, by which its words are chosen. Inside pass_barrier's transaction."""
    _announce_next(round, AnnouncementKind.EXTENDED, by=None, now=now)


def announce_automatic_extension(round: Round, *, now: datetime) -> None:
    """Tell everybody on the roll that the round stays open longer, as declared. Inside the caller's transaction."""
    _announce_next(round, AnnouncementKind.PROLONGED, by=None, now=now)


def announce_early_closing(round: Round, *, by: User, text: str, now: datetime) -> None:
    """Tell everybody on the roll that the round closes early, and why. Inside confirm_early_closing's transaction."""
    _announce_next(round, AnnouncementKind.CLOSING, by=by, now=now, text=text)


def announce_staying_open(round: Round, *, by: User, now: datetime) -> None:
    """Tell everybody on the roll that the round does not close early. Inside withdraw_early_closing's transaction.

    What was said of the early closing is taken out of everybody's list: it names a last moment that is none.
    """
    closing = round.announcements.filter(kind=AnnouncementKind.CLOSING)
    closing.update(finished=True)
    Notice.objects.filter(announcement__in=closing).delete()
    _announce_next(round, AnnouncementKind.STAYS_OPEN, by=by, now=now)


def announce_outcomes(round: Round, *, by: User, now: datetime) -> Announcement:
    """Put down that outcomes are told, and have it sent to whom they are. Inside domain.decisions.tell_outcomes."""
    return _announce_next(round, AnnouncementKind.OUTCOME, by=by, now=now)


def announce_privately(round: Round, kind: AnnouncementKind, *, to: User, by: User, now: datetime) -> None:
    """Tell one person about their own affair. Inside the caller's transaction."""
    _announce_next(round, kind, by=by, now=now, to=to)


def _announce_next(
    round: Round, kind: AnnouncementKind, *, by: User | None, now: datetime, text: str = "", to: User | None = None
) -> Announcement:
    """Announce something that may happen more than once, under the next number of its kind. Callers hold the round."""
    of_kind = round.announcements.filter(kind=kind)
    number = (of_kind.aggregate(latest=Max("number"))["latest"] or 0) + 1
    announcement = _announce(round, kind, number=number, text=text, by=by, now=now, to=to)
    if announcement is None:  # the row lock on the round leaves no room for it
        raise RuntimeError("announced twice under one number")
    return announcement


@transaction.atomic
def _announce(
    round: Round,
    kind: AnnouncementKind,
    *,
    now: datetime,
    number: int = 0,
    text: str = "",
    by: User | None = None,
    to: User | None = None,
) -> Announcement | None:
    """Put an announcement down and have it sent; None if that has been done already."""
    announcement, is_new = Announcement.objects.get_or_create(
        round=round,
        kind=kind,
        number=number,
        defaults={"text": text, "by": by, "to": to, "announced_at": now, "tried_at": now},
    )
    if not is_new:
        return None
    # Robust: where the queue cannot be reached the tick sends it later.
    transaction.on_commit(lambda: deliver_task.enqueue(announcement.pk), robust=True)
    return announcement


# Forgetting


def end_reminders_to_draw(round: Round) -> None:
    """Send no reminder to draw any more. Called when drawing ends."""
    Announcement.objects.filter(round=round, kind=AnnouncementKind.DRAWING).update(finished=True)


def forget_notices(round: Round) -> None:
    """Delete everybody's notices of a round that is put away."""
    Notice.objects.filter(announcement__round=round).delete()
