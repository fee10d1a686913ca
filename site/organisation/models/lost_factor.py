"""A lost second factor: two people, and days in which its owner may say that it is not lost."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.querysets import LostFactorQuerySet


class LostFactor(models.Model):
    """The removal of somebody's second factors, from the proposal until it is carried out or withdrawn."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="lost_factors", verbose_name=_("account")
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
    settled = models.BooleanField(_("settled"), default=False)

    objects = LostFactorQuerySet.as_manager()

    class Meta:
        verbose_name = _("lost second factor")
        verbose_name_plural = _("lost second factors")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("account")), name="organisation_lost_factor_proposed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("account")) & ~Q(confirmed_by=F("proposed_by"))),
                name="organisation_lost_factor_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(settled=False) | Q(confirmed_by__isnull=False), name="organisation_lost_factor_confirmed"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(withdrawn_at=None, settled=False),
                name="organisation_one_open_lost_factor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.proposed_at:%Y-%m-%d}"
