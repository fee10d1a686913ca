"""Low turnout: one of several votes, and whoever reads every table before, during and after the count cannot tell who.

With one name among those who drew and one ballot in the box, the databases would name its author. So in no copy of the
main database, whenever it was taken, may the rows of whoever drew differ from those of the others.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from peer_review.box import store
from peer_review.domain.announcements.announcements import remind
from peer_review.domain.announcements.delivery import deliver
from peer_review.models import Drawn, Round
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.rounds import RunningRound, make_open_round

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def columns_of_people() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column of the main database that points at a person."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is get_user_model():
                yield model, field.attname


def traces(user_pk: int) -> list[tuple[object, ...]]:
    """Return all that the main database keeps about a person, but for what is everybody's own: keys, names, sign-in."""
    found: list[tuple[object, ...]] = []
    for model, column in columns_of_people():
        own = {
            model._meta.pk.attname,
            column,
            "name",
            "label",
            "cell_id",
            "key",
            "session_data",
            "began_at",
            "expire_date",
        }
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in own]
        for row in model._base_manager.filter(**{column: user_pk}).values():
            found.append((model._meta.label, column, *(row[name] for name in names)))
    return sorted(found, key=repr)


def assert_nobody_stands_out(running: RunningRound) -> None:
    seen = {one.user.pk: traces(one.user.pk) for one in running.evaluators}
    assert len({repr(rows) for rows in seen.values()}) == 1


@pytest.fixture
def running() -> RunningRound:
    """Six people may evaluate somebody who evaluates nobody."""
    return make_open_round(evaluators=7, subjects=1)


def test_nobody_stands_out_whenever_the_database_is_copied(running: RunningRound) -> None:
    """The attack: six on the roll, one voted, the organiser closed early; two files gave name, marks and comment."""
    voter = running.evaluators[3]
    assert_nobody_stands_out(running)

    running.vote(voter)
    assert_nobody_stands_out(running)
    assert Drawn.objects.count() == 1  # how many have drawn is to be seen; who, is not

    running.close()
    assert_nobody_stands_out(running)

    count_all(running)
    assert_nobody_stands_out(running)
    assert len(list(store.ballots(running.round.public_id))) == 1
    assert not Drawn.objects.exists()


def test_nobody_stands_out_by_a_visit_to_every_page_of_a_voter(running: RunningRound) -> None:
    """Whoever votes in a browser opens pages that the others do not open, and those write nothing about them."""
    voter = running.evaluators[3]
    client = Client()
    client.force_login(voter.user)
    for other in running.evaluators:
        if other is not voter:
            Client().force_login(other.user)
    for name in ("round-list", "round-detail", "ballot", "ballot-check"):
        assert client.get(
            reverse(f"peer_review:{name}", args=[] if name == "round-list" else [running.round.public_id])
        )
    running.vote(voter)
    assert_nobody_stands_out(running)


def test_reminders_reach_voters_and_others_alike(running: RunningRound) -> None:
    running.vote(running.evaluators[3])
    deliver(remind(running.round, by=running.round.organiser))
    assert_nobody_stands_out(running)


def test_the_comparison_bites(running: RunningRound) -> None:
    """A row that only the voter has, or a column that differs, is found."""
    voter: Any = running.evaluators[3]
    voter.user.is_staff = True
    voter.user.save()
    running.round.scrutineers.add(voter.user)
    with pytest.raises(AssertionError):
        assert_nobody_stands_out(running)
    assert Round.objects.count() == 1
    assert {model._meta.db_table for model, _column in columns_of_people()} <= set(
        connection.introspection.table_names()
    )
