"""Labels of the answers that a criterion offers, on the ballot paper and wherever an answer is shown."""

from dataclasses import dataclass

from peer_review.domain.schemes.grades import grade_names
from peer_review.enums import ScaleKind
from peer_review.protocol.frozen_scheme import FrozenCriterion, FrozenScheme


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a criterion: its number, the mark before it and its label."""

    value: int
    mark: str
    label: str


def choices(scheme: FrozenScheme, criterion: FrozenCriterion) -> list[Choice]:
    """Return the answers of one criterion in words: anchors lowest first, grades best first, none for points."""
    anchors = criterion.anchors
    if scheme.scale == ScaleKind.ANCHORS:
        return [Choice(value, str(value), words) for value, words in enumerate(anchors, start=1)]
    if scheme.scale == ScaleKind.GRADES:
        words = anchors or tuple(reversed(grade_names(scheme).values()))
        return [Choice(value, "", words[value - 1]) for value in range(len(words), 0, -1)]
    return []


def answers_in_words(scheme: FrozenScheme) -> dict[str, list[tuple[int, str]]]:
    """Return the answers of each criterion as (number, words), as on the ballot paper; none for points."""
    return {
        criterion.key: [
            (choice.value, f"{choice.mark} {choice.label}".strip()) for choice in choices(scheme, criterion)
        ]
        for criterion in scheme.criteria
    }
