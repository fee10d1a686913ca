"""Notes that say why a figure is missing or coarse. reliability_notes.py says how sure figures are."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from peer_review.counting.small_groups import SCORED_FROM
from peer_review.domain.publication.figures import Mark
from peer_review.enums import PaperKind
from peer_review.protocol.frozen_scheme import FrozenScheme


def half_steps_note() -> str:
    """Return why a subject's figures are shown in half-steps. Who the few are is told nobody."""
    return _(
        "Nearly the same people voted in another round of late; only people who joined, left or moved make the "
        "difference. So that nobody's marks can be worked out from both, these figures are shown in half-steps, ten "
        "points of a hundred, and are compared with no other round."
    )


def severity_note(scheme: FrozenScheme, score: Mark | None, kept: Mapping[str, object] | None) -> str:
    """Return what taking out severity means, or why it was not done; empty without a score. kept: Result.adjusted."""
    if score is None:
        return ""
    if kept and "value" in kept:
        return _(
            "Some people mark everybody lower than others do. This is the score with such severity taken out, as far "
            "as the ballots tell it. It stands beside the score and changes nothing."
        )
    if scheme.paper == PaperKind.SUBJECT:
        return _(
            "A score without the severity of single voters cannot be had here: each subject has papers of its own, so "
            "nobody can tell which marks come from the same person. That is the price of their anonymity."
        )
    reason = kept.get("reason") if kept else ""
    if reason == "trimmed":
        return _(
            "A score without the severity of single voters is not shown: the highest and the lowest mark are left out "
            "of the means, and a figure made of all marks beside them would tell what these two were."
        )
    if reason == "few_ballots":
        return _(
            "A score without the severity of single voters is not shown: it needs at least %(answers)s answers to each "
            "criterion, and a score that is shown as it is."
        ) % {"answers": SCORED_FROM}
    if reason == "few_abstained":
        return _(
            "A score without the severity of single voters is not shown: it rests on what each sheet left blank, and "
            "so few sheets left the same blanks that one of them could be told apart."
        )
    return _(
        "A score without the severity of single voters is not shown: the sheets of this round are too few for it, or "
        "too little connected."
    )
