"""Floor and visibility cannot be lowered after opening, by any door; what was frozen is sealed and logged."""

from datetime import timedelta
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from peer_review.domain.preflight.frozen_terms import check_terms, terms_hold
from peer_review.domain.publication.publish import publish_round
from peer_review.domain.rounds.lifecycle import update_round
from peer_review.exceptions.base import RoundFrozen
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Result, Round
from tests.factories.peer_review.counted_rounds import make_counted_round, papers
from tests.factories.peer_review.rounds import make_open_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_opening_freezes_floor_visibility_and_certificate() -> None:
    round = make_open_round(evaluators=5, subjects=2).round
    round.refresh_from_db()

    kept = round.exposure
    assert (kept["floor"], kept["visibility"], kept["subjects"]) == (3, round.form["visibility"], 2)
    assert kept["full"] == {
        "classes": 0,
        "alone": 2,
        "withheld": 0,
        "papers_alone": 2,
        "papers_joined": 0,
        "papers_destroyed": 0,
    }
    assert (kept["certificate"]["floor"], kept["certificate"]["smallest"], kept["certificate"]["complete"]) == (
        3,
        3,
        True,
    )
    assert (kept["compared"], kept["no_trend"], kept["percent"]) == ([], {}, 80)
    check_terms(round)


def test_a_changed_scheme_changes_nothing_in_an_open_round() -> None:
    round = make_open_round().round
    scheme = round.scheme
    scheme.floor, scheme.visibility = 4, dict.fromkeys(scheme.visibility, True)
    scheme.save()

    round.refresh_from_db()
    assert round.form["floor"] == 3
    assert round.form["visibility"]["staff"] is False
    check_terms(round)


def test_the_domain_refuses_to_change_an_open_round() -> None:
    round = make_open_round().round
    with pytest.raises(RoundFrozen):
        update_round(round, by=round.organiser, scheme=round.scheme)


@pytest.mark.parametrize(
    "change",
    [
        lambda round: round.form.update(floor=1),
        lambda round: round.form["visibility"].update(staff=True),
        lambda round: round.exposure.update(floor=1),
        lambda round: round.exposure.clear(),
    ],
)
def test_no_line_of_code_saves_an_opened_round_with_other_terms(change: Any) -> None:
    round = make_open_round().round
    change(round)

    with pytest.raises(RoundFrozen):
        round.save()
    Round.objects.get(pk=round.pk).save()


def test_what_is_not_frozen_may_still_be_saved() -> None:
    round = make_open_round().round
    round.closes_at += timedelta(days=1)

    round.save()

    assert Round.objects.get(pk=round.pk).closes_at == round.closes_at


def rewritten(round: Round, **frozen: Any) -> Round:
    """Rewrite the row behind Django's back, as somebody with the database would."""
    Round.objects.filter(pk=round.pk).update(**frozen)
    return Round.objects.get(pk=round.pk)


def test_a_round_rewritten_in_the_database_is_not_published() -> None:
    round = make_counted_round({("Li", "all"): papers(6)})
    round = rewritten(round, form={**round.form, "floor": 1})

    with pytest.raises(TermsAltered):
        publish_round(round, by=round.organiser)

    assert not Result.objects.exists()


def test_rewriting_the_exposure_as_well_does_not_help() -> None:
    round = make_counted_round({("Li", "all"): papers(6)})
    shown = dict.fromkeys(round.form["visibility"], True)
    form = {**round.form, "visibility": shown, "floor": 3}
    stolen = make_counted_round({("Li", "all"): papers(6)}, floor=3, visibility=shown).exposure

    for exposure in ({}, {**round.exposure, "floor": 3, "visibility": shown}, stolen):
        altered = rewritten(round, form=form, exposure=exposure)
        assert not terms_hold(altered)
        with pytest.raises(TermsAltered):
            check_terms(altered)


def test_without_its_audit_entry_a_round_is_not_published() -> None:
    round = make_counted_round({("Li", "all"): papers(6)})
    assert terms_hold(round)
    ModelLogEntry.objects.filter(action="peer_review.round.open").delete()

    with pytest.raises(TermsAltered):
        check_terms(round)
