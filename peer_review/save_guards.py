"""Guards of saving: an opened round keeps its frozen terms and a decision its content, whoever saves the row.

Only `save()` passes here. Rows rewritten behind Django's back do not; frozen_terms.check_terms detects those.
"""

from collections.abc import Iterable

from django.db.models.signals import pre_delete, pre_save

from peer_review.domain.preflight.terms_log import exposure_terms, record_exposure_change
from peer_review.enums import RoundState
from peer_review.exceptions.base import RoundFrozen
from peer_review.exceptions.outcomes import DecisionsAreKept
from peer_review.models import Decision, Round, Scheme

#: Fields of a round that its opening froze.
FROZEN_FIELDS = ("form", "exposure")


def keep_frozen(
    sender: type[Round],
    instance: Round,
    raw: bool = False,
    update_fields: Iterable[str] | None = None,
    **kwargs: object,
) -> None:
    """Refuse to save an opened round with another form (floor and visibility are part of it) or exposure.

    Raises: RoundFrozen.
    """
    wanted = set(FROZEN_FIELDS) if update_fields is None else set(FROZEN_FIELDS) & set(update_fields)
    if raw or not wanted or instance.pk is None:
        return
    stored = sender.objects.filter(pk=instance.pk).exclude(state=RoundState.DRAFT).values(*FROZEN_FIELDS).first()
    if stored and stored["exposure"] and any(stored[name] != getattr(instance, name) for name in wanted):
        raise RoundFrozen


def keep_decisions(sender: type[Decision], instance: Decision, raw: bool = False, **kwargs: object) -> None:
    """Refuse to rewrite a decision, or to delete one alone.

    Raises: DecisionsAreKept.
    """
    origin = kwargs.get("origin")
    # A round that goes takes its decisions with it.
    goes_with_more = origin is not None and getattr(origin, "model", type(origin)) is not sender
    if not raw and not instance._state.adding and not goes_with_more:
        raise DecisionsAreKept


def log_exposure(sender: type[Scheme], instance: Scheme, raw: bool = False, **kwargs: object) -> None:
    """Log a change of floor or visibility with each draft of the scheme, whoever saves it."""
    stored = None if raw or instance.pk is None else sender.objects.filter(pk=instance.pk).first()
    if stored is not None:
        record_exposure_change(instance, before=exposure_terms(stored), after=exposure_terms(instance), by=None)


def connect() -> None:
    """Connect all guards, once."""
    pre_save.connect(log_exposure, sender="peer_review.Scheme", dispatch_uid="peer_review.log_exposure")
    for moment in (pre_save, pre_delete):
        moment.connect(keep_decisions, sender="peer_review.Decision", dispatch_uid="peer_review.keep_decisions")
    pre_save.connect(keep_frozen, sender="peer_review.Round", dispatch_uid="peer_review.keep_frozen")
