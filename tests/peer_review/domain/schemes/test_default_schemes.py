"""The schemes that ship."""

import pytest

from peer_review.domain.schemes.default_schemes import LIBRARY, create_default_schemes
from peer_review.domain.schemes.schemes import check_scheme, make_version
from peer_review.models import Scheme

pytestmark = pytest.mark.django_db


def test_every_scheme_of_the_library_can_be_asked_and_nothing_is_doubled() -> None:
    schemes = create_default_schemes()
    again = create_default_schemes()

    assert again == schemes
    assert set(schemes) == set(LIBRARY) == {"annual", "section", "graded", "full_circle", "sheet", "pulse"}
    assert Scheme.objects.count() == len(LIBRARY)
    for scheme in schemes.values():
        check_scheme(scheme)


def test_the_library_covers_every_kind_of_paper() -> None:
    schemes = create_default_schemes()

    assert [one.label for one in schemes["annual"].criteria.all()] == ["德", "能", "勤", "绩", "廉"]
    assert {one.scale for one in schemes.values()} == {"points", "anchors", "grades"}
    assert (schemes["full_circle"].comments, schemes["full_circle"].self_evaluation) == (True, True)
    assert all(one.comment_below == 2 and len(one.anchors) == 5 for one in schemes["full_circle"].criteria.all())
    assert schemes["sheet"].paper == "sheet"
    assert {rule["kind"] for rule in schemes["sheet"].sheet_rules} == {"quota", "not_all_equal", "not_all_max"}
    assert schemes["pulse"].voter_classes.count() == 1


def test_a_scheme_that_was_developed_further_is_offered_in_its_newest_version() -> None:
    annual = create_default_schemes()["annual"]
    newer = make_version(annual, by=None)

    assert create_default_schemes()["annual"] == newer
