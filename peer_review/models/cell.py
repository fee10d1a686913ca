"""Cells: the smallest sets whose ballots are counted together, each with a key of its own."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.querysets import CellQuerySet


def new_cell_key() -> str:
    """A cell's name in ballots and manifest: 16 hexadecimal characters, telling nothing."""
    return secrets.token_hex(8)


class Cell(models.Model):
    """(round, subject, voter class): one RSA key, one kind of ballot paper."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="cells")
    subject = models.ForeignKey("peer_review.Subject", on_delete=models.CASCADE, related_name="cells")
    voter_class = models.CharField(_("voter class"), max_length=31)  # VoterClass.key, frozen in Round.form
    key = models.CharField(max_length=16, default=new_cell_key)
    spki = models.TextField(blank=True)  # base64url DER, public
    private_key = models.BinaryField(blank=True, default=bytes)  # encrypted at rest, emptied at closing

    objects = CellQuerySet.as_manager()

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["round", "key"], name="peer_review_cell_key_once_a_round"),
            models.UniqueConstraint(fields=["subject", "voter_class"], name="peer_review_cell_once_a_class"),
            # A key shared by two cells would let an evaluator spend both credentials on one colleague.
            models.UniqueConstraint(
                fields=["spki"], condition=~models.Q(spki=""), name="peer_review_cell_key_never_shared"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PooledKey(models.Model):
    """A spare RSA key pair waiting for a cell. Used once."""

    spki = models.TextField(unique=True)
    private_key = models.BinaryField()

    class Meta:
        verbose_name = _("spare key")
        verbose_name_plural = _("spare keys")

    def __str__(self) -> str:
        return self.spki[:16]
