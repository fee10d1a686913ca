"""The count of a round: how far it is, and what became of every row that lay in the box."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import CountPhase


class CountRun(models.Model):
    """One count, from the first opened row to the bulletin. Survives a restart at any point.

    total: rows in the box while they are checked; at the end `accepted`, since the difference would tell how many
    ballots were destroyed. done: of these rows, or hundredths of the writing. accepted: the ballots for marks that the
    bulletin tells of; with comments it would tell how many wrote words. superseded: of rounds that were counted before
    cells had fates; 0 since.
    """

    round = models.OneToOneField("peer_review.Round", on_delete=models.CASCADE, related_name="count_run")
    phase = models.CharField(_("phase"), max_length=10, choices=CountPhase, default=CountPhase.OPENING)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("rows in the box"), default=0)
    accepted = models.PositiveIntegerField(_("counted"), default=0)
    superseded = models.PositiveIntegerField(_("replaced by a later version"), default=0)
    rejected = models.JSONField(_("rejected, by reason"), default=dict)  # {code of the fault: rows}
    error = models.CharField(max_length=40, blank=True)  # code of the refusal that stopped the count

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")

    def __str__(self) -> str:
        return f"{self.round_id}: {self.phase} {self.done}/{self.total}"
