"""A board with a topic, and people around it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from forum_pages.models import BoardPage, Topic
from organisation.models import User
from tests.factories import forum_pages as make


@pytest.fixture
def author(db: None) -> User:
    return make.person("wang", "staff", name="王秀英")


@pytest.fixture
def reader(db: None) -> User:
    return make.person("li", "staff", name="李建国")


@pytest.fixture
def moderator(db: None) -> User:
    return make.person("mod", "moderator", name="赵版主")


@pytest.fixture
def board(db: None) -> BoardPage:
    return make.board("talk", title="交流互评")


@pytest.fixture
def topic(board: BoardPage, author: User) -> Topic:
    return make.topic(board, author)


@pytest.fixture
def as_author(author: User) -> Client:
    return make.client_of(author)


@pytest.fixture
def as_reader(reader: User) -> Client:
    return make.client_of(reader)


@pytest.fixture
def as_moderator(moderator: User) -> Client:
    return make.client_of(moderator)


@pytest.fixture
def committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Callable[[], AbstractContextManager[object]]:
    """Do what follows a commit (signals, the search index) at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
