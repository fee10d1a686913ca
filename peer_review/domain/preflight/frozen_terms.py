"""The exposure shown before opening: frozen, sealed, logged. Floor and visibility cannot be lowered afterwards."""

import hashlib
import hmac
import json
from dataclasses import asdict
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils.crypto import salted_hmac
from wagtail.models import ModelLogEntry

from peer_review.conf import conf
from peer_review.counting.exposure import Fate, Outcome
from peer_review.domain.preflight.opening_proof import proof_of
from peer_review.domain.preflight.preflight import Preflight
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Round


def freeze_exposure(round: Round, found: Preflight) -> None:
    """Set `round.exposure` from its frozen form and what the pre-flight found under it.

    The caller saves, and logs `logged_terms(round)`.

    {v, floor, visibility, form: SHA-256 of the frozen form, subjects, full and expected: how many subjects end how,
    percent: the expected turnout, lone, closing, certificate, compared: the earlier rounds beside which figures may be
    shown, no_trend: {earlier round: what of it may not}, seal}.
    Raises: ExposureUnproved.
    """
    for refusal in proof_of(found.certificate, found.papers).refusals:
        raise refusal
    made = asdict(found.certificate)
    del made["breach"]
    exposure = {
        "v": 1,
        "floor": int(round.form["floor"]),
        "visibility": dict(round.form["visibility"]),
        "form": _digest(round.form),
        "subjects": len(found.papers.subjects),
        "full": summary(found.full),
        "expected": summary(found.expected),
        "percent": int(found.share * 100 + 0.5),
        "lone": len(found.lone),
        "closing": len(found.closing),
        "certificate": made,
        "compared": [one.public_id for one in found.earlier],
        "no_trend": {one.public_id: one.no_trend(found.papers, found.floor) for one in found.earlier},
    }
    round.exposure = {**exposure, "seal": _seal(round, exposure)}


def summary(found: Outcome) -> dict[str, int]:
    """Return how many subjects are shown with their classes, as a whole, in a rest, not at all."""
    return {
        "classes": found.with_classes,
        "alone": found.count(Fate.ALONE),
        "rest": found.count(Fate.SECTION, Fate.UNIT),
        "withheld": found.count(Fate.WITHHELD, Fate.ABSENT),
    }


def logged_terms(round: Round) -> dict[str, Any]:
    """Return what the audit entry of the opening keeps of the exposure: enough to see any later change."""
    terms = {"floor": round.exposure["floor"], "form": round.exposure["form"]}
    return {**terms, "exposure": _digest(round.exposure)}


def terms_hold(round: Round) -> bool:
    """Return whether form and exposure are still those that were frozen together. No query."""
    exposure = {key: value for key, value in round.exposure.items() if key != "seal"}
    return form_holds(round) and hmac.compare_digest(str(round.exposure.get("seal", "")), _seal(round, exposure))


def form_holds(round: Round) -> bool:
    """Return whether the form is still the one that the exposure was made for. No query.

    Asked at every reading of results, and without the secret: that may be changed once a round has been counted.
    """
    exposure = round.exposure
    return (
        bool(exposure)
        and exposure.get("form") == _digest(round.form)
        and exposure.get("floor") == round.form.get("floor")
        and exposure.get("visibility") == round.form.get("visibility")
    )


def check_terms(round: Round) -> None:
    """Refuse a round whose floor, visibility or form are not those that its opening froze, sealed and logged.

    Raises: TermsAltered.
    """
    kind = ContentType.objects.get_for_model(Round)
    entries = ModelLogEntry.objects.filter(
        content_type=kind, object_id=str(round.pk), action="peer_review.round.open"
    ).order_by("-timestamp", "-pk")
    entry = entries.first()
    if not terms_hold(round) or entry is None or entry.data.get("exposure") != _digest(round.exposure):
        raise TermsAltered


def _seal(round: Round, exposure: dict[str, Any]) -> str:
    """Return a mark that only the server's secret can make: rewriting the database alone does not renew it."""
    words = f"{round.public_id}|{_digest(exposure)}"
    return salted_hmac("peer_review.exposure", words, secret=conf.KEY_SECRET, algorithm="sha256").hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
