"""Why a figure that a reader may miss is not there, in a plain sentence. How sure figures are, certainty.py says."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from peer_review.domain.figures import Mark
from peer_review.enums import PaperKind


def severity_note(form: Mapping[str, Any], score: Mark | None, *, adjusted: bool) -> str:
    """Return what taking out severity means, or why it was not done; empty without a score."""
    if score is None:
        return ""
    if adjusted:
        return _(
            "Some people mark everybody lower than others do. This is the score with such severity taken out, as far "
            "as the ballots tell it. It stands beside the score and changes nothing."
        )
    if form["paper"] == PaperKind.SUBJECT:
        return _(
            "A score without the severity of single voters cannot be had here: each subject has papers of its own, so "
            "nobody can tell which marks come from the same person. That is the price of their anonymity."
        )
    return _(
        "A score without the severity of single voters is not shown: the sheets of this round are too few for it, or "
        "too little connected."
    )
