"""Cells: the smallest sets whose ballots are counted together, each with a key of its own."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import CellKind
from peer_review.querysets.ballots import CellQuerySet


def new_cell_key() -> str:
    """Return a random name of a cell for ballots and manifest: 16 hexadecimal characters."""
    return secrets.token_hex(8)


class Sheet(models.Model):
    """A whole-sheet paper's list of subjects, the same for everybody who receives it."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="sheets")
    label = models.CharField(_("name"), max_length=80)
    sort_order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("whole sheet")
        verbose_name_plural = _("whole sheets")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return self.label


class SheetEntry(models.Model):
    """One subject on a sheet. Positions count from 1 without a gap: they are the keys of the answers."""

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="entries")
    subject = models.ForeignKey("peer_review.Subject", on_delete=models.CASCADE, related_name="sheet_entries")
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("entry of a sheet")
        verbose_name_plural = _("entries of a sheet")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "subject"], name="peer_review_sheet_subject_once"),
            models.UniqueConstraint(fields=["sheet", "position"], name="peer_review_sheet_position_once"),
            models.CheckConstraint(condition=models.Q(position__gte=1), name="peer_review_sheet_position_gte_1"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.position}"


class Cell(models.Model):
    """(round, subject or whole sheet, voter class): one RSA key, one kind of ballot paper.

    A comment cell takes the words of all voter classes about a subject: its `voter_class` is empty. Classes in which
    too few may vote apart share a cell from opening on (domain.planning.shared_papers): `shared_by` names all of them,
    `voter_class` the first.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="cells")
    kind = models.CharField(_("kind"), max_length=10, choices=CellKind, default=CellKind.RATING)
    subject = models.ForeignKey(
        "peer_review.Subject", null=True, blank=True, on_delete=models.CASCADE, related_name="cells"
    )
    sheet = models.ForeignKey(Sheet, null=True, blank=True, on_delete=models.CASCADE, related_name="cells")
    voter_class = models.CharField(_("voter class"), max_length=31, blank=True)  # VoterClass.key, frozen in Round.form
    # Keys of the voter classes that share the paper, in the scheme's order; empty where it is one class's own.
    shared_by = models.JSONField(default=list, blank=True, editable=False)
    key = models.CharField(max_length=16, default=new_cell_key)
    spki = models.TextField(blank=True)  # base64url DER, public
    # Encrypted at rest; wrapped by the round's key once the round is open; emptied at closing.
    private_key = models.BinaryField(blank=True, default=bytes)
    # Two stages: too few had drawn at the barrier, so nothing may be cast here (docs/rounds.md#what-evaluators-see).
    closed = models.BooleanField(default=False)

    objects = CellQuerySet.as_manager()

    class Meta:
        verbose_name = _("cell")
        verbose_name_plural = _("cells")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["round", "key"], name="peer_review_cell_key_once_a_round"),
            models.UniqueConstraint(fields=["subject", "kind", "voter_class"], name="peer_review_cell_once_a_class"),
            models.UniqueConstraint(fields=["sheet", "voter_class"], name="peer_review_cell_once_a_sheet"),
            models.CheckConstraint(
                condition=models.Q(kind="sheet", sheet__isnull=False, subject__isnull=True)
                | (~models.Q(kind="sheet") & models.Q(sheet__isnull=True, subject__isnull=False)),
                name="peer_review_cell_of_one_thing",
            ),
            # A key shared by two cells would let an evaluator spend both credentials on one colleague.
            models.UniqueConstraint(
                fields=["spki"], condition=~models.Q(spki=""), name="peer_review_cell_key_never_shared"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def class_keys(self) -> tuple[str, ...]:
        """Return the keys of the voter classes that vote on this paper, in the scheme's order."""
        return tuple(self.shared_by) or (self.voter_class,)


class PooledKey(models.Model):
    """A spare RSA key pair waiting for a cell. Used once."""

    spki = models.TextField(unique=True)
    private_key = models.BinaryField()

    class Meta:
        verbose_name = _("spare key")
        verbose_name_plural = _("spare keys")

    def __str__(self) -> str:
        return self.spki[:16]
