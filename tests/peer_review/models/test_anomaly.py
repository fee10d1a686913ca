"""Runs of the search for anomalies, and anomalies."""

import pytest
from django.db import IntegrityError, transaction

from peer_review.models import Anomaly, AnomalyRun
from tests.factories.peer_review.rounds import RoundFactory, make_member, make_subject, make_user


@pytest.mark.parametrize(("done", "total", "is_done"), [(0, 0, False), (0, 4, False), (3, 4, False), (4, 4, True)])
def test_a_run_is_done_after_its_last_step(done: int, total: int, is_done: bool) -> None:
    run = AnomalyRun(round_id=7, done=done, total=total)
    assert run.is_done is is_done
    assert str(run) == f"7: {done}/{total}"


@pytest.mark.django_db
def test_a_run_makes_no_more_steps_than_it_has() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AnomalyRun.objects.create(round=RoundFactory(), done=5, total=4)


@pytest.mark.django_db
@pytest.mark.parametrize("p", [0.0, -0.1, 1.1])
def test_a_probability_lies_above_nothing_and_at_most_at_one(p: float) -> None:
    round = RoundFactory()
    subject = make_subject(round, make_member(round, make_user()))
    run = AnomalyRun.objects.create(round=round, total=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        Anomaly.objects.create(run=run, kind="end", subject=subject, criterion="quality", p=p)


@pytest.mark.django_db
def test_an_anomaly_is_found_once_and_named_by_what_it_is_about() -> None:
    round = RoundFactory()
    subject = make_subject(round, make_member(round, make_user()))
    run = AnomalyRun.objects.create(round=round, total=4)
    fields = {"run": run, "kind": "end", "subject": subject, "criterion": "quality", "p": 0.01}
    assert str(Anomaly.objects.create(**fields)) == f"end {subject.pk}"
    with pytest.raises(IntegrityError), transaction.atomic():
        Anomaly.objects.create(**fields)
    assert str(Anomaly(kind="return", section_key="a", other_key="b")) == "return a"


@pytest.mark.django_db
def test_the_least_likely_come_first() -> None:
    round = RoundFactory()
    run = AnomalyRun.objects.create(round=round, total=4)
    for p in (0.03, 0.01, 0.02):
        subject = make_subject(round, make_member(round, make_user()))
        Anomaly.objects.create(run=run, kind="end", subject=subject, p=p)
    assert list(run.anomalies.values_list("p", flat=True)) == [0.01, 0.02, 0.03]
