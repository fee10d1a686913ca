"""Plain sentences about how sure a subject's figures are."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from peer_review.domain.figures import Mark
from peer_review.enums import PaperKind

#: From this percentage of 不了解 on, a figure is said to rest on those who do know.
MANY_UNKNOWN = 30.0


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


def one_ballot_note(score: Mark | None, changes: bool | None) -> str:
    """Return whether one ballot decides the grade, in a sentence; empty where that was not worked out."""
    if score is None or changes is None:
        return ""
    if changes:
        return _("One ballot decides: without some single ballot the proposed grade would be another.")
    return _("No single ballot decides: whichever one is left out, the proposed grade stays %(grade)s.") % {
        "grade": score.grade_label
    }


def unknown_note(unknown: float | None) -> str:
    """Return what it means that many do not know enough; empty where few say so."""
    if unknown is None or unknown < MANY_UNKNOWN:
        return ""
    return _(
        "“Do not know enough” was %(percent)s %% of all answers. The figures rest on those who do know, and say "
        "nothing about what the others would think."
    ) % {"percent": round(unknown)}
