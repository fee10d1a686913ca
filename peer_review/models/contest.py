"""Contests of outcomes: review (复核) and appeal (申诉), each with a responsible person and a last day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from peer_review.enums import ContestStatus, StageKind
from peer_review.querysets.outcomes import ContestQuerySet, ContestStageQuerySet


class Contest(models.Model):
    """One person's disagreement with the outcome of one subject. It changes nothing until it is answered."""

    subject = models.ForeignKey("peer_review.Subject", on_delete=models.CASCADE, related_name="contests")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=12, choices=ContestStatus, default=ContestStatus.ASKED)

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contest of an outcome")
        verbose_name_plural = _("contests of outcomes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=~Q(status="withdrawn"), name="peer_review_contest_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.status}"


class ContestStage(models.Model):
    """A review or an appeal. Days are the organisation's own and count to their end.

    grounds, answer: read by the person, by those who decide, and by inspectors; by nobody else.
    responsible: None only while nobody in the house may decide it; whoever may then takes it up.
    extension_reason: an appeal's time was lengthened, once.
    """

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="stages")
    kind = models.CharField(_("stage"), max_length=6, choices=StageKind)
    grounds = models.TextField(_("what is contested, and why"))
    asked_date = models.DateField(_("asked on"))
    due_date = models.DateField(_("to be answered by"))
    extension_reason = models.TextField(_("reason for the longer time"), blank=True)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible")
    )
    taken_up_date = models.DateField(_("taken up on"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_date = models.DateField(_("answered on"), null=True, blank=True)

    objects = ContestStageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage of a contest")
        verbose_name_plural = _("stages of contests")
        ordering = ["contest", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "kind"], name="peer_review_stage_once"),
            models.CheckConstraint(condition=~Q(grounds=""), name="peer_review_stage_has_grounds"),
            models.CheckConstraint(condition=Q(due_date__gte=F("asked_date")), name="peer_review_stage_due_after"),
            models.CheckConstraint(
                condition=Q(extension_reason="") | Q(kind="appeal"), name="peer_review_stage_only_appeals_extended"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_date__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_date__gte=F("asked_date"))),
                name="peer_review_stage_answer_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.kind}"
