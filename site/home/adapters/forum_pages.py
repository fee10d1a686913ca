"""Items of the forum that wait for a person. The plugin knows no home page, so the site asks it here."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from forum_pages.models import Report, Topic, TopicComment
from foundation.waiting import Waiting
from organisation.models import User


def moderation(user: User) -> Iterator[Waiting]:
    """Yield one line for the forum's queue, if this person decides anything there."""
    pending = (
        Topic.objects.awaiting_decision_of(user).count()
        + TopicComment.objects.awaiting_decision_of(user).count()
        + Report.objects.open().visible_to(user).count()
    )
    if pending:
        yield Waiting(
            kind=_("Forum"),
            title=str(_("Posts and reports to decide")),
            url=reverse("forum_pages:queue"),
            count=pending,
        )
