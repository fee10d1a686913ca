"""Patterns in a round's ballots for the inspector: about subjects and sections, never about a voter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import AnomalyKind
from peer_review.querysets.audit import AnomalyQuerySet


class AnomalyRun(models.Model):
    """One search through a round, step by step; survives a restart after any of them.

    searches: {step: what it looked at} (domain.anomalies.Step): kind, criterion, tested, and for unanimous bases cells,
    alike and p where they may be told. What is found lies in Anomaly.
    """

    round = models.OneToOneField("peer_review.Round", on_delete=models.CASCADE, related_name="anomaly_run")
    done = models.PositiveIntegerField(_("steps done"), default=0)
    total = models.PositiveIntegerField(_("steps"), default=0)
    searches = models.JSONField(default=list)

    class Meta:
        verbose_name = _("search for patterns")
        verbose_name_plural = _("searches for patterns")
        constraints = [
            models.CheckConstraint(condition=models.Q(done__lte=models.F("total")), name="peer_review_anomaly_done")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.done}/{self.total}"

    @property
    def is_done(self) -> bool:
        """Whether every step was made."""
        return self.total > 0 and self.done == self.total


class Anomaly(models.Model):
    """One pattern, at a level that the published figures have themselves. No number of ballots, no value of one.

    A subject (in one criterion, or over all where `criterion` is empty), or two sections. high: at the upper end of the
    scale, in favour of each other, risen; None where neither. p: how often chance alone makes one as striking. q: the
    share of chance among all of its kind that are at least as striking; set once all steps are done.
    """

    run = models.ForeignKey(AnomalyRun, on_delete=models.CASCADE, related_name="anomalies")
    kind = models.CharField(_("kind"), max_length=10, choices=AnomalyKind)
    subject = models.ForeignKey("peer_review.Subject", null=True, on_delete=models.CASCADE, related_name="+")
    criterion = models.CharField(max_length=31, blank=True)
    section_key = models.CharField(max_length=40, blank=True)
    section_name = models.CharField(_("section"), max_length=80, blank=True)
    other_key = models.CharField(max_length=40, blank=True)
    other_name = models.CharField(_("other section"), max_length=80, blank=True)
    high = models.BooleanField(null=True)
    p = models.FloatField(_("probability by chance"))
    q = models.FloatField(null=True)

    objects = AnomalyQuerySet.as_manager()

    class Meta:
        verbose_name = _("pattern")
        verbose_name_plural = _("patterns")
        ordering = ["p", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="return", subject__isnull=True, criterion="")
                & ~models.Q(section_key="")
                & ~models.Q(other_key="")
                | ~models.Q(kind="return")
                & models.Q(subject__isnull=False, section_key="", other_key="", section_name="", other_name=""),
                name="peer_review_anomaly_about",
            ),
            models.CheckConstraint(condition=models.Q(p__gt=0, p__lte=1), name="peer_review_anomaly_p"),
            models.UniqueConstraint(
                fields=["run", "kind", "subject", "criterion"],
                condition=models.Q(subject__isnull=False),
                name="peer_review_anomaly_subject_once",
            ),
            models.UniqueConstraint(
                fields=["run", "kind", "section_key", "other_key"],
                condition=models.Q(subject__isnull=True),
                name="peer_review_anomaly_sections_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id or self.section_key}"
