"""Items of peer review that wait for a person. The plugin knows no home page, so the site asks it here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.waiting import MOST_SHOWN, Waiting
from organisation.models import User
from peer_review.domain.ballots.turnout import rounds_drawn_by
from peer_review.domain.keys.custody import rounds_to_destroy_key_of
from peer_review.domain.outcomes.deadlines import appeal_until, ask_until, days
from peer_review.domain.planning.roll_confirmation import rolls_to_confirm
from peer_review.enums import ContestStatus, RoundState, StageKind
from peer_review.models import ContestStage, EarlyClosing, Notice, OutcomeNotice, Round, Subject


def ballots(user: User) -> Iterator[Waiting]:
    """Yield open rounds that give this person ballot papers. Two queries.

    Whether they have voted is nothing the server knows, so a round stays here until its last day. In two stages it is
    due when drawing ends, then waits for casting; for whoever had not drawn by then nothing is left to do.
    """
    now = timezone.now()
    rounds = (
        Round.objects.evaluable_by(user)
        .open()
        .filter(closes_at__gt=now)
        .order_by("closes_at")
        .only("public_id", "title", "closes_at", "casts_at", "state")
    )
    shown = list(rounds)
    drawn = rounds_drawn_by(user, shown)
    left = [round for round in shown if round.pk in drawn or round.casts_at is None or now < round.casts_at]
    for round in left[:MOST_SHOWN]:
        is_first_stage = round.casts_at is not None and now < round.casts_at
        if round.pk in drawn and is_first_stage:
            note = _("You have drawn; casting has not begun.")
        elif round.pk in drawn:
            note = _("You hold your papers: cast them, or change what you cast.")
        else:
            note = _("Draw your papers first; casting comes later.") if is_first_stage else _("Not begun.")
        yield Waiting(
            kind=_("Anonymous ballot"),
            title=round.title,
            url=reverse("peer_review:round-detail", args=[round.public_id]),
            due=round.casts_at if is_first_stage and round.pk not in drawn else round.closes_at,
            note=note,
        )


def announcements(user: User) -> Iterator[Waiting]:
    """Yield one line for what this person has not read yet about their rounds. One query."""
    unread = Notice.objects.visible_to(user).unread().count()
    if unread:
        yield Waiting(
            kind=_("Peer review"),
            title=str(_("Announcements about my rounds")),
            url=reverse("peer_review:notice-list"),
            count=unread,
        )


def early_closings(user: User) -> Iterator[Waiting]:
    """Yield requests to close a round early that this second person has not answered yet. At most three queries."""
    for early_closing in EarlyClosing.objects.confirmable_by(user).select_related("round")[:MOST_SHOWN]:
        yield Waiting(
            kind=_("Early closing to confirm"),
            title=early_closing.round.title,
            url=reverse("peer_review:early-closing", args=[early_closing.round.public_id]),
        )


def rolls(user: User) -> Iterator[Waiting]:
    """Yield drafts whose roll was changed by hand and waits for this second person. At most three queries, and for each
    roll that was confirmed once those of its fingerprint.
    """
    for round in islice(rolls_to_confirm(user), MOST_SHOWN):
        yield Waiting(
            kind=_("Roll to confirm"),
            title=round.title,
            url=reverse("peer_review:roll-touches", args=[round.public_id]),
            due=round.opens_at,
        )


def boxes(user: User) -> Iterator[Waiting]:
    """Yield closed rounds whose box this scrutineer opens, and counted ones whose key is to be destroyed.

    At most three queries.
    """
    rounds = Round.objects.openable_by(user).filter(state=RoundState.CLOSED).order_by("closes_at")
    for round in rounds.only("public_id", "title")[:MOST_SHOWN]:
        yield Waiting(
            kind=_("Ballot box to open"),
            title=round.title,
            url=reverse("peer_review:scrutineer-round", args=[round.public_id]),
        )
    for round in rounds_to_destroy_key_of(user).order_by("closes_at").only("public_id", "title")[:MOST_SHOWN]:
        yield Waiting(
            kind=_("Box key to destroy"),
            title=round.title,
            url=reverse("peer_review:scrutineer-round", args=[round.public_id]),
        )


def decisions(user: User) -> Iterator[Waiting]:
    """Yield published rounds with a quota whose grades this leader can help to decide. One query."""
    theirs = Subject.objects.filter(round=OuterRef("pk"), decisions__isnull=True).not_addressed_to(user).order_by()
    rounds = (
        Round.objects.decidable_by(user)
        .filter(Exists(theirs), state=RoundState.PUBLISHED, form__excellent_quota__gt=0)
        .order_by("published_at")
        .only("public_id", "title")
    )
    for round in rounds[:MOST_SHOWN]:
        yield Waiting(
            kind=_("Grades to decide"),
            title=round.title,
            url=reverse("peer_review:decisions", args=[round.public_id]),
        )


def outcomes(user: User) -> Iterator[Waiting]:
    """Yield outcomes that this person was told and has not acknowledged, and answers that they may still appeal.

    Two queries.
    """
    today = timezone.localdate()
    notices = OutcomeNotice.objects.unacknowledged_by(user).select_related("subject__round").order_by("notice_date")
    for notice in notices[:MOST_SHOWN]:
        until = ask_until(notice.notice_date)
        yield Waiting(
            kind=_("My outcome"),
            title=notice.subject.round.title,
            url=reverse("peer_review:contest", args=[notice.subject.round.public_id, notice.subject_id]),
            due=until if until >= today else None,
            note=_("Confirm that you have received it. Until that day you may ask for a review.")
            if until >= today
            else _("Confirm that you have received it."),
        )
    answered = ContestStage.objects.filter(
        contest__by=user,
        contest__status=ContestStatus.ANSWERED,
        kind=StageKind.REVIEW,
        answered_date__gte=today - days("appeal"),
    ).select_related("contest__subject__round")
    for stage in answered.order_by("answered_date")[:MOST_SHOWN]:
        subject = stage.contest.subject
        yield Waiting(
            kind=_("My review is answered"),
            title=subject.round.title,
            url=reverse("peer_review:contest", args=[subject.round.public_id, subject.pk]),
            due=appeal_until(stage),
            note=_("Until that day you may appeal."),
        )


def contests(user: User) -> Iterator[Waiting]:
    """Yield the reviews and appeals that this leader or inspector must answer. One query."""
    stages = ContestStage.objects.answerable_by(user).select_related("contest__subject__round").order_by("due_date")
    for stage in stages[:MOST_SHOWN]:
        yield Waiting(
            kind=stage.get_kind_display(),
            title=f"{stage.contest.subject.label} · {stage.contest.subject.round.title}",
            url=reverse("peer_review:contest-answer", args=[stage.contest_id]),
            due=stage.due_date,
            note="" if stage.responsible_id else _("Nobody is responsible yet: take it up."),
        )
