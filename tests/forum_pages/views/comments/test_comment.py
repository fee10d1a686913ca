"""The lasting address of a comment."""

from __future__ import annotations

import pytest
from django.test import Client

from forum_pages.models import Topic
from forum_pages.people import User
from forum_pages.views.shared.addresses import url_of_comment
from tests.factories import forum_pages as make

pytestmark = pytest.mark.django_db


def test_the_lasting_address_leads_to_the_page_that_begins_with_the_comment(
    topic: Topic, author: User, as_reader: Client
) -> None:
    comment = make.comment(topic, author)
    make.comment(topic, author)
    answer = as_reader.get(comment.get_absolute_url(), follow=True)
    assert answer.redirect_chain == [(url_of_comment(comment), 302)]
    assert next(iter(answer.context["comments"])) == comment
