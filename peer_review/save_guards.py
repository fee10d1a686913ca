"""Guards of saving: an opened round keeps its frozen terms and a decision its content, whoever saves the row.

Only `save()` passes here. Rows rewritten behind Django's back do not; frozen_terms.check_terms detects those.
"""

from typing import Any

from django.db.models.signals import pre_delete, pre_save

from peer_review.domain.preflight.terms_log import exposure_terms, record_exposure_change
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen
from peer_review.exceptions.outcomes import DecisionsAreKept

#: Fields of a round that its opening froze.
FROZEN_FIELDS = ("form", "exposure")


def keep_frozen(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Refuse to save an opened round with another form (floor and visibility are part of it) or exposure.

    Raises: RoundFrozen.
    """
    wanted = set(FROZEN_FIELDS) if update_fields is None else set(FROZEN_FIELDS) & set(update_fields)
    if raw or not wanted or instance.pk is None:
        return
    held = sender.objects.filter(pk=instance.pk).exclude(state=RoundState.DRAFT).values(*FROZEN_FIELDS).first()
    if held and held["exposure"] and any(held[name] != getattr(instance, name) for name in wanted):
        raise RoundFrozen


def keep_decisions(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Refuse to rewrite a decision, or to delete one alone.

    Raises: DecisionsAreKept.
    """
    origin = kwargs.get("origin")
    # A round that goes takes its decisions with it.
    goes_with_more = origin is not None and getattr(origin, "model", type(origin)) is not sender
    if not raw and not instance._state.adding and not goes_with_more:
        raise DecisionsAreKept


def log_exposure(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Log a change of floor or visibility with each draft of the scheme, whoever saves it."""
    held = None if raw or instance.pk is None else sender.objects.filter(pk=instance.pk).first()
    if held is not None:
        record_exposure_change(instance, before=exposure_terms(held), after=exposure_terms(instance), by=None)


def connect() -> None:
    """Connect all guards, once."""
    pre_save.connect(log_exposure, sender="peer_review.Scheme", dispatch_uid="peer_review.log_exposure")
    for moment in (pre_save, pre_delete):
        moment.connect(keep_decisions, sender="peer_review.Decision", dispatch_uid="peer_review.keep_decisions")
    pre_save.connect(keep_frozen, sender="peer_review.Round", dispatch_uid="peer_review.keep_frozen")
