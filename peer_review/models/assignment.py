"""Who may cast which paper: no time, no status, nothing that changes between opening and count."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.querysets.ballots import AssignmentQuerySet


class Assignment(models.Model):
    """One place on the roll: this person may draw this paper. Who has drawn stands in `Drawn`, under the round's key.

    Add no column here: these two and nothing else may be kept about a person and a paper.
    """

    evaluator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cell = models.ForeignKey("peer_review.Cell", on_delete=models.CASCADE, related_name="assignments")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [models.UniqueConstraint(fields=["evaluator", "cell"], name="peer_review_assignment_once")]

    def __str__(self) -> str:
        return f"{self.evaluator_id} → {self.cell_id}"
