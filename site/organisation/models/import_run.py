"""An import of staff records: the file, what it would change, what it did."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.enums import WORKING_STATES, ImportState


class ImportRun(models.Model):
    """One uploaded file on its way through check, confirmation and application.

    The file lies in the database, not among the media: it holds personal data, any worker must be able to read it,
    and it is deleted as soon as the import ends.
    """

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(null=True, editable=False)
    is_complete = models.BooleanField(
        _("complete list"), default=False, help_text=_("Whoever is missing from the file has left.")
    )
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.CHECKING)
    report = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("uploaded at"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("uploaded by"),
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_working(self) -> bool:
        """True while a background task is at work on it."""
        return self.state in WORKING_STATES
