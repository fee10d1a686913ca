"""Requests to close a round before its last moment."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.querysets.rounds import EarlyClosingQuerySet


class EarlyClosing(models.Model):
    """One request to close a round early: asked for with a reason, confirmed by a second person, or withdrawn.

    closes_at: the end of the notice, which confirming makes the round's last moment; before: the one it had until then.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="early_closings")
    reason = models.TextField(_("reason"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked for at"))
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    closes_at = models.DateTimeField(_("closes at"), null=True)
    before = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = EarlyClosingQuerySet.as_manager()

    class Meta:
        verbose_name = _("early closing")
        verbose_name_plural = _("early closings")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="peer_review_early_closing_one_stands",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("requested_by")),
                name="peer_review_early_closing_second_person",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    confirmed_by__isnull=True, confirmed_at__isnull=True, closes_at__isnull=True, before__isnull=True
                )
                | models.Q(
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    # A comparison with nothing is neither true nor false, and a database lets that pass.
                    closes_at__isnull=False,
                    before__isnull=False,
                    closes_at__gt=models.F("confirmed_at"),
                    before__gt=models.F("closes_at"),
                ),
                name="peer_review_early_closing_confirmed_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.requested_at}"

    @property
    def is_confirmed(self) -> bool:
        """Whether the notice runs, or has run."""
        return self.confirmed_at is not None

    @property
    def is_settled(self) -> bool:
        """Whether it waits for nobody any more."""
        return self.is_confirmed or self.withdrawn_at is not None
