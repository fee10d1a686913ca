"""Log of changed disclosure terms: an edit of a scheme is written to the audit log of each of its drafts."""

from typing import TypedDict

from peer_review import audit_log
from peer_review.enums import RoundState
from peer_review.models import Round, Scheme
from peer_review.users import User


class ExposureTerms(TypedDict):
    """The disclosure terms of a scheme: floor and audiences."""

    floor: int
    visibility: dict[str, bool]


def exposure_terms(scheme: Scheme) -> ExposureTerms:
    """Return the disclosure terms of a scheme: floor and audiences."""
    return {"floor": int(scheme.floor), "visibility": dict(scheme.visibility or {})}


def is_weaker(before: ExposureTerms, after: ExposureTerms) -> bool:
    """Return whether the terms are weaker than before: a lower floor, or another audience."""
    wider = any(yes and not before["visibility"].get(audience) for audience, yes in after["visibility"].items())
    return bool(after["floor"] < before["floor"] or wider)


def record_exposure_change(scheme: Scheme, *, before: ExposureTerms, after: ExposureTerms, by: User | None) -> int:
    """Log a change of floor or visibility with every draft made from this scheme; return how many there are.

    `before` and `after` as exposure_terms gives them. With `by` None whoever works in the admin is named.
    """
    if before == after:
        return 0
    drafts = list(scheme.rounds.filter(state=RoundState.DRAFT))
    for round in drafts:
        record_new_terms(round, before=before, after=after, by=by)
    return len(drafts)


def record_new_terms(round: Round, *, before: ExposureTerms, after: ExposureTerms, by: User | None) -> None:
    """Log that other terms hold for a draft, also where it was given another scheme."""
    if before != after:
        weaker = is_weaker(before, after)
        audit_log.record(
            round, "peer_review.round.exposure", by=by, weaker=weaker, before=dict(before), after=dict(after)
        )
