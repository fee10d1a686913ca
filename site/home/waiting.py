"""Items that wait for a person, collected from the functions that settings.HOME_WAITING names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from foundation.waiting import Waiting
from organisation.models import User

#: Yields what waits for a person in one app.
Provider = Callable[[User], Iterable[Waiting]]


def waiting_for(user: User) -> list[Waiting]:
    """Return everything that waits for a person, the nearest due date first, undated things last."""
    items: list[Waiting] = []
    for path in settings.HOME_WAITING:
        provider: Provider = import_string(path)
        items.extend(provider(user))
    return sorted(items, key=lambda item: (item.deadline is None, item.deadline or timezone.now()))
