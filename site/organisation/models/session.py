"""Sessions: who is signed in where, kept so that reading this table signs nobody in."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserSession(AbstractBaseSession):
    """A signed-in browser. The key is stored as a hash.

    Kept of time: the hour it began, and when it ends, to a quarter of an hour. No address, no time of last use.
    """

    session_key = models.CharField(_("hash of the key"), max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="sessions",
        verbose_name=_("account"),
    )
    browser = models.CharField(_("browser"), max_length=60, blank=True)
    began_at = models.DateTimeField(_("began at"))
    # Of somebody who holds a role of settings.STRICT_SESSION_ROLES.
    is_strict = models.BooleanField(_("short limits"), default=False)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-began_at", "pk"]

    def __str__(self) -> str:
        return f"{self.user} · {self.browser}"
