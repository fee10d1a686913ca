"""Earlier versions of a text."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum_pages.models.comment import TopicComment
from forum_pages.models.topic import Topic


class PostRevision(models.Model):
    """A topic or a comment as it was before one of its edits."""

    topic = models.ForeignKey(Topic, null=True, on_delete=models.CASCADE, related_name="revisions")
    comment = models.ForeignKey(TopicComment, null=True, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200, blank=True)
    source = models.TextField()
    html = models.TextField()
    written_at = models.DateTimeField()
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(topic__isnull=False, comment__isnull=True)
                | models.Q(topic__isnull=True, comment__isnull=False),
                name="forum_pages_revision_of_one",
            ),
            models.UniqueConstraint(fields=["topic", "number"], name="forum_pages_revision_topic"),
            models.UniqueConstraint(fields=["comment", "number"], name="forum_pages_revision_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.topic or self.comment} v{self.number}"
