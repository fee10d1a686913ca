"""The sections 科室 of the organisation, as a tree."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from organisation.querysets import SectionQuerySet


class Section(models.Model):
    """A part of the organisation. `domain.sections` keeps the tree free of cycles."""

    code = models.CharField(_("section code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("part of"),
    )
    sort_order = models.PositiveIntegerField(_("order"), default=0)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["sort_order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("pk")),
                name="organisation_section_not_below_itself",
                violation_error_message=_("A section cannot lie below itself."),
            ),
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="organisation_section_name_once_a_parent",
                violation_error_message=_("There is already a section of this name there."),
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(parent=None),
                name="organisation_section_name_once_at_the_top",
                violation_error_message=_("There is already a section of this name there."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a parent that lies below this section."""
        super().clean()
        if self.pk and self.parent_id and self.parent_id in Section.objects.ids_below(self.pk):
            raise ValidationError({"parent": _("A section cannot lie below itself.")})
