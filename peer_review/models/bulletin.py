"""What is published of a count for everyone to check."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LEAF_BYTES = 32


class Bulletin(models.Model):
    """Leaf hashes of all counted ballots, their root, and the figures per cell, under one signature. Public."""

    round = models.OneToOneField("peer_review.Round", on_delete=models.CASCADE, related_name="bulletin")
    head = models.TextField(_("head"))  # canonical JSON, as signed
    signature = models.CharField(_("signature"), max_length=86)  # base64url Ed25519 by the receipt key
    size = models.PositiveIntegerField(_("ballots"))
    root = models.CharField(_("root"), max_length=64)
    leaves = models.BinaryField(editable=False)  # sorted, end to end

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")

    def __str__(self) -> str:
        return self.root

    def leaf_hashes(self) -> list[bytes]:
        """Return the leaf hashes in their order."""
        leaves = bytes(self.leaves)
        return [leaves[at : at + LEAF_BYTES] for at in range(0, len(leaves), LEAF_BYTES)]
