"""One-time links with which people set their first password, or a new one after a reset."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Invitation(models.Model):
    """A link that was given out. Only the hash of its token is kept: reading this table opens no account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("account")
    )
    # Without one, the link opens only an account that nobody has a password for yet.
    reset = models.ForeignKey(
        "organisation.PasswordReset",
        null=True,
        on_delete=models.CASCADE,
        related_name="invitations",
        editable=False,
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)
    used = models.BooleanField(_("used"), default=False)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(used=False), name="organisation_one_open_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.created_at:%Y-%m-%d}"
