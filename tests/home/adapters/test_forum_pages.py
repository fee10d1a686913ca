"""What the forum has for the home page."""

import pytest

from home.adapters.forum_pages import moderation
from tests.factories import forum_pages
from tests.factories.home import home_page


@pytest.mark.django_db
def test_reports_wait_for_moderators_as_one_line_with_their_number() -> None:
    home_page()
    author, moderator = forum_pages.person("wang", "staff"), forum_pages.person("zhang", "moderator")
    board = forum_pages.board("moderated", moderated=True)
    forum_pages.topic(board, author)

    (waiting,) = moderation(moderator)

    assert (waiting.count, waiting.url) == (1, "/discuss/queue/")
    assert list(moderation(author)) == []
