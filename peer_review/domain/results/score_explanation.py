"""The explanation of a subject's score, step by step: sentences, and sums of released figures only."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from peer_review.counting.small_groups import SCORED_FROM
from peer_review.domain.publication.figures import Mark, shown_in_words
from peer_review.domain.results.shown_classes import ShownClass
from peer_review.domain.schemes.grades import bands_in_words
from peer_review.enums import ScaleKind
from peer_review.models import CriterionResult
from peer_review.protocol.frozen_scheme import FrozenCriterion, FrozenScheme


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a sum: `share` percent of `value` points, which are shown as `text`."""

    label: str
    share: float
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighted mean: the terms, and the released figure that they make.

    Terms and total are rounded each for itself, so the terms may add up to 0.1 more or less.
    """

    label: str
    terms: tuple[Term, ...]
    total: float
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a sentence, and the sums that carry it out for this subject, where their parts are released."""

    key: str
    text: str
    sums: tuple[Sum, ...] = field(default=())


def class_sum(classes: Sequence[ShownClass], criterion: FrozenCriterion, row: CriterionResult | None) -> Sum | None:
    """Return how a criterion's figure is made of its voter classes; None where these are not released, or are one.

    A class is released only where each class of the subject has at least the floor of answers, so no share was cut
    back (counting.combine.class_shares), and the weights over the classes that answered are the shares.
    """
    if row is None or not row.classes or len(classes) < 2:
        return None
    weights = {voters.key: voters.weight for voters in classes if voters.key in row.classes}
    total = sum(weights.values())
    terms = tuple(
        Term(
            label=voters.label,
            share=100 * weights[voters.key] / total,
            value=row.classes[voters.key][0],
            text=shown_in_words(row.classes[voters.key][0], next(iter(row.classes[voters.key][5:]), None)),
        )
        for voters in classes
        if voters.key in weights
    )
    return Sum(label=criterion.label, terms=terms, total=row.value, text=shown_in_words(row.value, row.shown))


def score_sum(terms: Sequence[Term], score: Mark | None) -> Sum | None:
    """Return how the score is made of the criteria that are shown."""
    if score is None:
        return None
    return Sum(label=_("Score"), terms=tuple(terms), total=score.value, text=score.text)


def steps_of(scheme: FrozenScheme, *, by_class: Sequence[Sum], score: Sum | None) -> tuple[Step, ...]:
    """Return the steps from ballots to the proposed grade under the rules that the round froze."""
    floor = scheme.floor
    steps = [
        Step(
            "ballots",
            _(
                "Each ballot is checked twice, and only the last version of each counts. “Do not know enough” is an "
                "answer of its own: it is counted apart and never as 0. Who did not vote lowers nothing."
            ),
        )
    ]
    if scheme.scale == ScaleKind.ANCHORS:
        steps.append(Step("points", _("Answers from 1 to 5 become 20, 40, 60, 80 and 100 points.")))
    if scheme.scale == ScaleKind.GRADES:
        steps.append(Step("points", _("The four grades become 95, 80, 65 and 30 points, the middle of each band.")))
    if scheme.trim:
        steps.append(
            Step(
                "trim",
                _("In a class with more than 5 answers to a criterion, one highest and one lowest are left out."),
            )
        )
    if len(scheme.classes) > 1:
        steps.append(
            Step(
                "classes",
                _(
                    "The means of the classes are weighted. A class of which too few voted joins its neighbour, and "
                    "brings its weight; one that was destroyed, or is not asked the criterion, is left out, and the "
                    "other weights are raised to fill 100 %%. No single ballot carries more than 1/%(floor)s of a "
                    "figure."
                )
                % {"floor": floor},
                tuple(by_class),
            )
        )
    steps += [
        Step(
            "score",
            _("The score is the weighted mean of the criteria that are shown."),
            (score,) if score is not None else (),
        ),
        Step(
            "interval",
            _(
                "The interval says how far the figure would swing if other colleagues of the same kind had voted. "
                "Where two intervals overlap, do not speak of a better and a worse. It is made of how many answered "
                "and of one spread for the whole round."
            ),
        ),
        Step("ranges", _ranges_in_words(scheme)),
        Step(
            "floor",
            _(
                "Fewer than %(floor)s answers are shown nowhere, and no two published figures can be subtracted to "
                "find fewer. Each figure is rounded to one decimal, so a sum of rounded parts may differ by 0.1."
            )
            % {"floor": floor},
        ),
        Step(
            "grade",
            " ".join([bands_in_words(scheme), _("The software proposes; a named person decides and explains.")]),
        ),
    ]
    return tuple(steps)


def _ranges_in_words(scheme: FrozenScheme) -> str:
    """Return how figures of few answers are shown."""
    if scheme.exact_scores:
        return _("This scheme declares exact scores: figures of few answers are shown as they are.")
    return _(
        "Where few answered, a mean near an end of the scale is shown as a range, such as “95 or more”, and a score of "
        "fewer than %(answers)s answers in steps or as its grade alone: so nobody who knows their own ballot can work "
        "out the others'. The exact score decides the grade and the order; it is kept nowhere. Means of many are made "
        "of figures as they are shown."
    ) % {"answers": SCORED_FROM}
