"""Findings raised from results: stored here so that nothing is lost where no other app listens."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import FindingSource
from peer_review.querysets.findings import RaisedFindingQuerySet


class RaisedFinding(models.Model):
    """A finding in the raiser's own words, about a section or, without one, about all.

    criterion: key and label as the round froze them, empty for the whole score. subject: whose result it came from,
    where it did. figures: the published figures it rests on, [{result, scope, label, criterion, value, low, high, n}],
    scope as the ledger names it, only such as the raiser might read. responsible: who is to answer for it, due_date: by
    when, where the raiser says.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.PROTECT, related_name="findings")
    source = models.CharField(_("source"), max_length=10, choices=FindingSource)
    text = models.TextField(_("finding"))
    section_key = models.CharField(max_length=40, blank=True)
    section_name = models.CharField(_("section"), max_length=80, blank=True)
    subject = models.ForeignKey(
        "peer_review.Subject", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    criterion = models.CharField(max_length=31, blank=True)
    criterion_label = models.CharField(_("criterion"), max_length=80, blank=True)
    figures = models.JSONField(_("figures"), default=list)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("responsible"),
    )
    due_date = models.DateField(_("due"), null=True, blank=True)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("raised by")
    )
    raised_at = models.DateTimeField(_("raised"), auto_now_add=True)

    objects = RaisedFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding raised from a result")
        verbose_name_plural = _("findings raised from results")
        ordering = ["-raised_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="peer_review_finding_has_words")]

    def __str__(self) -> str:
        return self.text[:60]
