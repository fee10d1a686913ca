"""Frozen disclosure terms of a round: floor, visibility and exposure, sealed and logged when the round opens."""

import hashlib
import hmac
import json
from dataclasses import asdict

from django.contrib.contenttypes.models import ContentType
from django.utils.crypto import salted_hmac
from wagtail.models import ModelLogEntry

from peer_review.conf import conf
from peer_review.counting.exposure import Fate, Outcome
from peer_review.domain.preflight.known_answers import known_share
from peer_review.domain.preflight.opening_proof import proof_of
from peer_review.domain.preflight.preflight import Preflight
from peer_review.exceptions.preflight import ExposureUnproved, TermsAltered
from peer_review.models import Round


def freeze_exposure(round: Round, preflight: Preflight) -> None:
    """Set `round.exposure` from its frozen form and the pre-flight of both.

    The caller saves, and logs `logged_terms(round)`.

    {v, floor, visibility, form: SHA-256 of the frozen form, subjects, full and expected: how many subjects end how,
    percent: the expected turnout, lone, closing, certificate, compared: the earlier rounds beside which figures may be
    shown, no_trend: {earlier round: what of it may not}, coarse_subjects: keys of those whose figures are shown in
    half-steps, absent where there are none, seal}. The form is in the auditor's package, which names nobody: so the
    keys stand here.
    Raises: ExposureUnproved.
    """
    proof = proof_of(preflight.certificate, preflight.papers)
    if proof.sentence:
        raise ExposureUnproved(words=proof.sentence)
    coarse = [exposed.key for exposed in preflight.subtraction.coarse]
    certificate = asdict(preflight.certificate)
    del certificate["breach"]
    # In percent, as counting.joint_share measured it for such schemes.
    certificate["known_share"] = known_share(round.frozen_scheme)
    exposure = {
        "v": 1,
        "floor": round.frozen_scheme.floor,
        "visibility": dict(round.form["visibility"]),
        "form": _digest(round.form),
        "subjects": len(preflight.papers.subjects),
        "full": summary(preflight.full),
        "expected": summary(preflight.expected),
        "percent": int(preflight.share * 100 + 0.5),
        "lone": len(preflight.single_voter_pairs),
        "closing": len(preflight.closing),
        "certificate": certificate,
        "compared": [earlier.public_id for earlier in preflight.earlier],
        "no_trend": {
            earlier.public_id: earlier.no_trend(preflight.papers, coarse=coarse) for earlier in preflight.earlier
        },
    }
    if coarse:
        exposure["coarse_subjects"] = coarse
    round.exposure = {**exposure, "seal": _seal(round, exposure)}


def coarse_subjects(round: Round) -> frozenset[str]:
    """Return the keys of the subjects whose figures the round shows in half-steps. No query."""
    return frozenset(round.exposure.get("coarse_subjects", ()))


def is_coarse(round: Round, subject_key: str) -> bool:
    """Return whether the round shows this subject's figures in half-steps (counting.half_steps). No query."""
    return subject_key in coarse_subjects(round)


def summary(outcome: Outcome) -> dict[str, int]:
    """Return the number of subjects that are shown with their classes, as a whole, not at all; and the number of papers
    that are counted alone, with another class's, or destroyed."""
    return {
        "classes": outcome.with_classes,
        "alone": outcome.count(Fate.ALONE),
        "withheld": outcome.count(Fate.WITHHELD, Fate.ABSENT),
        "papers_alone": len(outcome.papers_that(Fate.ALONE, Fate.WITHHELD)),
        "papers_joined": len(outcome.papers_that(Fate.JOINED)),
        "papers_destroyed": len(outcome.papers_that(Fate.DESTROYED)),
    }


def logged_terms(round: Round) -> dict[str, object]:
    """Return the terms that the audit entry of the opening keeps: enough to detect any later change."""
    terms = {"floor": round.exposure["floor"], "form": round.exposure["form"]}
    return {**terms, "exposure": _digest(round.exposure)}


def terms_hold(round: Round) -> bool:
    """Return whether form and exposure are still those that were frozen together. No query."""
    exposure = {key: value for key, value in round.exposure.items() if key != "seal"}
    return form_holds(round) and hmac.compare_digest(str(round.exposure.get("seal", "")), _seal(round, exposure))


def form_holds(round: Round) -> bool:
    """Return whether the form is still the one that the exposure was computed for. No query.

    Every reading of results asks this. It needs no secret, which may change once a round has been counted.
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


def _seal(round: Round, exposure: dict[str, object]) -> str:
    """Return a mark that only the server's secret can make: rewriting the database alone does not renew it."""
    words = f"{round.public_id}|{_digest(exposure)}"
    return salted_hmac("peer_review.exposure", words, secret=conf.KEY_SECRET, algorithm="sha256").hexdigest()


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
