"""Integrations: other systems that read, each with a token of its own."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

from peer_review.api.rules import can_confirm_tokens
from peer_review.users import User


class IntegrationQuerySet(models.QuerySet["Integration"]):
    """Queries of integrations."""

    def usable(self) -> "IntegrationQuerySet":
        """Return the integrations whose token is neither revoked nor expired and whose account is still active.

        One that waits for its second person is among them; it is answered 403 instead of 401.
        """
        return self.filter(revoked=False, expiry_date__gt=timezone.now(), acts_for__is_active=True)

    def visible_to(self, user: User) -> "IntegrationQuerySet":
        """Return the user's own integrations; inspectors and administrators see all, to confirm and revoke them.

        Nobody sees a token.
        """
        if not getattr(user, "is_active", False):
            return self.none()
        return self.all() if can_confirm_tokens(user) else self.filter(acts_for=user)

    def confirmable_by(self, user: User) -> "IntegrationQuerySet":
        """Return the integrations of others that wait for a second person, if the user may be that person."""
        if not can_confirm_tokens(user):
            return self.none()
        return self.usable().filter(confirmed_at=None).exclude(acts_for=user)


class IntegrationManager(BaseAPIKeyManager.from_queryset(IntegrationQuerySet)):  # type: ignore[misc]
    """The manager that makes tokens and finds integrations by a token's hash."""

    def get_usable_keys(self) -> IntegrationQuerySet:
        integrations: IntegrationQuerySet = self.usable()
        return integrations


class Integration(AbstractAPIKey):
    """One system that reads for one account. The token is shown once, to its owner, and kept as a hash.

    `acts_for` made the token and answers for it: it reads what this person may read, so only this person can make it.
    An administrator who could make one for somebody else would read their results. It opens nothing before an inspector
    or administrator has confirmed it, who is somebody else.
    """

    acts_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reads for"),
        on_delete=models.CASCADE,
        related_name="peer_review_integrations",
    )
    scopes = models.JSONField(_("may read"), default=list)  # values of Scope
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    objects: ClassVar[IntegrationManager] = IntegrationManager()

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        ordering = ["-created", "prefix"]
        constraints = [
            models.CheckConstraint(condition=models.Q(expiry_date__isnull=False), name="peer_review_api_token_expires"),
            models.CheckConstraint(
                condition=~models.Q(confirmed_by=models.F("acts_for")), name="peer_review_api_second_person"
            ),
        ]

    @property
    def is_usable(self) -> bool:
        """Whether the token still opens anything, as far as this row tells."""
        return self.confirmed_at is not None and not self.revoked and not self.has_expired

    @property
    def is_waiting(self) -> bool:
        """Whether the token waits for its second person."""
        return self.confirmed_at is None and not self.revoked and not self.has_expired
