"""The tiers 职级 of the staff."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rank(models.Model):
    """One tier; the smallest `order` is the highest."""

    code = models.CharField(_("rank code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    order = models.PositiveSmallIntegerField(
        _("order"), unique=True, help_text=_("The smallest number is the highest tier.")
    )

    class Meta:
        verbose_name = _("rank")
        verbose_name_plural = _("ranks")
        ordering = ["order"]

    def __str__(self) -> str:
        return self.name
