"""Decisions of named persons on proposed grades, the notices of them, and the public notices for all staff."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from peer_review.counting.scales import GRADES
from peer_review.querysets.outcomes import DecisionQuerySet, OutcomeNoticeQuerySet, PublicNoticeQuerySet

#: Place of each grade, 0 the best, by which a database can tell better from worse.
RANKS = {grade: place for place, grade in enumerate(GRADES)}


class Decision(models.Model):
    """One person's decision on one subject. Rows are only ever added: the highest number stands, others are history.

    grade: key of counting.scales.GRADES, "" for "not graded" (no figures to base one on). rank: its place, 0 the best.
    proposed: what the figures proposed then, "" where they left it to a person. reason: "" where it follows that.
    stage: the review or appeal that this decision answers; such a one is always better than the one before it.
    """

    subject = models.ForeignKey("peer_review.Subject", on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    grade = models.CharField(_("grade"), max_length=12, blank=True)
    rank = models.PositiveSmallIntegerField(null=True)
    previous_rank = models.PositiveSmallIntegerField(null=True)
    proposed = models.CharField(_("proposal"), max_length=12, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"))
    stage = models.OneToOneField(
        "peer_review.ContestStage", null=True, blank=True, on_delete=models.PROTECT, related_name="decision"
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["subject", "number"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="peer_review_decision_once"),
            models.CheckConstraint(
                condition=Q(grade="", rank__isnull=True)
                | Q(grade="excellent", rank=0)
                | Q(grade="competent", rank=1)
                | Q(grade="basic", rank=2)
                | Q(grade="incompetent", rank=3),
                name="peer_review_decision_rank_of_grade",
            ),
            models.CheckConstraint(
                condition=Q(reason__gt="") | (~Q(grade="") & Q(grade=F("proposed"))) | Q(stage__isnull=False),
                name="peer_review_decision_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(stage__isnull=True)
                | Q(rank__isnull=False, previous_rank__isnull=False, rank__lt=F("previous_rank")),
                name="peer_review_decision_contest_never_worse",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.number}: {self.grade or '–'}"


class OutcomeNotice(models.Model):
    """An outcome told in writing: to the person, or to the head of a section that is evaluated as a whole.

    to: None for a section that nobody headed on the roll.
    """

    subject = models.OneToOneField("peer_review.Subject", on_delete=models.CASCADE, related_name="outcome_notice")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    announcement = models.ForeignKey("peer_review.Announcement", on_delete=models.CASCADE, related_name="outcomes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    notice_date = models.DateField(_("day of notice"))
    acknowledged_date = models.DateField(_("receipt acknowledged on"), null=True, blank=True)

    objects = OutcomeNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of an outcome")
        verbose_name_plural = _("notices of outcomes")
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_date__isnull=True)
                | Q(to__isnull=False, acknowledged_date__gte=F("notice_date")),
                name="peer_review_outcome_acknowledged_after",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.notice_date}"


class PublicNotice(models.Model):
    """公示: names and sections of those decided 优秀, shown to all staff for some working days. No scores.

    until_date is its last day; provisional while it rests on holidays that are not announced yet.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="public_notices")
    number = models.PositiveSmallIntegerField(default=1)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), on_delete=models.PROTECT, related_name="+"
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("objections go to"), on_delete=models.PROTECT, related_name="+"
    )
    contact_words = models.CharField(_("how to reach them"), max_length=200)
    workdays = models.PositiveSmallIntegerField(_("working days"))
    start_date = models.DateField(_("first day"))
    until_date = models.DateField(_("last day"))
    provisional = models.BooleanField(_("provisional"), default=False)
    ended_date = models.DateField(_("ended on"), null=True, blank=True)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-start_date", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="peer_review_public_notice_once"),
            models.CheckConstraint(
                condition=Q(until_date__gt=F("start_date"), workdays__gte=1), name="peer_review_public_notice_days"
            ),
            models.CheckConstraint(
                condition=Q(ended_date__isnull=True) | Q(ended_date__gte=F("until_date")),
                name="peer_review_public_notice_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.number}"


class PublicNoticeEntry(models.Model):
    """One name on a public notice. Nobody is listed twice."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.CASCADE, related_name="entries")
    subject = models.OneToOneField("peer_review.Subject", on_delete=models.CASCADE, related_name="public_notice_entry")

    class Meta:
        verbose_name = _("name on a public notice")
        verbose_name_plural = _("names on public notices")
        # By the roll, so that the order says nothing of scores.
        ordering = ["subject__sort_order", "subject"]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.subject_id}"
