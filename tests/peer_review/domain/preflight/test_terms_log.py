"""Changes of floor and visibility are written to the log of every draft that they reach."""

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.domain.preflight.terms_log import exposure_terms, is_weaker, record_exposure_change, record_new_terms
from peer_review.enums import RoundState
from peer_review.models import Scheme
from tests.factories.peer_review.rounds import RoundFactory, SchemeFactory, make_user


def terms(floor: int = 5, **visibility: bool) -> dict[str, Any]:
    return {"floor": floor, "visibility": {"subject": True, "staff": False, **visibility}}


def entries() -> list[ModelLogEntry]:
    return list(ModelLogEntry.objects.filter(action="peer_review.round.exposure").order_by("pk"))


def test_exposure_terms_are_floor_and_audiences() -> None:
    assert exposure_terms(Scheme(floor=4, visibility={"staff": True})) == {"floor": 4, "visibility": {"staff": True}}
    assert exposure_terms(Scheme(floor=4, visibility=None)) == {"floor": 4, "visibility": {}}


@pytest.mark.parametrize(
    ("after", "weaker"),
    [
        (terms(), False),
        (terms(4), True),
        (terms(6), False),
        (terms(staff=True), True),
        (terms(subject=False), False),
        (terms(6, staff=True), True),
        (terms(everybody=True), True),
        (terms(everybody=False), False),
    ],
)
def test_is_weaker_where_smaller_groups_or_more_people_are_shown(after: dict[str, Any], weaker: bool) -> None:
    assert is_weaker(terms(), after) is weaker


@pytest.mark.django_db
class TestRecording:
    def test_reaches_drafts_of_the_scheme_and_no_other_round(self) -> None:
        scheme, editor = SchemeFactory(), make_user("Editor")
        drafts = [RoundFactory(scheme=scheme), RoundFactory(scheme=scheme)]
        RoundFactory(scheme=scheme, state=RoundState.OPEN)
        RoundFactory()

        assert record_exposure_change(scheme, before=terms(), after=terms(4), by=editor) == 2

        assert {entry.object_id for entry in entries()} == {str(round.pk) for round in drafts}
        assert {(entry.user, entry.data["weaker"]) for entry in entries()} == {(editor, True)}

    def test_writes_nothing_where_nothing_changed(self) -> None:
        round = RoundFactory()

        assert record_exposure_change(round.scheme, before=terms(), after=terms(), by=None) == 0
        record_new_terms(round, before=terms(), after=terms(), by=None)

        assert entries() == []

    def test_keeps_old_and_new_terms(self) -> None:
        round = RoundFactory()

        record_new_terms(round, before=terms(), after=terms(6), by=round.organiser)

        (entry,) = entries()
        assert entry.data == {"weaker": False, "before": terms(), "after": terms(6)}
