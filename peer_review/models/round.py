"""A round of mutual evaluation, from draft to archive."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import FROZEN_STATES, RESULT_STATES, Collection, RoundKind, RoundState, VoidReason
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.querysets.rounds import RoundQuerySet


def new_public_id() -> str:
    """A round's name in URLs, in the manifest and in every ballot: 32 hexadecimal characters."""
    return secrets.token_hex(16)


class Round(models.Model):
    """One round. Moments here are the round's own (when it opens, closes), never a voter's."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    title = models.CharField(_("title"), max_length=120)
    purpose = models.TextField(_("purpose"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=RoundKind, default=RoundKind.PERSON)
    scheme = models.ForeignKey(
        "peer_review.Scheme", verbose_name=_("scheme"), on_delete=models.PROTECT, related_name="rounds"
    )
    organiser = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("responsible organiser"), on_delete=models.PROTECT, related_name="+"
    )
    scrutineers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("scrutineers"), related_name="+", blank=True
    )
    state = models.CharField(_("state"), max_length=10, choices=RoundState, default=RoundState.DRAFT, editable=False)
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    collection = models.CharField(_("collection"), max_length=10, choices=Collection, default=Collection.ONE_VISIT)
    # Two stages: until then papers are drawn, from then on cast.
    casts_at = models.DateTimeField(_("casting begins at"), null=True, blank=True)
    comment_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewer of comments"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("May withhold, before publication, comments that name somebody."),
    )
    # Who evaluates whom, as the organiser set it up (domain.plans); the seed makes a random choice reproducible.
    plan = models.JSONField(default=dict, editable=False)
    plan_seed = models.CharField(max_length=64, blank=True, editable=False)
    # Voter classes (keys) declared not anonymous (domain.planning.named_classes); frozen in `form`.
    not_anonymous = models.JSONField(default=list, editable=False)
    # A longer batch window, with the number of requests it must gather before it goes out.
    batch_window = models.PositiveIntegerField(_("batch window (s)"), null=True, blank=True)
    batch_floor = models.PositiveSmallIntegerField(_("batch floor"), null=True, blank=True)
    # Once, where fewer than the scheme's lowest return rate have drawn by the last moment (domain.rounds).
    extension_days = models.PositiveSmallIntegerField(_("days of the automatic extension"), default=0)
    # At half time and a day before the end of each stage (domain.announcements).
    reminders = models.BooleanField(_("automatic reminders"), default=True)

    # Frozen at opening
    form = models.JSONField(default=dict, editable=False)
    manifest = models.TextField(blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    # Ed25519 private, wrapped by the round's key.
    receipt_key = models.BinaryField(blank=True, default=bytes, editable=False)
    receipt_public = models.CharField(max_length=64, blank=True, editable=False)  # base64url, 32 bytes
    # The public half only; the private half never reaches the server.
    box_public = models.CharField(max_length=64, blank=True, editable=False)  # base64url X25519, 32 bytes
    # Sealed for the box key; opening it shows that the private half exists (domain.keys.confirm_box_key).
    box_test_row = models.BinaryField(blank=True, default=bytes, editable=False)
    box_key_tested = models.BooleanField(default=False, editable=False)
    # k of n: so many shares open the box, of so many made (models.KeyShare).
    box_threshold = models.PositiveSmallIntegerField(default=1, editable=False)
    box_shares = models.PositiveSmallIntegerField(default=1, editable=False)
    # What the pre-flight found, frozen at opening (domain.preflight).
    exposure = models.JSONField(default=dict, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    barrier_at = models.DateTimeField(null=True, editable=False)  # two stages: when drawing ended
    prolonged_at = models.DateTimeField(null=True, editable=False)  # when the automatic extension was made
    closed_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    comments_reviewed = models.BooleanField(default=False, editable=False)
    # Counted or void, and what was needed for it not yet destroyed everywhere (domain.tally.wipe).
    wipe_pending = models.BooleanField(default=False, editable=False)
    void_reason = models.CharField(max_length=40, blank=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="peer_review_round_closes_after_opens"
            ),
            models.CheckConstraint(
                condition=models.Q(collection="one_visit", casts_at__isnull=True)
                | models.Q(
                    collection="two_stage",
                    casts_at__gt=models.F("opens_at"),
                    casts_at__lt=models.F("closes_at"),
                ),
                name="peer_review_round_casts_between",
            ),
            models.CheckConstraint(
                condition=models.Q(box_threshold__gte=1, box_threshold__lte=models.F("box_shares")),
                name="peer_review_round_threshold_of_shares",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    # What frozen_scheme read last, and of which form.
    _read_scheme: tuple[object, FrozenScheme] | None = None

    @property
    def has_frozen_scheme(self) -> bool:
        """Whether the round has frozen its scheme."""
        return bool(self.form)

    @property
    def frozen_scheme(self) -> FrozenScheme:
        """The scheme as the round froze it. `form` is read once, and again when another is assigned.

        Raises: SchemeUnreadable before the round has frozen one.
        """
        if self._read_scheme is None or self._read_scheme[0] is not self.form:
            self._read_scheme = (self.form, FrozenScheme.from_json(self.form))
        return self._read_scheme[1]

    @property
    def floor(self) -> int:
        """The floor k: that which the round froze; of a draft, that of its scheme as it stands."""
        return self.frozen_scheme.floor if self.has_frozen_scheme else self.scheme.floor

    @property
    def has_comments(self) -> bool:
        """Whether the round has comment papers; told only once its scheme is frozen."""
        return self.has_frozen_scheme and self.frozen_scheme.comments

    @property
    def is_frozen(self) -> bool:
        """Whether roll, form and keys can no longer change."""
        return self.state in FROZEN_STATES

    @property
    def has_results(self) -> bool:
        """Whether results may be read, by those whom the scheme names."""
        return self.state in RESULT_STATES

    @property
    def has_bulletin(self) -> bool:
        """Whether the ballots have been counted under a signed bulletin; also where too few came back."""
        if self.state == RoundState.VOID:
            return self.void_reason == VoidReason.RETURN_RATE
        return self.state == RoundState.COUNTED or self.has_results

    @property
    def void_rule(self) -> str:
        """The rule that voided this round, in words; empty for any other."""
        return str(VoidReason(self.void_reason).label) if self.state == RoundState.VOID else ""
