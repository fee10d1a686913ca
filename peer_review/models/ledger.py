"""The ledger: what was ever shown of a round, and what was asked and not shown. Written by domain.ledger only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import Channel


class DisclosureEntry(models.Model):
    """Something of a round that was shown to an audience through a channel, and the first day it was.

    scope: "subject:<key>", "section:<key>", "rank:<key>", "round", "summary" for figures released at publication;
    "cell:…" and "trend:…" for what was asked afterwards. audience: who, as a role, never a person.
    statements: empty for released figures; else what was answered (domain.ledger), its figures among it.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="shown")
    scope = models.CharField(_("what"), max_length=200)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    audience = models.CharField(_("audience"), max_length=80)
    statements = models.JSONField(default=list)
    # A day, never a moment: who looked when is nobody's business.
    first_date = models.DateField(_("first shown"))

    class Meta:
        verbose_name = _("entry of the ledger")
        verbose_name_plural = _("entries of the ledger")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "scope", "channel", "audience"], name="peer_review_shown_once")
        ]

    def __str__(self) -> str:
        return f"{self.scope} → {self.audience} ({self.channel})"


class RefusedQuery(models.Model):
    """A question about a round that the ledger did not answer, and the first day it was asked."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="refused")
    scope = models.CharField(_("what"), max_length=200)
    reason = models.CharField(_("reason"), max_length=20)  # enums.RefusedReason
    first_date = models.DateField(_("first asked"))

    class Meta:
        verbose_name = _("refused question")
        verbose_name_plural = _("refused questions")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["round", "scope"], name="peer_review_refused_once")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"
