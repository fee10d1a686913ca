"""The pages that list documents: the index over all, and one page a column (党务公开, 政务公开, 文化建设)."""

from typing import ClassVar

from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from disclosures.models.answered import AnsweredByView
from disclosures.permission_testers import ColumnPermissionTester
from organisation.models import User


class ListPage(AnsweredByView, Page):
    """An index or a column: its documents, searched and filtered, and an introduction above them."""

    introduction = models.TextField(_("introduction"), blank=True, max_length=500)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        abstract = True


class DisclosureIndexPage(ListPage):
    """All columns together."""

    max_count = 1
    subpage_types: ClassVar[list[str]] = ["disclosures.DisclosureColumnPage"]
    template = "disclosures/listing.html"

    class Meta:
        verbose_name = _("index of disclosures")
        verbose_name_plural = _("indexes of disclosures")


class DisclosureColumnPage(ListPage):
    """One column."""

    code = models.CharField(
        _("code in index numbers"),
        max_length=8,
        unique=True,
        validators=[RegexValidator(r"^[^\s-]+\Z", _("Neither spaces nor hyphens."))],
        help_text=_("Stands in the index numbers of this column, e.g. 政 in 公开-2026-政-0001."),
    )

    content_panels = [*ListPage.content_panels, FieldPanel("code")]
    parent_page_types: ClassVar[list[str]] = ["disclosures.DisclosureIndexPage"]
    subpage_types: ClassVar[list[str]] = ["disclosures.DisclosurePage"]
    template = "disclosures/listing.html"

    class Meta:
        verbose_name = _("column of disclosures")
        verbose_name_plural = _("columns of disclosures")

    def permissions_for_user(self, user: User | AnonymousUser) -> ColumnPermissionTester:
        """Return the permissions in a column, into which nobody publishes directly."""
        return ColumnPermissionTester(user, self)
