"""One-time codes that somebody shows to the owner of an account, and what came of one: a witnessed second factor."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class EnrolmentCode(models.Model):
    """A code that somebody shows to the owner of an account, face to face. Its hash is kept until it is used."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="enrolment_code",
        verbose_name=_("account"),
    )
    code_hash = models.CharField(max_length=128, editable=False)
    # Nobody: the command line of the server, for the first two people.
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("shown by")
    )
    expires_at = models.DateTimeField(_("expires at"))
    tries = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("enrolment code")
        verbose_name_plural = _("enrolment codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_by=None) | ~Q(issued_by=F("account")),
                name="organisation_enrolment_shown_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)


class FactorWitness(models.Model):
    """The word of whoever showed the code that the owner of this account holds its second factor.

    Factors that the owner adds later, having shown one of these, are the owner's too. No moment is kept.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="factor_witness",
        verbose_name=_("account"),
    )
    # Nobody: the command line of the server, for the first two people.
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("shown by")
    )

    class Meta:
        verbose_name = _("witnessed second factor")
        verbose_name_plural = _("witnessed second factors")
        constraints = [
            models.CheckConstraint(
                condition=Q(shown_by=None) | ~Q(shown_by=F("account")),
                name="organisation_factor_witnessed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)
