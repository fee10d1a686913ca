"""Published figures. Only what has passed disclosure control is ever written here, at publication, once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from peer_review.counting.small_groups import proposed_grade
from peer_review.enums import ResultScope
from peer_review.querysets.results import CriterionResultQuerySet, ResultQuerySet


class Result(models.Model):
    """The sheet of one subject, one section, one rank or all together. `score` None says 样本不足.

    classes: {voter class: [score, low, high]} where classes are shown at all; 0, 0 and the range follow where there is
    one.
    joined: {voter class: [voter classes]}, of a subject: whose answers were merged and stand under the first.
    members: of how many subjects a mean is made. comparable: may be shown to people who may not see the members.
    adjusted: of a subject, {value, low, high, method} with the raters' severity taken out (of the Rasch model also
    {measure, sd} in logits), {reason} where whole sheets do not allow it, None where the papers do not; the unit's
    tells how it was done, {reason, method, subjects, islands, groups}. See counting.severity.
    one_ballot: whether leaving out some one ballot would propose another grade; None without a score.
    shown: where the score is shown as a range (counting.small_groups.Shown), {code, least, most, grade}; `score` is
    then the number that stands for it, and the grade is that of the exact score, empty where it is left open. None
    where the score is shown as it is. standing: the place of a subject's exact score, which is kept nowhere, among
    all; None in rounds from before there were ranges. rules: the version of the counting rules, of the unit's result.
    reliability: of the whole round (the unit's result only), the fields of counting.reliability.Reliability; None where
    too few subjects have figures.
    """

    round = models.ForeignKey("peer_review.Round", on_delete=models.CASCADE, related_name="results")
    scope = models.CharField(_("scope"), max_length=10, choices=ResultScope)
    subject = models.OneToOneField(
        "peer_review.Subject", null=True, blank=True, on_delete=models.CASCADE, related_name="result"
    )
    section_key = models.CharField(max_length=40, blank=True)
    rank_key = models.CharField(max_length=40, blank=True)
    label = models.CharField(_("name"), max_length=80)
    sort_order = models.PositiveIntegerField(default=0)
    score = models.FloatField(_("score"), null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    shown = models.JSONField(null=True)
    standing = models.PositiveIntegerField(null=True)
    rules = models.PositiveSmallIntegerField(default=1)
    ballots = models.PositiveIntegerField(_("ballots"), null=True)
    members = models.PositiveIntegerField(default=1)
    comparable = models.BooleanField(default=False)
    classes = models.JSONField(default=dict)
    joined = models.JSONField(default=dict)
    adjusted = models.JSONField(null=True)
    one_ballot = models.BooleanField(null=True)
    reliability = models.JSONField(null=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "scope", "section_key", "rank_key"],
                condition=~models.Q(scope="subject"),
                name="peer_review_result_once",
            ),
            models.CheckConstraint(
                condition=models.Q(scope="subject", subject__isnull=False)
                | (~models.Q(scope="subject") & models.Q(subject__isnull=True)),
                name="peer_review_result_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True, low__isnull=True, high__isnull=True, ballots__isnull=True)
                | models.Q(score__isnull=False, low__isnull=False, high__isnull=False),
                name="peer_review_result_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "scope", "score"], name="peer_review_result_score"),
            models.Index(fields=["round", "scope", "label"], name="peer_review_result_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def grade(self) -> str:
        """Key of the grade that the score proposes under the round's bands; empty where there is none.

        A named person decides. Reads the round.
        """
        return "" if self.score is None else proposed_grade(self.score, self.shown, self.round.frozen_scheme.bands)


class CriterionResult(models.Model):
    """One criterion of a result. No row says 样本不足: what was left blank and what was held back look alike.

    shown: where the figure is shown as a range, {code, least, most}; `value` is then the number that stands for it.
    bars: [[first bin, last bin, ballots], …] or None. classes: {voter class: [value, low, high, n, abstentions]},
    followed by the range where there is one.
    """

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="criteria")
    criterion = models.CharField(max_length=31)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    shown = models.JSONField(null=True)
    n = models.PositiveIntegerField()
    abstentions = models.PositiveIntegerField()
    bars = models.JSONField(null=True)
    classes = models.JSONField(default=dict)

    objects = CriterionResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a criterion")
        verbose_name_plural = _("results of criteria")
        constraints = [models.UniqueConstraint(fields=["result", "criterion"], name="peer_review_criterion_once")]

    def __str__(self) -> str:
        return f"{self.result_id} {self.criterion}"
