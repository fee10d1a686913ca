"""Grants of roles: who proposed whom for what, and who confirmed it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.enums import GRANTED_ROLES, GrantOrigin, Role
from organisation.querysets import RoleGrantQuerySet


class RoleGrant(models.Model):
    """A role of one person, from the proposal to the withdrawal.

    It holds from the confirmation by a second person on. Rows are kept: they are the record of who held what when.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="role_grants", verbose_name=_("person")
    )
    role = models.CharField(
        _("role"), max_length=20, choices=[(role.value, role.label) for role in Role if role in GRANTED_ROLES]
    )
    section = models.ForeignKey(
        "organisation.Section",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("section"),
        help_text=_("Of a section head; every other role is for the whole organisation."),
    )
    origin = models.CharField(_("origin"), max_length=8, choices=GrantOrigin, default=GrantOrigin.PERSON)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("withdrawn by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=300, blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant of a role")
        verbose_name_plural = _("grants of roles")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | (~Q(confirmed_by=F("person")) & (Q(proposed_by=None) | ~Q(confirmed_by=F("proposed_by")))),
                name="organisation_grant_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                | Q(confirmed_by=None, origin=GrantOrigin.EARLIER),
                name="organisation_grant_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.SECTION_HEAD, section__isnull=False)
                | (~Q(role=Role.SECTION_HEAD) & Q(section=None)),
                name="organisation_grant_of_a_head_names_the_section",
            ),
            models.UniqueConstraint(
                fields=["person", "role"],
                condition=Q(withdrawn_at=None, section=None),
                name="organisation_one_open_grant_a_role",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "section"],
                condition=Q(withdrawn_at=None, section__isnull=False),
                name="organisation_one_open_grant_a_section",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.title}"

    @property
    def title(self) -> str:
        """The role, and the section of a head."""
        label = str(Role(self.role).label)
        return f"{label} · {self.section}" if self.section is not None else label
