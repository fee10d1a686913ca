"""Words: comments that may be shown, and what people say of themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """A counted comment of a subject that had enough of them, shuffled: no order, no time, no class, no author."""

    subject = models.ForeignKey("peer_review.Subject", on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(_("text"))
    withheld = models.BooleanField(_("withheld"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.text[:40]


class SelfEvaluation(models.Model):
    """What a subject says of itself, signed with its name; shown beside the result, never mixed in."""

    subject = models.OneToOneField("peer_review.Subject", on_delete=models.CASCADE, related_name="self_evaluation")
    answers = models.JSONField(_("answers"))  # {criterion: integer}
    text = models.TextField(_("words"), blank=True)

    class Meta:
        verbose_name = _("self-evaluation")
        verbose_name_plural = _("self-evaluations")

    def __str__(self) -> str:
        return str(self.subject_id)
