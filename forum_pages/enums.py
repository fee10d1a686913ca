"""Verbs, states and kinds."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Verb(models.TextChoices):
    """What a grant on a board allows. A board without grants for a verb allows it to every signed-in person;
    moderating is never open to all."""

    READ = "read", pgettext_lazy("forum", "Read")
    POST = "post", _("Start topics")
    COMMENT = "comment", pgettext_lazy("forum", "Comment")
    MODERATE = "moderate", _("Moderate")


class Reaction(models.TextChoices):
    """How a reader answers without words. The values are the flags of django-comments-xtd."""

    LIKE = "I liked it", _("Agree")
    DISLIKE = "I disliked it", _("Disagree")


class ReportState(models.TextChoices):
    """Life of a report to the moderators."""

    OPEN = "open", pgettext_lazy("forum", "Open")
    UPHELD = "upheld", pgettext_lazy("forum", "Upheld")
    DISMISSED = "dismissed", pgettext_lazy("forum", "Dismissed")


class CommentOrder(models.TextChoices):
    """The two ways through a discussion."""

    THREAD = "thread", _("By thread")
    TIME = "time", _("By time")
