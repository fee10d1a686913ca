"""A board with somebody on it."""

from typing import Any

import pytest
from django.test import Client

from forum_pages.models import BoardPage
from tests.factories import forum_pages as make


@pytest.fixture
def author(db: None) -> Any:
    return make.person("wang", "staff", name="王秀英")


@pytest.fixture
def reader(db: None) -> Any:
    return make.person("li", "staff", name="李建国")


@pytest.fixture
def moderator(db: None) -> Any:
    return make.person("mod", "moderator", name="赵版主")


@pytest.fixture
def board(db: None) -> BoardPage:
    return make.board("talk", title="交流互评")


@pytest.fixture
def as_author(author: Any) -> Client:
    client = Client()
    client.force_login(author)
    return client


@pytest.fixture
def as_reader(reader: Any) -> Client:
    client = Client()
    client.force_login(reader)
    return client


@pytest.fixture
def as_moderator(moderator: Any) -> Client:
    client = Client()
    client.force_login(moderator)
    return client
