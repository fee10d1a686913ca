"""What the people on a round's roll are told, and to whom it went."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.enums import AnnouncementKind
from peer_review.querysets.announcements import NoticeQuerySet


class Announcement(models.Model):
    """One text to many. `number` makes it unique: 0 for what happens once, the local day's for reminders, else 1, 2 …

    `refused` counts addresses and names none.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="announcements")
    kind = models.CharField(_("kind"), max_length=10, choices=AnnouncementKind)
    number = models.PositiveIntegerField(default=0)
    text = models.TextField(_("text"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # About somebody's own affair: goes to them alone.
    to = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    announced_at = models.DateTimeField(_("announced at"))
    # When somebody last worked at sending it: a job that died is begun again some minutes later.
    tried_at = models.DateTimeField()
    finished = models.BooleanField(_("sent"), default=False)
    refused = models.PositiveIntegerField(_("addresses refused"), default=0)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "number"], name="peer_review_announcement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.kind} {self.number}"


class Notice(models.Model):
    """An announcement in somebody's list on the site; while `mail_due`, its mail has not been handed over.

    No time and no order of arrival: all rows of an announcement are written before anybody reads one.
    """

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read = models.BooleanField(_("read"), default=False)
    mail_due = models.BooleanField(default=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["user", "announcement"], name="peer_review_notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} → {self.user_id}"
