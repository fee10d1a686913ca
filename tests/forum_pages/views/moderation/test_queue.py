"""The moderators' queue."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from forum_pages.domain.moderation.reports import report_post
from forum_pages.enums import Verb
from forum_pages.models import Topic
from forum_pages.people import User
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db

URL = "forum_pages:queue"


def test_the_queue_is_empty_for_a_moderator_with_nothing_to_decide(topic: Topic, as_moderator: Client) -> None:
    assert as_moderator.get(reverse(URL)).context["is_empty"] is True


def test_the_queue_shows_what_awaits_this_moderator(
    topic: Topic, author: User, reader: User, moderator: User, as_moderator: Client, as_reader: Client
) -> None:
    moderated = make.board("moderated", moderated=True, grants={Verb.MODERATE: [reader]})
    awaiting = make.topic(moderated, author)
    comment = make.comment(make.topic(moderated, moderator), author)
    report = report_post(target=topic, user=reader, reason="x")
    everything = as_moderator.get(reverse(URL)).context
    assert (everything["reports"], everything["topics"], everything["comments"]) == ([report], [awaiting], [comment])
    own = as_reader.get(reverse(URL)).context
    assert (own["reports"], own["topics"], own["comments"]) == ([], [awaiting], [comment])


def test_the_queue_is_for_moderators(board: object, as_reader: Client) -> None:
    assert as_reader.get(reverse(URL)).status_code == 403
    superuser = make.client_of(make.person("root", is_superuser=True))
    assert superuser.get(reverse(URL)).status_code == 403
