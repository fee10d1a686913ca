"""Mail addresses that somebody else entered for an account that has an owner."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AddressChange(models.Model):
    """An address that is to hold from a day on, so that the owner has time to object."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="address_change",
        verbose_name=_("account"),
    )
    address = models.EmailField(_("mail address"), blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("entered by")
    )
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)
    holds_from = models.DateTimeField(_("holds from"))

    class Meta:
        verbose_name = _("change of a mail address")
        verbose_name_plural = _("changes of mail addresses")
        ordering = ["holds_from"]

    def __str__(self) -> str:
        return f"{self.account} · {self.address}"
