"""Who keeps the box key's shares, and the urns from which people without a computer draw."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeyShare(models.Model):
    """One share of a round's box key, kept by one scrutineer on paper. The share itself never reaches the server."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="key_shares")
    number = models.PositiveSmallIntegerField(_("number"))  # from 1
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("holder"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed = models.BooleanField(_("written down"), default=False)
    destroyed = models.BooleanField(_("destroyed"), default=False)

    class Meta:
        verbose_name = _("share of the box key")
        verbose_name_plural = _("shares of the box key")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="peer_review_share_number_once")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.number}"


class Urn(models.Model):
    """Envelopes for the people on paper who have exactly these papers in common. Who draws which, nobody records."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="urns")
    number = models.PositiveSmallIntegerField(_("number"))  # from 1
    cells = models.ManyToManyField("peer_review.Cell", related_name="urns")
    envelopes = models.PositiveIntegerField(_("envelopes"))
    # The scrutineer in whose browser the tickets were made, and the second one who saw it done.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    witness = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("witnessed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("urn")
        verbose_name_plural = _("urns")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="peer_review_urn_number_once"),
            models.CheckConstraint(
                condition=models.Q(witness__isnull=True)
                | (models.Q(made_by__isnull=False) & ~models.Q(made_by=models.F("witness"))),
                name="peer_review_urn_witness_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.number}"
