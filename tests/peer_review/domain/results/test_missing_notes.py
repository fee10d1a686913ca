"""Why a score without severity is not there: one sentence for each reason, none without a score."""

from typing import Any

import pytest

from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.missing_notes import severity_note
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import PaperKind
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
SCORE = Mark(76.0, 70.0, 82.0, 0, 0, "competent", "Competent")


@pytest.mark.parametrize(
    ("paper", "adjusted", "words"),
    [
        (PaperKind.SHEET, {"value": 80.0, "low": 75.0, "high": 85.0}, "changes nothing"),
        (PaperKind.SUBJECT, None, "the price of their anonymity"),
        (PaperKind.SHEET, {"reason": "trimmed"}, "the highest and the lowest mark are left out"),
        (PaperKind.SHEET, {"reason": "few_abstained"}, "rests on what each sheet left blank"),
        (PaperKind.SHEET, {"reason": "few_sheets"}, "too few for it, or too little connected"),
        (PaperKind.SHEET, None, "too few for it, or too little connected"),
    ],
)
def test_note_says_what_the_figure_means_or_why_it_is_missing(paper: str, adjusted: Any, words: str) -> None:
    scheme = freeze_scheme(SchemeFactory(paper=paper))

    assert words in severity_note(scheme, SCORE, adjusted)


def test_without_a_score_nothing_is_missed() -> None:
    assert severity_note(freeze_scheme(SchemeFactory()), None, {"reason": "trimmed"}) == ""
