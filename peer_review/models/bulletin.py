"""What is published of a count for everyone to check."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.protocol.bulletin import Fate, Head, Outcome
from zhengyan_crypto import canonical

LEAF_BYTES = 32


class Bulletin(models.Model):
    """What became of each cell, its leaves among dummies, and the root over all, under one signature. Public.

    size: how many ballots for marks are counted, in cells of their own or in joined groups; in version 1 comment papers
    among them.
    """

    round = models.OneToOneField("peer_review.Round", on_delete=models.CASCADE, related_name="bulletin")
    head = models.TextField(_("head"))  # canonical JSON, as signed
    signature = models.CharField(_("signature"), max_length=86)  # base64url Ed25519 by the receipt key
    size = models.PositiveIntegerField(_("ballots"))
    root = models.CharField(_("root"), max_length=64)
    # Version 2: canonical JSON of what it says of each cell and joined group (domain.tally.blocks.Outcome).
    outcome = models.TextField(blank=True, editable=False)
    # The cells' blocks, end to end; in version 1 the leaves of all ballots, sorted.
    leaves = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")

    def __str__(self) -> str:
        return self.root

    def read_head(self) -> Head:
        """Return the signed head."""
        head: Head = canonical.loads(self.head)
        return head

    def read_outcome(self) -> Outcome:
        """Return what the bulletin says of its cells and joined groups. In version 1 every cell is counted."""
        if self.outcome:
            outcome: Outcome = canonical.loads(self.outcome)
            return outcome
        cells = self.read_head()["cells"]
        return {"cells": [{**row, "fate": Fate.COUNTED.value} for row in cells], "groups": []}

    def leaf_hashes(self) -> list[bytes]:
        """Return the leaf hashes in their order."""
        leaves = bytes(self.leaves)
        return [leaves[at : at + LEAF_BYTES] for at in range(0, len(leaves), LEAF_BYTES)]
