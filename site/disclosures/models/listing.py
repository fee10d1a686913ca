"""The pages that list documents: the index over all, and one page a column (党务公开, 政务公开, 文化建设)."""

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from disclosures.models.document import DisclosurePage
from disclosures.permission_testers import ColumnPermissionTester
from disclosures.views.listing import listing_of


class ListPage(Page):
    """What both kinds of list share."""

    introduction = models.TextField(_("introduction"), blank=True, max_length=500)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add one page of documents, searched and filtered as asked."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        columns = DisclosureColumnPage.objects.live().order_by("path")
        here = None if isinstance(self, DisclosureIndexPage) else self
        index_page = self if here is None else self.get_parent()
        context["listing"] = listing_of(
            DisclosurePage.objects.descendant_of(self),
            request,
            columns=list(columns.child_of(index_page)),
            here=here,
        )
        context["index_page"] = index_page
        context["column"] = here
        return context


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

    def permissions_for_user(self, user: Any) -> ColumnPermissionTester:
        """Nobody publishes into a column directly."""
        return ColumnPermissionTester(user, self)
