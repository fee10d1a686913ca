"""Integrations and their tokens: making, confirming and revoking. All are put on record without the token."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log
from peer_review.api.enums import Scope
from peer_review.api.exceptions import NotConfirmer, OwnToken, TokenSettled
from peer_review.api.models import Integration
from peer_review.api.rules import can_confirm_tokens
from peer_review.conf import conf
from peer_review.users import User


def longest() -> timedelta:
    """Return how long a token lives at most."""
    return timedelta(days=conf.API_TOKEN_DAYS)


@transaction.atomic
def make_integration(*, by: User, name: str, scopes: Iterable[str], last_day: date) -> tuple[Integration, str]:
    """Return a new integration that reads for `by` until the end of `last_day`, and its token, which is kept nowhere.

    It opens nothing yet: `confirm_integration`.
    Raises: ValueError for a day that is over or further away than `longest`, and for no or an unknown scope.
    """
    wanted = [scope.value for scope in Scope if scope.value in set(scopes)]
    if not wanted or set(scopes) - set(wanted):
        raise ValueError("unknown scope")
    today = timezone.localdate()
    if not today <= last_day <= today + longest():
        raise ValueError("a token must end in time")
    ends = timezone.make_aware(datetime.combine(last_day, time(23, 59, 59)))
    integration, token = Integration.objects.create_key(name=name, acts_for=by, scopes=wanted, expiry_date=ends)
    audit_log.record(integration, "peer_review.integration.create", by=by, scopes=wanted, last_day=last_day.isoformat())
    return integration, token


@transaction.atomic
def confirm_integration(integration: Integration, *, by: User) -> Integration:
    """Return the integration, confirmed by a second person; from now on its token opens what its account may read.

    Raises: NotConfirmer; OwnToken; TokenSettled for one that is confirmed, revoked or expired.
    """
    if not can_confirm_tokens(by):
        raise NotConfirmer
    locked: Integration = Integration.objects.select_for_update(of=("self",)).get(pk=integration.pk)
    if locked.acts_for_id == by.pk:
        raise OwnToken
    if not locked.is_waiting:
        raise TokenSettled
    locked.confirmed_by, locked.confirmed_at = by, timezone.now()
    locked.save(update_fields=["confirmed_by", "confirmed_at"])
    audit_log.record(locked, "peer_review.integration.confirm", by=by, scopes=locked.scopes)
    return locked


@transaction.atomic
def revoke_integration(integration: Integration, *, by: User) -> Integration:
    """Revoke an integration's token, at once and for good. Revoking it again changes nothing.

    Callers check that `by` may see the integration (IntegrationQuerySet.visible_to).
    """
    locked: Integration = Integration.objects.select_for_update(of=("self",)).get(pk=integration.pk)
    if not locked.revoked:
        locked.revoked = True
        locked.save(update_fields=["revoked"])
        audit_log.record(locked, "peer_review.integration.revoke", by=by)
    return locked
