"""Names of bands, audiences and voter classes, as pages and papers show them."""

import pytest

from peer_review.domain.schemes.labels import audience_names, bands_in_ranges, bands_of, class_label
from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import Audience, GradeSet
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def test_bands_of_pair_the_lowest_points_with_the_grade() -> None:
    assert bands_of(freeze_scheme(SchemeFactory(bands=[90, 80, 60]))) == [
        (90, "Excellent"),
        (80, "Competent"),
        (60, "Basically competent"),
        (0, "Incompetent"),
    ]


def test_bands_in_ranges_leave_no_point_out() -> None:
    assert bands_in_ranges(freeze_scheme(SchemeFactory(bands=[90, 80, 60]))) == (
        "Excellent 90–100, Competent 80–89, Basically competent 60–79, Incompetent 0–59"
    )


@pytest.mark.parametrize("shown", [[], ["subject"], ["staff", "subject"], list(Audience.values)])
def test_audience_names_list_who_sees_results(shown: list[str]) -> None:
    visibility = {audience: audience in shown for audience in Audience.values}
    scheme = freeze_scheme(SchemeFactory(visibility=visibility))

    assert audience_names(scheme.audiences) == ", ".join(str(one.label) for one in Audience if one.value in shown)


def test_bands_are_told_with_the_schemes_own_names_and_bounds() -> None:
    scheme = freeze_scheme(SchemeFactory(grade_set=GradeSet.INSTITUTIONS, bands=[85, 75, 60]))

    assert bands_in_ranges(scheme) == "Excellent 85–100, Qualified 75–84, Basically qualified 60–74, Unqualified 0–59"


def test_class_label_names_all_that_share_a_paper() -> None:
    labels = {"leaders": "Leaders", "peers": "Peers", "staff": "Staff"}
    assert class_label(labels, ("peers",)) == "Peers"
    assert class_label(labels, ("leaders", "peers", "staff")) == "Leaders and Peers and Staff"
    # A scheme that was changed since does not know it any more.
    assert class_label(labels, ("gone",)) == "gone"
