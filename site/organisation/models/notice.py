"""What was told to an account's owner, and to the inspectors, about the account."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.enums import NoticeKind


class AccountNotice(models.Model):
    """One sentence to one person. `domain.notices` writes it, and says it in the reader's language."""

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account_notices", verbose_name=_("to")
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=24, choices=NoticeKind)
    data = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("told at"), default=timezone.now)
    is_read = models.BooleanField(_("read"), default=False)

    class Meta:
        verbose_name = _("notice about an account")
        verbose_name_plural = _("notices about accounts")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.about} · {self.get_kind_display()}"
