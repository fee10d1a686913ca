"""A disclosed document."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index

from disclosures import rules
from disclosures.choosers import person_chooser
from disclosures.enums import NOT_AS_WRITTEN, Audience, Validity
from disclosures.exceptions import NotThroughWorkflow, NumberedStays
from disclosures.forms import DisclosurePageForm
from disclosures.models.blocks import BodyBlock
from disclosures.models.index_number import IndexNumberCounter
from disclosures.permission_testers import DocumentPermissionTester
from disclosures.querysets import DisclosureQuerySet
from foundation.workdays import after_workdays

#: Working days between a document and its publication (政府信息公开条例, art 26).
DAYS_TO_PUBLISH = 20


class DisclosurePage(Page):
    """A document of a column. It gets its index number in the transaction that first publishes it, and keeps it."""

    index_number = models.CharField(_("index number"), max_length=40, unique=True, null=True, editable=False)
    section = models.ForeignKey(
        "organisation.Section", on_delete=models.PROTECT, related_name="+", verbose_name=_("issuing section")
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("responsible person")
    )
    summary = models.TextField(_("summary"), max_length=500)
    document_date = models.DateField(_("document date"))
    publication_due_date = models.DateField(
        _("to be published by"),
        blank=True,
        help_text=_("Left empty: 20 working days after the document date."),
    )
    due_is_provisional = models.BooleanField(_("provisional due date"), default=False, editable=False)
    validity = models.CharField(_("validity"), max_length=10, choices=Validity, default=Validity.IN_FORCE)
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="predecessors",
        verbose_name=_("successor"),
        help_text=_("The document that amended or replaced this one."),
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    comments_open = models.BooleanField(_("comments"), default=False, help_text=_("Readers may comment."))
    audience = models.CharField(_("disclosed to"), max_length=10, choices=Audience, default=Audience.STAFF)
    audience_groups = ParentalManyToManyField(
        "auth.Group", blank=True, verbose_name=_("groups"), help_text=_("Only for the audience “chosen groups”.")
    )

    objects = PageManager.from_queryset(DisclosureQuerySet)()
    base_form_class = DisclosurePageForm

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("section"), FieldPanel("responsible", widget=person_chooser.widget_class)]),
                FieldRowPanel([FieldPanel("document_date"), FieldPanel("publication_due_date")]),
            ],
            heading=_("Origin and due date"),
        ),
        FieldPanel("body"),
        InlinePanel("attachments", heading=_("Attachments"), label=_("attachment")),
        MultiFieldPanel(
            [FieldPanel("audience"), FieldPanel("audience_groups"), FieldPanel("comments_open")],
            heading=_("Who may read"),
        ),
        MultiFieldPanel(
            [FieldPanel("validity"), PageChooserPanel("successor", "disclosures.DisclosurePage")],
            heading=_("Validity"),
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("index_number"),
        index.SearchField("summary"),
        index.SearchField("body"),
        index.RelatedFields("section", [index.SearchField("name")]),
        index.FilterField("audience"),
        index.FilterField("document_date"),
        index.FilterField("section"),
    ]
    exclude_fields_in_copy: ClassVar[list[str]] = ["index_number"]
    parent_page_types: ClassVar[list[str]] = ["disclosures.DisclosureColumnPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "disclosures/document.html"

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        indexes = [
            models.Index(fields=["-document_date", "-page_ptr"], name="disclosures_by_date"),
            models.Index(fields=["publication_due_date"], name="disclosures_by_due_date"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(validity=Validity.IN_FORCE) | models.Q(successor=None),
                name="disclosures_in_force_without_successor",
                violation_error_message=_("A document in force has no successor."),
            ),
            models.CheckConstraint(
                condition=~models.Q(successor=models.F("page_ptr")),
                name="disclosures_not_its_own_successor",
                violation_error_message=_("A document does not follow itself."),
            ),
            models.CheckConstraint(
                condition=~models.Q(index_number=""),
                name="disclosures_number_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    # What the admin may do

    def permissions_for_user(self, user: Any) -> DocumentPermissionTester:
        """Publishing is for the workflow, and numbered documents stay."""
        return DocumentPermissionTester(user, self)

    def publish(self, revision: Any, user: Any = None, **kwargs: Any) -> Any:
        """Publish a revision: for the workflow and the clock, which ask without a person or without asking leave.

        Raises: NotThroughWorkflow if a person publishes directly.
        """
        if user is not None and not kwargs.get("skip_permission_checks"):
            raise NotThroughWorkflow
        return super().publish(revision, user=user, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete a draft.

        Raises: NumberedStays once it has an index number.
        """
        if self.index_number:
            raise NumberedStays
        return super().delete(*args, **kwargs)

    def move(self, target: Page, pos: str | None = None, user: Any = None) -> None:
        """Move a draft.

        Raises: NumberedStays once it has an index number and would change its column.
        """
        if self.index_number and not (target.pk == self.get_parent().pk or target.is_sibling_of(self)):
            raise NumberedStays
        super().move(target, pos=pos, user=user)

    # Soundness

    def clean(self) -> None:
        """Fill in the due date, and refuse what the constraints refuse, by field."""
        super().clean()
        self.set_due_date()
        errors = {}
        if self.validity == Validity.IN_FORCE and self.successor_id:
            errors["successor"] = _("A document in force has no successor.")
        elif self.validity == Validity.AMENDED and not self.successor_id:
            errors["successor"] = _("Name the document that amended this one.")
        elif self.successor_id and self._is_followed_by_itself():
            errors["successor"] = _("A document does not follow itself.")
        if self.audience == Audience.GROUPS and self.pk and not self.audience_groups.all():
            errors["audience_groups"] = _("Choose at least one group.")
        if self.document_date and self.publication_due_date and self.publication_due_date < self.document_date:
            errors["publication_due_date"] = _("The due date lies before the document date.")
        if errors:
            raise ValidationError(errors)

    def set_due_date(self) -> None:
        """Compute the due date where none is given; a given one is not provisional."""
        if self.publication_due_date is None and self.document_date:
            self.publication_due_date, self.due_is_provisional = after_workdays(self.document_date, DAYS_TO_PUBLISH)

    def _is_followed_by_itself(self) -> bool:
        """Return whether the chain of successors comes back. One query a step; chains are short."""
        seen = {self.pk}
        successor_id = self.successor_id
        while successor_id:
            if successor_id in seen:
                return True
            seen.add(successor_id)
            successor_id = DisclosurePage.objects.filter(pk=successor_id).values_list("successor", flat=True).first()
        return False

    def with_content_json(self, content: dict[str, Any]) -> DisclosurePage:
        """Return the page as a revision has it, with the number that no revision may change."""
        page: DisclosurePage = super().with_content_json(content)
        page.index_number = self.index_number
        return page

    def save(self, clean: bool = True, user: Any = None, log_action: Any = False, **kwargs: Any) -> Any:
        """Save; give the number in the same transaction if the page is live and has none yet."""
        self.set_due_date()
        with transaction.atomic():
            if self.live or self.pk:
                self._settle_index_number(kwargs)
            return super().save(clean=clean, user=user, log_action=log_action, **kwargs)

    def _settle_index_number(self, save_options: dict[str, Any]) -> None:
        """Take the stored number if there is one: copies in memory may be older. Else give one to a live page."""
        stored = self._stored_index_number()
        if stored is None and self.live:
            year = timezone.localdate(self.first_published_at).year
            counter = IndexNumberCounter.lock(code=self.column_code, year=year)
            # Whoever waited for the counter may find that the page was published meanwhile.
            stored = self._stored_index_number() or counter.take()
            if save_options.get("update_fields") is not None:
                save_options["update_fields"] = {*save_options["update_fields"], "index_number"}
        self.index_number = stored

    def _stored_index_number(self) -> str | None:
        if not self.pk:
            return None
        return DisclosurePage.objects.filter(pk=self.pk).values_list("index_number", flat=True).first()

    @property
    def column_code(self) -> str:
        """The code of the column this page lies in. Costs a query."""
        code: str = self.get_parent().specific.code
        return code

    # What readers get

    @property
    def is_marked(self) -> bool:
        """True if a reader must be told that the document no longer holds as written."""
        return self.validity in NOT_AS_WRITTEN

    @cached_property
    def attachment_list(self) -> list[DisclosureAttachment]:
        """The attachments with their files, in one query."""
        if self.pk is None or not isinstance(self.attachments.all(), models.QuerySet):
            return list(self.attachments.all())
        return list(self.attachments.select_related("document"))

    @property
    def published_date(self) -> datetime.date | None:
        """The day of the first publication."""
        return timezone.localdate(self.first_published_at) if self.first_published_at else None

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer readers it is addressed to; strangers are asked to sign in, others find nothing."""
        from disclosures.views.document import answer_reader  # noqa: PLC0415 - views import this module

        if not getattr(request, "is_preview", False) and not rules.is_addressed(request.user, self):
            if not rules.is_signed_in(request.user):
                from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415 - only here

                return redirect_to_login(request.get_full_path())
            raise Http404
        return answer_reader(request, self)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show editors what readers will get, with the columns above it."""
        return self.serve(request)


class DisclosureAttachment(Orderable):
    """A file that belongs to a document."""

    page = ParentalKey(DisclosurePage, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey(
        "wagtaildocs.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    title = models.CharField(
        _("title"), max_length=200, blank=True, help_text=_("Left empty: the title of the file itself.")
    )

    panels = [FieldPanel("document"), FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.title or self.document.title
