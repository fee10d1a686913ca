"""Settings of the plugin, all under the prefix FORUM_PAGES_, read when used so that tests may override them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

DEFAULTS: dict[str, Any] = {
    # Names of the Django groups whose members moderate every board.
    "MODERATOR_GROUPS": ["moderator"],
    # Dotted path of (text) -> tokens separated by spaces, used on what is indexed and on what is asked.
    "SEGMENTER": "forum_pages.text.bigrams",
    # Dotted path of (user ids) -> {user id: line}, e.g. name and section; one query for a whole page. None: names.
    "AUTHOR_LINE": None,
    # Rows on a page.
    "TOPICS_PER_PAGE": 20,
    "COMMENTS_PER_PAGE": 20,
    "RESULTS_PER_PAGE": 20,
    # Longest texts, in characters.
    "TITLE_MAX": 120,
    "TOPIC_MAX": 50_000,
    "COMMENT_MAX": 10_000,
    # How deep replies nest; a reply to the deepest one stands beside it.
    "MAX_LEVEL": 3,
    # Topics pinned at once on one board: the first page shows them all.
    "PINNED_MAX": 10,
    # Unread marks reach back this many days; what is older counts as read.
    "UNREAD_DAYS": 60,
}


class Conf:
    """Attribute access to the settings: `conf.TOPIC_MAX` is settings.FORUM_PAGES_TOPIC_MAX or its default."""

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(name)
        return getattr(settings, f"FORUM_PAGES_{name}", DEFAULTS[name])

    def unread_since(self) -> datetime:
        """Return the moment before which everything counts as read."""
        return timezone.now() - timedelta(days=self.UNREAD_DAYS)

    def segmenter(self) -> Callable[[str], str]:
        """Return the function that cuts text into words."""
        return import_string(self.SEGMENTER)

    def author_line(self) -> Callable[[set[int]], dict[int, str]] | None:
        """Return the function that labels authors with more than their names, if the site has one."""
        return import_string(self.AUTHOR_LINE) if self.AUTHOR_LINE else None


conf = Conf()
