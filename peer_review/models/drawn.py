"""Who has drawn, in a form that only the round's key reads, and the tickets with which people on paper draw."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Drawn(models.Model):
    """One drawing: a person of one round, or one ticket, has drawn all their papers at once.

    Both values are HMACs under the round's key (domain.ballots.drawing): `id` of the round and the person or ticket,
    `value` of what their browser sent. Nothing blinded and nothing signed is stored. Add no column here: the row must
    mean nothing once the round's key is destroyed.
    """

    id = models.BinaryField(primary_key=True, max_length=32)
    value = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("drawing")
        verbose_name_plural = _("drawings")

    def __str__(self) -> str:
        return bytes(self.id).hex()


class Ticket(models.Model):
    """The hash of a one-time ticket that lies in an envelope of an urn. Whoever shows the ticket may draw once.

    Which ticket a person took out of the urn, nobody records; whether it has been used, only the round's key tells.
    """

    urn = models.ForeignKey("peer_review.Urn", on_delete=models.CASCADE, related_name="tickets")
    digest = models.BinaryField(max_length=32, editable=False)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [models.UniqueConstraint(fields=["urn", "digest"], name="peer_review_ticket_once")]

    def __str__(self) -> str:
        return f"{self.urn_id}"
