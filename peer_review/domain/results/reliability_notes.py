"""Notes on how reliable published figures are: what the reliability means, and what it does not."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peer_review.counting.coverage import Coverage, coverage
from peer_review.counting.reliability import ReliabilityJson, band_of
from peer_review.counting.small_groups import SCORED_FROM
from peer_review.models import CriterionResult, Result

#: Names of the bands of Koo and Li (2016), and what each means for an order of subjects.
BANDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "excellent": (
        gettext_lazy("excellent"),
        gettext_lazy("Had others like them voted, the subjects would stand in almost the same order."),
    ),
    "good": (
        gettext_lazy("good"),
        gettext_lazy(
            "Had others like them voted, the subjects would stand in much the same order. "
            "Neighbours might change places."
        ),
    ),
    "moderate": (
        gettext_lazy("moderate"),
        gettext_lazy(
            "Had others like them voted, part of the order would be another one. Small differences mean nothing."
        ),
    ),
    "poor": (
        gettext_lazy("poor"),
        gettext_lazy(
            "Had others like them voted, much of the order would be another one. "
            "Do not decide by the order of these scores."
        ),
    ),
}


def reliability_in_words(unit: Result) -> list[str]:
    """Return what the unit's result says of the round's reliability, sentence by sentence, for everybody to read.

    The first says how high it is, the second what follows, the others what it rests on and does not mean.
    """
    kept: ReliabilityJson | None = unit.reliability
    if kept is None or kept["mean"] is None:
        return [
            _("The reliability of the round cannot be told: too few subjects have figures, or too few ballots each.")
        ]
    name, meaning = BANDS[band_of(kept["mean"])]
    words = [
        _("Reliability of the scores: %(mean).2f, %(band)s (95 %% interval %(low).2f to %(high).2f).")
        % {"mean": kept["mean"], "band": name, "low": kept["low"], "high": kept["high"]},
        str(meaning),
        _(
            "It rests on %(ballots)s ballots about %(subjects)s subjects, about %(k).0f each. "
            "One ballot alone: %(single).2f."
        )
        % {"ballots": kept["ballots"], "subjects": kept["subjects"], "k": kept["k"], "single": kept["single"]},
        _("It says how far voters agree, not whether they are right, and nothing of any one subject."),
    ]
    if band_of(kept["mean"]) in ("poor", "moderate"):
        words.append(_("It is low, too, where the subjects are really alike."))
    return words


def one_ballot_in_words(result: Result) -> str:
    """Return whether some one ballot decides the grade that a subject's score proposes; empty without a score."""
    if result.score is not None and result.one_ballot is None and result.standing is not None:
        return _("This is said only where at least %(answers)s answered each criterion.") % {"answers": SCORED_FROM}
    if result.one_ballot is None:
        return ""
    if result.one_ballot:
        return _("Leaving out one of the ballots would propose another grade: the score lies close to a line.")
    return _("No ballot decides by itself: leaving out any one of them proposes the same grade.")


def coverage_of(rows: list[CriterionResult]) -> Coverage:
    """Return the share of 不了解 over these criteria of one result: one, or all of them."""
    return coverage((row.n, row.abstentions) for row in rows)


def is_coverage_told(rows: list[CriterionResult], floor: int) -> bool:
    """Return whether the share of 不了解 over these criteria is told: only where each has at least the floor of them.

    Beside the others' numbers it would tell how many there are of a criterion that has fewer.
    """
    return all(row.abstentions >= floor for row in rows)


def coverage_in_words(coverage: Coverage, *, told: bool, floor: int) -> str:
    """Return how many answers were 不了解, and a warning where they are many; empty where nothing was asked.

    Where the number is not `told`, whether they are many.
    """
    if coverage.share is None:
        return ""
    if not told and not coverage.is_thin:
        return _(
            "At most a third of the answers are “do not know enough”. Numbers of them under %(floor)s are not shown."
        ) % {"floor": floor}
    if not told:
        return _("More than a third of the answers are “do not know enough”. The figure speaks for those who do know.")
    said = _("%(unknown)s of %(asked)s answers are “do not know enough” (%(percent)s %%).") % {
        "unknown": coverage.unknown,
        "asked": coverage.asked,
        "percent": int(coverage.share * 100 + 0.5),
    }
    if not coverage.is_thin:
        return said
    return " ".join([said, _("The figure speaks for those who do know.")])
