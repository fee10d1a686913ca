"""What waits is gathered from every app that the settings name."""

import datetime

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.waiting import Waiting
from home.waiting import waiting_for
from organisation.models import User


def item(due: datetime.datetime | datetime.date | None) -> Waiting:
    return Waiting(kind="Ballot", title="Round", url="/", due=due)


def soonest(user: User) -> list[Waiting]:
    return [item(None), item(timezone.now() + datetime.timedelta(days=9)), item(timezone.localdate())]


@override_settings(HOME_WAITING=["tests.home.test_waiting.soonest"])
def test_nearest_due_date_comes_first_and_undated_things_last() -> None:
    assert [item.state for item in waiting_for(User())] == ["soon", "later", ""]


@override_settings(HOME_WAITING=[])
def test_nothing_waits_where_no_app_is_asked() -> None:
    assert waiting_for(User()) == []


@pytest.mark.parametrize("path", settings.HOME_WAITING)
def test_every_provider_of_the_settings_is_there(path: str) -> None:
    assert callable(import_string(path))
