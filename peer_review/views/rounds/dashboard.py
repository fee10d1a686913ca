"""The organiser's dashboard of one round: what to do next, how it stands, what was done. A fixed number of queries."""

from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils import timezone
from django.views.generic import TemplateView
from wagtail.models import ModelLogEntry

from peer_review.domain.announcements import announcements
from peer_review.domain.keys import server_keys
from peer_review.domain.keys.custody import custody
from peer_review.domain.planning import roll
from peer_review.domain.rounds.early_closing import standing_early_closing
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.domain.rounds.participation import participation
from peer_review.domain.rounds.return_rate import ReturnRate, projected_return_rate
from peer_review.enums import PRIVATE, Collection, RoundState
from peer_review.models import Assignment, CountRun, Notice, Round
from peer_review.views.rounds.next_action import NextActionInputs, next_action, route
from peer_review.views.rounds.opening_checks import checklist
from peer_review.views.shared.round_pages import ManagedRoundMixin

#: How many acts, warnings and announcements a page lists.
SHOWN = 30


class Collecting(TypedDict):
    """How an open round stands. returned: the return rate that it will reach at least, None for too few people."""

    returned: ReturnRate | None
    drawing: bool
    may_remind: bool
    coming_reminders: list[datetime]
    is_over: bool


class RoundDashboardView(ManagedRoundMixin, TemplateView):
    """The dashboard: the next action, the steps and their state, custody of the key, participation, announcements."""

    template_name = "peer_review/rounds/round_dashboard.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        round, now = self.round, timezone.now()
        kept = custody(round)
        context: dict[str, object] = {
            "scrutineers": round.scrutineers.all(),
            "custody": kept,
            "preflight_url": route("round-preflight", round),
            "paper_voters": round.members.filter(on_paper=True).count(),
            "asks_for_comments": round.has_comments,
        }
        inputs = NextActionInputs(round=round, now=now, custody=kept)
        if round.state == RoundState.DRAFT:
            obstacles = checklist(round, opening_refusals(round))
            context |= {**self.draft(), "obstacles": obstacles}
            inputs = replace(inputs, obstacles=obstacles)
        else:
            due = Notice.objects.filter(announcement__round=round, announcement__finished=False, mail_due=True)
            context["announcements"] = round.announcements.exclude(kind__in=PRIVATE)[:SHOWN]
            # Not of what one person alone is told: who contests what.
            context["mails_due"] = due.exclude(announcement__kind__in=PRIVATE).count()
        if round.state == RoundState.OPEN:
            collecting = self.collecting(now)
            context |= {**collecting, "early_closing": standing_early_closing(round)}
            inputs = replace(inputs, returned=collecting["returned"], may_remind=collecting["may_remind"])
        elif round.state == RoundState.CLOSED:
            inputs = replace(inputs, run=CountRun.objects.filter(round=round).first())
        return super().get_context_data(acts=self.acts(), step=next_action(inputs), **context, **kwargs)

    def draft(self) -> dict[str, object]:
        """Return what stands between a draft and its opening."""
        round = self.round
        warnings = roll.roll_warnings(round, most=SHOWN)
        return {
            "members": round.members.count(),
            "subjects": round.subjects.count(),
            "papers": Assignment.objects.filter(cell__round=round).count(),
            "keys": server_keys.key_progress(round),
            "warnings": warnings.first,
            "warnings_left": warnings.left,
        }

    def collecting(self, now: datetime) -> Collecting:
        """Return how an open round stands as a whole."""
        round = self.round
        _kind, begins, ends = announcements.stage(round)
        times = announcements.reminder_times(begins, ends) if round.reminders else []
        return {
            "returned": projected_return_rate(round, participation(round)),
            "drawing": round.collection == Collection.TWO_STAGE and round.barrier_at is None,
            "may_remind": begins <= now < ends and announcements.may_remind_from(round, now=now) <= now,
            "coming_reminders": [moment for moment in times if moment > now],
            "is_over": now >= round.closes_at,
        }

    def acts(self) -> "QuerySet[ModelLogEntry]":
        """Return what was done with this round, newest first."""
        kind = ContentType.objects.get_for_model(Round)
        entries = ModelLogEntry.objects.filter(content_type=kind, object_id=str(self.round.pk)).select_related("user")
        return entries.order_by("-timestamp", "-pk")[:SHOWN]
