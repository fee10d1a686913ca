"""The opening checks: terms that do not fit together, a clock set back, and the order of what is in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.preflight.subtraction_fixes import withdraw_newcomers
from peer_review.domain.rounds.lifecycle import create_round, open_round, update_round
from peer_review.domain.rounds.opening_checks import CLOCK_TOLERANCE, check_clock, check_terms, opening_refusals
from peer_review.enums import Collection
from peer_review.exceptions.base import NotOrganiser, NotScrutineer, OpeningRefusal
from peer_review.exceptions.preflight import RepeatedWithFewOthers, SubjectsSubtractable
from peer_review.exceptions.rounds import (
    BatchSettingsInvalid,
    ClockSetBack,
    CollectionInvalid,
    DatesInPast,
    DatesInvalid,
    OpenTooBriefly,
)
from peer_review.models import Contest, Round
from tests.factories.peer_review.beside_rounds import freeze, make_draft_about
from tests.factories.peer_review.rounds import RoundFactory, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])
NOW = timezone.now()
HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({}, None),
        ({"closes_at": NOW - HOUR}, DatesInvalid),
        ({"opens_at": NOW + HOUR, "closes_at": NOW + HOUR}, DatesInvalid),
        ({"opens_at": NOW - 2 * HOUR, "closes_at": NOW}, DatesInPast),
        ({"collection": Collection.TWO_STAGE}, CollectionInvalid),
        ({"casts_at": NOW + HOUR}, CollectionInvalid),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW + 24 * HOUR}, None),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW - HOUR}, CollectionInvalid),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW + 48 * HOUR}, CollectionInvalid),
        ({"closes_at": NOW + 24 * HOUR}, None),
        ({"closes_at": NOW + 24 * HOUR - INSTANT}, OpenTooBriefly),
        ({"opens_at": NOW + 24 * HOUR}, None),
        ({"opens_at": NOW + 24 * HOUR + INSTANT}, OpenTooBriefly),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW + 24 * HOUR - INSTANT}, OpenTooBriefly),
        ({"collection": Collection.TWO_STAGE, "casts_at": NOW + 24 * HOUR + INSTANT}, OpenTooBriefly),
        ({"batch_floor": 3}, BatchSettingsInvalid),
        ({"batch_floor": 0, "batch_window": 60}, BatchSettingsInvalid),
        ({"batch_window": 0}, BatchSettingsInvalid),
        ({"batch_floor": 3, "batch_window": 60}, None),
        ({"batch_window": 60}, None),
    ],
)
def test_check_terms_refuses_terms_that_do_not_fit_together(
    terms: dict[str, Any], refusal: type[OpeningRefusal] | None
) -> None:
    round = RoundFactory()
    round.opens_at, round.closes_at = NOW - HOUR, NOW + 48 * HOUR
    for name, value in terms.items():
        setattr(round, name, value)

    if refusal is None:
        check_terms(round, round.scrutineers.all(), NOW)
    else:
        with pytest.raises(refusal):
            check_terms(round, round.scrutineers.all(), NOW)


def test_check_terms_asks_for_the_roles(in_english: None) -> None:
    round = RoundFactory()
    check_terms(round, [], NOW)

    with pytest.raises(NotScrutineer, match="Mallory is not a member"):
        check_terms(round, [*round.scrutineers.all(), make_user("Mallory", "organiser")], NOW)
    round.organiser.groups.clear()
    with pytest.raises(NotOrganiser):
        check_terms(round, [], NOW)


def test_check_clock_allows_for_the_clocks_of_two_servers() -> None:
    round = RoundFactory()
    check_clock(round, NOW - 99 * HOUR)
    round.opened_at, round.closed_at = NOW, NOW + HOUR

    check_clock(round, NOW + HOUR - CLOCK_TOLERANCE)
    with pytest.raises(ClockSetBack):
        check_clock(round, NOW + HOUR - CLOCK_TOLERANCE - timedelta(seconds=1))


def test_opening_refusals_of_an_empty_draft_stand_in_order_and_of_a_ready_one_are_none() -> None:
    empty = RoundFactory(scrutineers=[])
    ready = make_ready_round(evaluators=4).round

    assert [refusal.code for refusal in opening_refusals(empty)] == ["no_scrutineer", "empty_roll", "no_box_key"]
    assert opening_refusals(ready) == []
    assert [refusal.code for refusal in opening_refusals(ready, now=ready.closes_at)] == ["dates_in_past"]


def test_a_ready_draft_is_not_opened_while_another_round_leaves_somebody_alone(in_english: None) -> None:
    """Everything else is ready. The remedy leads to the subject; once it is taken the round opens."""
    running = make_ready_round(evaluators=7, scheme__floor=5)
    draft, users = running.round, [evaluator.user for evaluator in running.evaluators]
    assert opening_refusals(draft) == []
    about = draft.subjects.get().member.user
    freeze(make_draft_about({about: {"all": users[:5]}}))

    (refusal,) = opening_refusals(draft)

    assert (refusal.code, refusal.remedy.route, refusal.remedy.anchor) == (
        "subjects_subtractable",
        "round-preflight",
        "subtraction",
    )
    with pytest.raises(SubjectsSubtractable):
        open_round(draft, by=draft.organiser)
    withdraw_newcomers(draft, by=draft.organiser, subject=draft.subjects.get().pk)
    assert opening_refusals(draft) == []
    assert open_round(draft, by=draft.organiser).state == "open"


def test_a_round_that_repeats_a_contested_one_names_what_it_needs(in_english: None) -> None:
    li, users = make_user("Li"), [make_user() for _voter in range(9)]
    before = freeze(make_draft_about({li: {"all": users[:6]}}))
    Contest.objects.create(subject=before.subjects.get(), by=li)
    draft = make_draft_about({li: {"all": users[3:9]}}, scheme=before.scheme)
    audit_log.record(draft, "peer_review.round.repeat", by=None, of=before.public_id)

    (refusal,) = [refusal for refusal in opening_refusals(draft) if isinstance(refusal, RepeatedWithFewOthers)]

    assert refusal.message == (
        "This round repeats one whose outcome was contested. About Li it needs the same voters as then, or at least 5 "
        "others."
    )


class TestLeastDuration:
    @pytest.mark.parametrize("stages", ["one_visit", "two_stage"])
    def test_a_draft_of_long_ago_opens_with_24_hours_left_and_not_with_less(self, stages: str) -> None:
        """Its times were long enough when they were drafted; what is left when it opens counts."""
        two = {"collection": stages, "casts_at": NOW + 48 * HOUR, "closes_at": NOW + 99 * HOUR}
        draft = make_ready_round(**(two if stages == "two_stage" else {"closes_at": NOW + 48 * HOUR})).round

        late = opening_refusals(draft, now=NOW + 24 * HOUR + INSTANT)
        with pytest.raises(OpenTooBriefly):
            open_round(draft, by=draft.organiser, now=NOW + 24 * HOUR + INSTANT)

        assert [type(refusal) for refusal in late] == [OpenTooBriefly]
        draft.refresh_from_db()
        assert draft.state == "draft"
        assert open_round(draft, by=draft.organiser, now=NOW + 24 * HOUR).state == "open"

    def test_a_round_of_three_minutes_is_neither_drafted_nor_opened(self, in_english: None) -> None:
        draft = make_ready_round().round
        brief = {"opens_at": NOW, "closes_at": NOW + timedelta(minutes=3)}

        with pytest.raises(OpenTooBriefly, match="at least 24 hours"):
            update_round(draft, by=draft.organiser, now=NOW, **brief)
        with pytest.raises(OpenTooBriefly):
            create_round(by=draft.organiser, title="T", kind="person", scheme=draft.scheme, now=NOW, **brief)
        Round.objects.filter(pk=draft.pk).update(**brief)
        with pytest.raises(OpenTooBriefly):
            open_round(draft, by=draft.organiser, now=NOW)

        assert set(Round.objects.values_list("pk", "state")) == {(draft.pk, "draft")}
