"""Words: comments that may be shown, and what people say of themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Comment(models.Model):
    """A comment that may be shown with its subject's result: no order, no time, no class, no author.

    Before publication only the reviewer's decisions lie here: which comments are withheld and why, never their words;
    `entry` is a keyed digest that names the counted ballot to the server alone. Publication shuffles the comments of
    all subjects, writes them, and empties `entry` (domain.comments).
    """

    subject = models.ForeignKey("peer_review.Subject", on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(_("text"), blank=True)
    withheld = models.BooleanField(_("withheld"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    entry = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(withheld=True, text="") | models.Q(withheld=False, entry=""),
                name="peer_review_comment_withheld_has_no_words",
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=~models.Q(entry=""), name="peer_review_comment_withheld_once"
            ),
        ]

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
