"""Who may cast which paper, and the blind signature they drew: no time, no status beyond that."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.querysets.ballots import AssignmentQuerySet


class Assignment(models.Model):
    """One credential. `blinded` is what the browser sent, `blind_sig` our answer: neither can be tied to a ballot.

    Add no column here: these four and nothing else may be kept about a person and a paper.
    """

    evaluator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey("peer_review.Cell", on_delete=models.CASCADE, related_name="assignments")
    blinded = models.BinaryField(null=True, editable=False)
    blind_sig = models.BinaryField(null=True, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(fields=["evaluator", "cell"], name="peer_review_assignment_once"),
            models.CheckConstraint(
                condition=models.Q(blinded__isnull=True, blind_sig__isnull=True)
                | models.Q(blinded__isnull=False, blind_sig__isnull=False),
                name="peer_review_assignment_drawn_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator_id} → {self.cell_id}"
