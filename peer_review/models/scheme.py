"""What is asked: criteria, scale, voter classes, floor, who sees what."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from peer_review.enums import ScaleKind
from peer_review.querysets import SchemeQuerySet

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,30}$"
ascii_key = RegexValidator(KEY_PATTERN, _("Lower-case Latin letters, digits and underscores."))

above_zero = MinValueValidator(Decimal("0.01"), _("The weight must be above 0."))


def default_visibility() -> dict[str, bool]:
    """Who sees results unless the scheme says otherwise (peer_review.enums.Audience)."""
    return {"subject": True, "section_head": True, "leadership": True, "staff": False}


class Scheme(ClusterableModel):
    """A questionnaire and its counting rules. A round freezes a copy of it (`Round.form`) when it opens."""

    name = models.CharField(_("name"), max_length=120, unique=True)
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
    visibility = models.JSONField(_("who sees results"), default=default_visibility)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(floor__gte=3), name="peer_review_scheme_floor_gte_3"),
        ]

    def __str__(self) -> str:
        return self.name


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
