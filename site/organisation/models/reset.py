"""A new way in for somebody who has a password already: two people, and the owner's own word."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.querysets import PasswordResetQuerySet


class PasswordReset(models.Model):
    """A reset, from the proposal until the owner has confirmed it. No moment at which the owner came is kept."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="password_resets", verbose_name=_("account")
    )
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    # A new password was set with its link; granted roles sleep from then on.
    used = models.BooleanField(_("used"), default=False)
    # The owner has said that it was them, or somebody saw them in person: the roles are awake again.
    settled = models.BooleanField(_("settled"), default=False)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("seen by")
    )
    owner_token_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = PasswordResetQuerySet.as_manager()

    class Meta:
        verbose_name = _("password reset")
        verbose_name_plural = _("password resets")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("account")), name="organisation_reset_proposed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("account")) & ~Q(confirmed_by=F("proposed_by"))),
                name="organisation_reset_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(used=False) | Q(confirmed_by__isnull=False), name="organisation_reset_used_once_confirmed"
            ),
            models.CheckConstraint(
                condition=Q(seen_by=None) | (~Q(seen_by=F("account")) & ~Q(seen_by=F("confirmed_by"))),
                name="organisation_reset_seen_by_another",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(withdrawn_at=None, settled=False),
                name="organisation_one_open_reset",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.proposed_at:%Y-%m-%d}"
