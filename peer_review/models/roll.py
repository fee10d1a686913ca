"""The roll: a snapshot of people per round, and the subjects they evaluate."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.querysets.planning import RollMemberQuerySet
from peer_review.querysets.subjects import SubjectQuerySet


class RollMember(models.Model):
    """One person on a round's roll, as they were when the roll was made."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    section_key = models.CharField(_("section key"), max_length=40)
    section_name = models.CharField(_("section"), max_length=80)
    rank_key = models.CharField(_("rank key"), max_length=40)
    rank_name = models.CharField(_("rank"), max_length=80)
    rank_order = models.PositiveSmallIntegerField(default=0)  # 0 is the highest tier
    is_section_head = models.BooleanField(_("section head"), default=False)
    since = models.DateField(_("in the section since"), null=True, blank=True)
    on_paper = models.BooleanField(_("votes on paper"), default=False)

    objects = RollMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("roll member")
        verbose_name_plural = _("roll members")
        ordering = ["section_key", "rank_order", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="peer_review_member_once_a_round")]

    def __str__(self) -> str:
        return self.name


class Subject(models.Model):
    """Who or what is evaluated: a person, a section."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="subjects")
    member = models.OneToOneField(RollMember, null=True, blank=True, on_delete=models.CASCADE, related_name="subject")
    key = models.CharField(max_length=60)
    label = models.CharField(_("name"), max_length=80)
    section_key = models.CharField(max_length=40, blank=True)
    section_name = models.CharField(_("section"), max_length=80, blank=True)
    sort_order = models.PositiveIntegerField(default=0)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ["sort_order", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "key"], name="peer_review_subject_once_a_round")]

    def __str__(self) -> str:
        return self.label


class Exclusion(models.Model):
    """Somebody who may not evaluate a subject (by `Subject.key`) of this round, whatever the plan says: 回避."""

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="exclusions")
    evaluator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject_key = models.CharField(max_length=60)
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("exclusion")
        verbose_name_plural = _("exclusions")
        constraints = [
            models.UniqueConstraint(fields=["round", "evaluator", "subject_key"], name="peer_review_exclusion_once")
        ]

    def __str__(self) -> str:
        return f"{self.evaluator_id} ↛ {self.subject_key}"
