"""Life of a round: every arrow, and every refusal by its name."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from peer_review import signals
from peer_review.box import store
from peer_review.domain.rounds.lifecycle import (
    archive_round,
    close_due_rounds,
    close_round,
    create_round,
    delete_round,
    mark_counted,
    mark_published,
    open_round,
    update_round,
)
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.enums import RoundState
from peer_review.exceptions.base import (
    NotOrganiser,
    NotScrutineer,
    Refusal,
    RoundFrozen,
    RoundStateInvalid,
    SchemeInvalid,
)
from peer_review.exceptions.rounds import BatchSettingsInvalid, ClockSetBack, ClosingTooEarly, DatesInPast, DatesInvalid
from peer_review.models import Assignment, Cell, Round
from peer_review.protocol.ballots import Manifest
from tests.factories.peer_review.box import NO_PADDING
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_member,
    make_open_round,
    make_ready_round,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

NOW = timezone.now()


def terms(**changes: Any) -> dict[str, Any]:
    organiser = make_user("Organiser", "organiser")
    return {
        "by": organiser,
        "title": "Autumn",
        "kind": "person",
        "scheme": SchemeFactory(),
        "opens_at": NOW,
        "closes_at": NOW + timedelta(days=7),
        "scrutineers": [make_user("Scrutineer", "scrutineer")],
        **changes,
    }


class TestCreateRound:
    def test_makes_a_draft_with_the_creator_as_organiser(self) -> None:
        wanted = terms()

        round = create_round(**wanted)

        assert round.state == RoundState.DRAFT
        assert round.organiser == wanted["by"]
        assert list(round.scrutineers.all()) == wanted["scrutineers"]
        assert len(round.public_id) == 32

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"closes_at": NOW - timedelta(days=1), "opens_at": NOW - timedelta(days=2)}, DatesInPast),
            ({"closes_at": NOW - timedelta(days=1)}, DatesInvalid),
            ({"batch_floor": 5}, BatchSettingsInvalid),
            ({"batch_window": 0}, BatchSettingsInvalid),
        ],
    )
    def test_refuses_terms_that_cannot_be(self, changes: dict[str, Any], refusal: type[Refusal]) -> None:
        with pytest.raises(refusal):
            create_round(**terms(**changes))

    def test_refuses_people_without_the_role(self) -> None:
        with pytest.raises(NotOrganiser):
            create_round(**terms(by=make_user()))
        with pytest.raises(NotScrutineer):
            create_round(**terms(scrutineers=[make_user("Somebody")]))

    def test_refuses_a_scheme_that_cannot_be_asked(self) -> None:
        with pytest.raises(SchemeInvalid):
            create_round(**terms(scheme=SchemeFactory(classes=[("all", 50)])))


class TestUpdateRound:
    def test_changes_terms(self) -> None:
        round = create_round(**terms())

        updated = update_round(round, by=round.organiser, title="Winter")

        assert updated.title == "Winter"

    def test_another_kind_empties_the_roll(self) -> None:
        running = make_ready_round()

        update_round(running.round, by=running.round.organiser, kind="section")

        assert not running.round.members.exists()
        assert not running.round.cells.exists()

    def test_a_scrutineer_leaving_takes_the_box_key_along(self) -> None:
        running = make_ready_round()

        update_round(running.round, by=running.round.organiser, scrutineers=[make_user("New", "scrutineer")])

        running.round.refresh_from_db()
        assert (running.round.box_public, running.round.box_key_tested) == ("", False)

    def test_refuses_an_opened_round_and_unknown_fields(self) -> None:
        running = make_open_round()

        with pytest.raises(RoundFrozen):
            update_round(running.round, by=running.round.organiser, title="x")
        with pytest.raises(RoundFrozen):
            delete_round(running.round, by=running.round.organiser)
        with pytest.raises(TypeError):
            update_round(running.round, by=running.round.organiser, state="closed")

    def test_a_draft_can_be_deleted(self) -> None:
        running = make_ready_round()

        delete_round(running.round, by=running.round.organiser)

        assert not Round.objects.exists()


class TestOpenRound:
    def test_freezes_form_and_manifest_and_makes_the_box(self, django_capture_on_commit_callbacks) -> None:
        running = make_ready_round(evaluators=3, subjects=2)
        heard: list[Round] = []

        def receive(sender: Any, round: Round, by: Any, **kwargs: Any) -> None:
            heard.append(round)

        signals.round_opened.connect(receive)
        with django_capture_on_commit_callbacks(execute=True):
            round = open_round(running.round, by=running.round.organiser)
        signals.round_opened.disconnect(receive)

        assert round.state == RoundState.OPEN
        assert round.form["criteria"][0]["key"] == "quality"
        manifest = Manifest.parse(round.manifest.encode(), expected_fingerprint=round.fingerprint)
        assert manifest.round_id == round.public_id
        assert dict(manifest.cells) == dict(round.cells.values_list("key", "spki"))
        assert store.table_exists("sealed", round.public_id)
        assert heard == [round]

    def test_a_changed_scheme_does_not_reach_an_open_round(self) -> None:
        running = make_open_round()
        before = running.round.form

        running.round.scheme.criteria.all().delete()

        running.round.refresh_from_db()
        assert running.round.form == before

    @pytest.mark.parametrize(
        ("spoil", "code"),
        [
            (lambda r: r.scrutineers.clear(), "no_scrutineer"),
            (lambda r: Cell.objects.all().delete(), "empty_roll"),
            (lambda r: make_subject(r, make_member(r, make_user("Lonely"))), "subject_with_nobody"),
            (lambda r: Assignment.objects.all().delete(), "cell_with_nobody"),
            (lambda r: r.cells.update(voter_class="gone"), "unknown_voter_class"),
            (lambda r: r.cells.filter(pk=r.cells.first().pk).update(spki=""), "keys_missing"),
            (lambda r: Round.objects.update(box_public=""), "no_box_key"),
            (lambda r: Round.objects.update(box_key_tested=False), "box_key_untested"),
            (lambda r: r.organiser.groups.clear(), "not_organiser"),
            (lambda r: r.scrutineers.get().groups.clear(), "not_scrutineer"),
            (lambda r: r.scheme.criteria.all().delete(), "scheme_invalid"),
            (lambda r: self_evaluation(r), "self_evaluation"),
            (
                lambda r: Round.objects.update(opens_at=NOW - timedelta(days=3), closes_at=NOW - timedelta(days=2)),
                "dates_in_past",
            ),
            (lambda r: RoundFactory(opened_at=NOW + timedelta(hours=1)), "clock_set_back"),
        ],
    )
    def test_refuses_by_name(self, spoil: Any, code: str) -> None:
        running = make_ready_round()
        spoil(running.round)
        round = Round.objects.get(pk=running.round.pk)

        assert code in [obstacle.code for obstacle in opening_refusals(round)]
        with pytest.raises(Refusal) as refusal:
            open_round(round, by=round.organiser)
        assert refusal.value.code in [obstacle.code for obstacle in opening_refusals(round)]
        assert str(refusal.value)
        assert Round.objects.get(pk=round.pk).state == RoundState.DRAFT

    def test_is_not_done_twice(self) -> None:
        running = make_open_round()
        with pytest.raises(RoundStateInvalid):
            open_round(running.round, by=running.round.organiser)


def self_evaluation(round: Round) -> None:
    subject = round.subjects.first()
    Assignment.objects.create(evaluator=subject.member.user, cell=subject.cells.first())


class TestCloseRound:
    def test_destroys_cell_keys_and_seals_the_box_off(self) -> None:
        running = make_open_round()
        keys_before = [bytes(key) for key in running.round.cells.values_list("private_key", flat=True)]
        assert all(keys_before)

        closed = close_round(running.round, by=None)

        assert closed.state == RoundState.CLOSED
        assert not any(running.round.cells.values_list("private_key", flat=True))
        assert store.table_exists("closed", closed.public_id)
        assert not store.table_exists("sealed", closed.public_id)
        with pytest.raises(RoundStateInvalid):
            close_round(closed, by=closed.organiser)

    def test_before_its_last_moment_no_person_closes_it_by_hand(self) -> None:
        running = make_open_round()
        last = running.round.closes_at

        with pytest.raises(ClosingTooEarly) as refused:
            close_round(running.round, by=running.round.organiser, now=last - timedelta(seconds=1))

        assert date_format(timezone.localtime(last), "DATETIME_FORMAT") in str(refused.value)
        assert Round.objects.get().state == RoundState.OPEN
        assert all(running.round.cells.values_list("private_key", flat=True))
        assert close_round(running.round, by=running.round.organiser, now=last).state == RoundState.CLOSED

    def test_finishes_what_a_crash_left_half_done(self) -> None:
        running = make_open_round()
        store.seal_off(running.round.public_id, padding=NO_PADDING)

        assert close_round(running.round, by=None).state == RoundState.CLOSED

    def test_refuses_a_clock_set_back(self) -> None:
        running = make_open_round()
        with pytest.raises(ClockSetBack):
            close_round(running.round, by=None, now=running.round.opened_at - timedelta(hours=1))

    def test_close_due_rounds_closes_what_is_due_and_nothing_else(self) -> None:
        due, later = make_open_round(), make_open_round()
        Round.objects.filter(pk=due.round.pk).update(closes_at=timezone.now())

        assert close_due_rounds() == [due.round]
        assert close_due_rounds() == []
        later.round.refresh_from_db()
        assert later.round.state == RoundState.OPEN


def test_counted_published_archived_follow_in_this_order_only() -> None:
    running = make_open_round()
    round, by = running.round, running.round.organiser
    Round.objects.filter(pk=round.pk).update(closes_at=timezone.now())
    steps = [
        (RoundState.CLOSED, close_round),
        (RoundState.COUNTED, mark_counted),
        (RoundState.PUBLISHED, mark_published),
        (RoundState.ARCHIVED, archive_round),
    ]
    for number, (state, step) in enumerate(steps):
        for _state, other in steps[number + 1 :]:
            with pytest.raises(RoundStateInvalid):
                other(round, by=by)
        round = step(round, by=by)
        assert round.state == state
    assert round.published_at is not None


def test_cells_of_several_classes_are_drawn_from_the_roll() -> None:
    running = make_ready_round()
    subject = running.round.subjects.first()
    make_cell(subject, [make_user()], "gone")

    assert "unknown_voter_class" in [obstacle.code for obstacle in opening_refusals(running.round)]
