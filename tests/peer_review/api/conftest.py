"""Other systems, each with its token."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from peer_review.api.domain import confirm_integration, make_integration
from peer_review.api.enums import Scope
from tests.factories.peer_review.rounds import make_user

#: Returns what an integration that reads for somebody is answered: (path) -> response.
Reads = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_throttle_left() -> None:
    cache.clear()


def token_of(user: Any, *scopes: Scope) -> str:
    """Return a fresh, confirmed token that reads for `user`, with these scopes or all."""
    last_day = timezone.localdate() + timedelta(days=30)
    integration, token = make_integration(by=user, name="System", scopes=scopes or tuple(Scope), last_day=last_day)
    confirm_integration(integration, by=make_user("", "administrator"))
    return token


@pytest.fixture
def reads_for() -> Callable[..., Reads]:
    """Give (user, *scopes) and get a function that asks for a path with a token of theirs."""

    def make(user: Any, *scopes: Scope) -> Reads:
        client = Client(headers={"authorization": f"Api-Key {token_of(user, *scopes)}", "accept-language": "en"})
        return client.get

    return make
