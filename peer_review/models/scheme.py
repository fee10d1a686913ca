"""Schemes: criteria, scale, voter classes, floor and audiences."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from peer_review.enums import GradeSet, PaperKind, ScaleKind
from peer_review.querysets.schemes import SchemeQuerySet

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,30}$"
ascii_key = RegexValidator(KEY_PATTERN, _("Lower-case Latin letters, digits and underscores."))

above_zero = MinValueValidator(Decimal("0.01"), _("The weight must be above 0."))


def default_visibility() -> dict[str, bool]:
    """Return the audiences that see results by default (peer_review.enums.Audience)."""
    return {"subject": True, "section_head": True, "leadership": True, "staff": False}


def default_bands() -> list[int]:
    """Return the lowest points of the three upper grades: 90, 70 and 60 are common practice."""
    return [90, 70, 60]


class Scheme(ClusterableModel):
    """A questionnaire and its counting rules. A round freezes a copy of it (`Round.form`) when it opens.

    sheet_rules: [{"kind": one of protocol.papers.SHEET_RULES, "n" or "percent": …, "points": …}, …], for whole sheets.
    """

    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    previous = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="later"
    )
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("Not offered for new rounds any more. Rounds that use it keep it.")
    )
    description = models.TextField(_("description"), blank=True)
    scale = models.CharField(_("scale"), max_length=10, choices=ScaleKind, default=ScaleKind.POINTS)
    floor = models.PositiveSmallIntegerField(
        _("floor k"),
        default=5,
        validators=[MinValueValidator(3), MaxValueValidator(50)],
        help_text=_("Fewer counted ballots than this are shown nowhere."),
    )
    trim = models.BooleanField(
        _("trim extremes"),
        default=True,
        help_text=_("With more than 5 ballots, drop one highest and one lowest before the mean."),
    )
    exact_scores = models.BooleanField(
        _("exact scores"),
        default=False,
        help_text=_(
            "Show figures of few answers as they are, not as ranges. Some answers can then be worked out; the ballot "
            "paper says in how many cases."
        ),
    )
    visibility = models.JSONField(_("who sees results"), default=default_visibility)
    paper = models.CharField(_("ballot paper"), max_length=10, choices=PaperKind, default=PaperKind.SUBJECT)
    sheet_rules = models.JSONField(_("rules about a whole sheet"), default=list, blank=True)
    grade_set = models.CharField(_("names of the grades"), max_length=15, choices=GradeSet, default=GradeSet.OFFICIALS)
    bands = models.JSONField(_("grade bands"), default=default_bands, help_text=_("Lowest points of each grade."))
    comments = models.BooleanField(
        _("comment papers"), default=False, help_text=_("Words about each subject, on papers of their own.")
    )
    comment_limit = models.PositiveSmallIntegerField(
        _("longest comment, in characters"),
        default=300,
        validators=[MinValueValidator(50), MaxValueValidator(1000)],
    )
    self_evaluation = models.BooleanField(
        _("self-evaluation"),
        default=False,
        help_text=_("Shown beside the result with its author's name, never counted."),
    )
    min_return = models.PositiveSmallIntegerField(
        _("lowest return rate (%)"),
        default=0,
        validators=[MaxValueValidator(100)],
        help_text=_("A round of which fewer papers come back is void and may be repeated. 0 for none."),
    )

    excellent_quota = models.PositiveSmallIntegerField(
        _("quota of “excellent” (%)"),
        default=20,
        validators=[MaxValueValidator(25)],
        help_text=_("Of all who are evaluated in a round. Above 20 only with approval; 0 for none."),
    )
    quota_approval = models.CharField(
        _("approval of a quota above 20 %"),
        max_length=120,
        blank=True,
        help_text=_("Title or number of the document that approves it."),
    )

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="peer_review_scheme_version_once"),
            models.CheckConstraint(condition=models.Q(floor__gte=3), name="peer_review_scheme_floor_gte_3"),
            models.CheckConstraint(
                condition=models.Q(excellent_quota__lte=20)
                | (models.Q(excellent_quota__lte=25) & ~models.Q(quota_approval="")),
                name="peer_review_scheme_quota_approved",
                violation_error_message=_("A quota above 20 percent needs an approval: name its document."),
            ),
        ]

    @property
    def standing(self) -> str:
        """Return in a word whether new rounds may choose it."""
        return gettext("retired") if self.retired else gettext("offered")

    def __str__(self) -> str:
        return (
            self.name
            if self.version == 1
            else gettext("%(name)s, version %(n)s") % {"name": self.name, "n": self.version}
        )


class Criterion(models.Model):
    """One question, with its share of the weighted score (percent) and the words that anchor each point."""

    scheme = ParentalKey(Scheme, on_delete=models.CASCADE, related_name="criteria")
    key = models.CharField(_("key"), max_length=31, validators=[ascii_key])
    label = models.CharField(_("label"), max_length=60)
    description = models.TextField(_("description"), blank=True)
    weight = models.DecimalField(_("weight (%)"), max_digits=5, decimal_places=2, default=100, validators=[above_zero])
    anchors = models.JSONField(
        _("anchors"), default=list, blank=True, help_text=_("One sentence per point, lowest first.")
    )
    comment_below = models.SmallIntegerField(
        _("reason needed below"), null=True, blank=True, help_text=_("An answer under this asks for a comment.")
    )
    comment_above = models.SmallIntegerField(
        _("reason needed above"), null=True, blank=True, help_text=_("An answer over this asks for a comment.")
    )
    classes = models.JSONField(
        _("voter classes"), default=list, blank=True, help_text=_("Keys of those that answer it; empty for all.")
    )
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "key"], name="peer_review_criterion_key_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="peer_review_criterion_weight_gt_0"),
        ]

    def __str__(self) -> str:
        return self.label


class VoterClass(models.Model):
    """A, B, C …: who votes in what capacity, with its share of the weighted score (percent)."""

    scheme = ParentalKey(Scheme, on_delete=models.CASCADE, related_name="voter_classes")
    key = models.CharField(
        _("key"),
        max_length=31,
        validators=[ascii_key],
        help_text=_(
            "By rank tier: superiors, peers, subordinates. Otherwise: leaders, section_heads, staff. "
            "A scheme with a single class takes everyone into it."
        ),
    )
    label = models.CharField(_("label"), max_length=60)
    weight = models.DecimalField(_("weight (%)"), max_digits=5, decimal_places=2, default=100, validators=[above_zero])
    sort_order = models.PositiveSmallIntegerField(default=0, editable=False)
    sort_order_field = "sort_order"

    class Meta:
        verbose_name = _("voter class")
        verbose_name_plural = _("voter classes")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "key"], name="peer_review_voter_class_key_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="peer_review_voter_class_weight_gt_0"),
        ]

    def __str__(self) -> str:
        return self.label
