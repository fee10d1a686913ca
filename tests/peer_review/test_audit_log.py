"""The audit log: every administrative act, nothing of the ballot path, for inspectors' eyes."""

import pytest
from django.utils import timezone
from wagtail.models import ModelLogEntry

from peer_review import audit_log
from peer_review.domain.rounds.lifecycle import archive_round, close_round, mark_counted, mark_published, update_round
from peer_review.models import Round
from tests.factories.peer_review.rounds import make_open_round, make_ready_round, make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_every_act_of_a_round_leaves_an_entry_and_no_ballot_does() -> None:
    running = make_ready_round()
    by = running.round.organiser
    update_round(running.round, by=by, title="Renamed")
    running = make_open_round()
    by = running.round.organiser
    before = ModelLogEntry.objects.count()
    for evaluator in running.evaluators:
        evaluator.draw()
        running.vote(evaluator)
    assert ModelLogEntry.objects.count() == before

    Round.objects.filter(pk=running.round.pk).update(closes_at=timezone.now())
    close_round(running.round, by=by)
    mark_counted(running.round, by=by, ballots=2)
    mark_published(running.round, by=by)
    archive_round(running.round, by=by)

    entries = ModelLogEntry.objects.filter(object_id=str(running.round.pk)).order_by("timestamp", "pk")
    assert [entry.action.removeprefix("peer_review.round.") for entry in entries] == [
        "box_key",
        "box_key_test",
        "open",
        "close",
        "count",
        "publish",
        "archive",
    ]
    assert all(entry.user_id for entry in entries)
    assert entries[4].data == {"ballots": 2}
    assert all(entry.message for entry in entries)


def test_the_clock_closes_in_nobodys_name() -> None:
    running = make_open_round()
    audit_log.record(running.round, "peer_review.round.close", by=None, early=False)

    assert ModelLogEntry.objects.filter(action="peer_review.round.close").get().user is None


def test_an_act_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="unregistered"):
        audit_log.record(make_ready_round().round, "peer_review.round.secret", by=None)


def test_entries_are_for_inspectors() -> None:
    make_ready_round()

    assert audit_log.entries_visible_to(make_user("", "inspector")).exists()
    for user in (make_user("", "organiser"), make_user(is_superuser=True), None):
        assert not audit_log.entries_visible_to(user).exists()
