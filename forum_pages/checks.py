"""System checks."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register
from django.urls import NoReverseMatch, reverse


@register()
def check_comment_routes(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Warn when the routes of django-comments-xtd are mounted: they know nothing of boards and show any comment."""
    try:
        reverse("comments-xtd-api-list", kwargs={"content_type": "forum_pages-topic", "object_pk": 1})
    except NoReverseMatch:
        return []
    return [
        Warning(
            "The routes of django_comments_xtd are mounted. They show comments without asking who may read the board.",
            hint='Remove include("django_comments_xtd.urls") from the URLs; forum_pages.urls has all the forum needs.',
            id="forum_pages.W001",
        )
    ]
