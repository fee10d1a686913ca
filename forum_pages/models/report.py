"""Reports to the moderators."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum_pages.enums import ReportState
from forum_pages.models.comment import TopicComment
from forum_pages.models.topic import Topic
from forum_pages.querysets.moderation import ReportQuerySet


class Report(models.Model):
    """A report of a topic, or of a comment in it, to the moderators."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="reports")
    comment = models.ForeignKey(TopicComment, null=True, blank=True, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=ReportState, default=ReportState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=300, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "id"], name="forum_pages_report_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "reporter"],
                condition=models.Q(comment__isnull=True, state="open"),
                name="forum_pages_report_topic_once",
            ),
            models.UniqueConstraint(
                fields=["comment", "reporter"],
                condition=models.Q(comment__isnull=False, state="open"),
                name="forum_pages_report_comment_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment or self.topic}: {self.reason[:40]}"

    @property
    def target(self) -> Topic | TopicComment:
        """The topic or comment that is reported."""
        return self.comment or self.topic
