"""The certificate and the paper say the share that was measured."""

from dataclasses import replace

import pytest

from peer_review.counting.joint_share import EXACT, WITH_CLASSES, WITH_SCORE
from peer_review.domain.preflight.anonymity_statements import statements_for
from peer_review.domain.preflight.known_answers import exact_scores_in_words, known_share, known_share_in_words
from peer_review.domain.schemes.schemes import freeze_scheme
from tests.factories.peer_review.counted_rounds import make_counted_round, papers
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


@pytest.mark.parametrize("scale", ["points", "anchors", "grades"])
def test_share_is_the_measured_one_of_the_scheme(scale: str) -> None:
    scheme = freeze_scheme(SchemeFactory(scale=scale))
    assert known_share(scheme) == WITH_SCORE[scale][2]
    assert f"at most {WITH_SCORE[scale][2]:.1f} %" in known_share_in_words(scheme)
    with_classes = replace(scheme, classes=(*scheme.classes, *scheme.classes))
    assert known_share(with_classes) == max(WITH_SCORE[scale][2], WITH_CLASSES[scale][2])
    exact = freeze_scheme(SchemeFactory(scale=scale, exact_scores=True))
    assert known_share(exact) == EXACT[scale]
    assert f"{EXACT[scale]:.1f}" in known_share_in_words(exact)


def test_opening_freezes_the_share_with_the_certificate() -> None:
    round = make_counted_round({("甲", "all"): papers(5)}, scale="anchors", exact=False)
    assert round.exposure["certificate"]["known_share"] == WITH_SCORE["anchors"][2]


def test_papers_of_a_scheme_with_exact_scores_say_how_much_can_be_worked_out() -> None:
    words = exact_scores_in_words("grades")
    assert f"{EXACT['grades']:.1f}" in words
    for exact in (True, False):
        round = make_counted_round(
            {("甲", "all"): papers(5, 3, 3)}, scale="grades", comments={"甲": ["well done"] * 5}, exact=exact
        )
        cells = list(round.cells.order_by("kind"))
        said = statements_for(round, cells)
        assert [words in said[cell.key] for cell in cells] == [exact and cell.kind != "comment" for cell in cells]
