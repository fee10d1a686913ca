"""What was done to a draft's roll by hand, and the confirmations of rolls that were touched."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import RollTouchKind
from peer_review.querysets.planning import RollTouchQuerySet


class RollTouch(models.Model):
    """One act after which a roll is no longer what its rule alone would make of it.

    person: whom it is about as an evaluator, with the name at that time. detail: the voter class, or the reason of an
    exclusion. number: how often a seed was renewed, or how many papers or lines it is about.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="roll_touches")
    kind = models.CharField(_("kind"), max_length=20, choices=RollTouchKind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    touched_at = models.DateTimeField(_("done at"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=80, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    number = models.PositiveIntegerField(default=0)

    objects = RollTouchQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a roll by hand")
        verbose_name_plural = _("changes of rolls by hand")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.round_id} {self.kind}"


class TouchedSubject(models.Model):
    """A subject (by `Subject.key`) whose list of evaluators a touch changed; it may have left the roll since."""

    touch = models.ForeignKey(RollTouch, on_delete=models.CASCADE, related_name="subjects")
    subject_key = models.CharField(max_length=60)
    label = models.CharField(_("name"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("subject of a change by hand")
        verbose_name_plural = _("subjects of changes by hand")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["touch", "subject_key"], name="peer_review_touched_subject_once")
        ]

    def __str__(self) -> str:
        return self.label or self.subject_key


class RollConfirmation(models.Model):
    """A second person's confirmation of a touched roll; it holds as long as roll and form have this fingerprint."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="roll_confirmations")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed at"))
    fingerprint = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("confirmation of a roll")
        verbose_name_plural = _("confirmations of rolls")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["round", "fingerprint"], name="peer_review_roll_confirmed_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.fingerprint[:8]}"
