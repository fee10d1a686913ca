"""What migrations make of the rows of earlier versions."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from peer_review import audit_log
from peer_review.domain.planning.roll import use_plan
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.models import Exclusion, RollTouch, Round
from tests.factories.peer_review.houses import house, make_house_draft
from tests.factories.peer_review.rounds import RoundFactory, make_ready_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def migrate_drafts() -> None:
    module = import_module("peer_review.migrations.0004_earlier_drafts")
    module.put_down_work_by_hand(apps, None)  # of the editor of tables it asks nothing


def test_rolls_of_earlier_drafts_wait_for_a_second_person() -> None:
    draft, opened, empty = make_ready_round(evaluators=6).round, make_ready_round(evaluators=6).round, RoundFactory()
    Round.objects.filter(pk=opened.pk).update(state="open")
    assert opening_refusals(draft) == []

    migrate_drafts()

    assert [(touch.round, touch.kind, touch.by) for touch in RollTouch.objects.all()] == [
        (draft, "earlier", draft.organiser)
    ]
    assert [refusal.code for refusal in opening_refusals(draft)] == ["roll_unconfirmed"]
    assert not empty.roll_touches.exists()


def test_using_the_plan_again_leaves_what_outlives_it(settings: Any) -> None:
    draft = make_house_draft(settings)
    use_plan(draft, by=draft.organiser)
    people = house(draft)
    subject = draft.subjects.all()[0]
    Exclusion.objects.create(round=draft, evaluator_id=people[5].user_id, subject_key=subject.key, reason="Kin")
    draft.members.filter(user_id=people[6].user_id).update(on_paper=True)
    for _time in range(2):
        audit_log.record(draft, "peer_review.round.seed", by=draft.organiser)

    migrate_drafts()

    kept = {"excluded": people[5].name, "on_paper": people[6].name, "seed": ""}
    assert {touch.kind: touch.person_name for touch in draft.roll_touches.all()} == {"earlier": "", **kept}
    excluded = draft.roll_touches.get(kind="excluded")
    assert (excluded.detail, [one.subject_key for one in excluded.subjects.all()]) == ("Kin", [subject.key])
    assert draft.roll_touches.get(kind="seed").number == 2
    use_plan(draft, by=draft.organiser)
    # Chance chooses nobody in this plan.
    assert {touch.kind for touch in draft.roll_touches.all()} == {"excluded", "on_paper"}
