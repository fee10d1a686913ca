"""A disclosed document."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageManager, Revision
from wagtail.search import index

from disclosures.admin_forms import DisclosurePageForm
from disclosures.choosers import person_chooser
from disclosures.domain.publication import is_submitted, withdraw
from disclosures.enums import NOT_AS_WRITTEN, Audience, Validity
from disclosures.exceptions import NotThroughWorkflow, NumberedStays
from disclosures.models.answered import AnsweredByView
from disclosures.models.blocks import BodyBlock
from disclosures.models.index_number import IndexNumberCounter
from disclosures.permission_testers import DocumentPermissionTester
from disclosures.querysets import DisclosureQuerySet
from foundation.deadlines import Deadline, due_date
from foundation.workdays import DueDate
from organisation.models import User

#: Working days between a document and its publication (政府信息公开条例, art 26).
DAYS_TO_PUBLISH = 20


class DisclosurePage(AnsweredByView, Page):
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

    def permissions_for_user(self, user: User | AnonymousUser) -> DocumentPermissionTester:
        """Return the permissions on a document: the workflow publishes it, and once numbered it stays."""
        return DocumentPermissionTester(user, self)

    def publish(self, revision: Revision, user: User | None = None, **kwargs: object) -> None:
        """Publish a revision: for the workflow and the clock, which ask without a person or without asking leave.

        Raises: NotThroughWorkflow if a person publishes directly.
        """
        if user is not None and not kwargs.get("skip_permission_checks"):
            raise NotThroughWorkflow
        super().publish(revision, user=user, **kwargs)

    def unpublish(
        self, set_expired: bool = False, commit: bool = True, user: User | None = None, log_action: bool = True
    ) -> None:
        """Withdraw the document: for the leadership, and for the clock, which acts without a person.

        Raises: NotWithdrawn if anybody else does.
        """
        withdraw(self, by=user, set_expired=set_expired, commit=commit, log_action=log_action)

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        """Delete a draft.

        Raises: NumberedStays once it has an index number.
        """
        if self.index_number:
            raise NumberedStays
        deleted: tuple[int, dict[str, int]] = super().delete(*args, **kwargs)
        return deleted

    def move(self, target: Page, pos: str | None = None, user: User | None = None) -> None:
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
            self.publication_due_date, self.due_is_provisional = self.computed_due_date

    @property
    def computed_due_date(self) -> DueDate:
        """The due date by the document date, whatever was set by hand."""
        return due_date(Deadline(start=self.document_date, workdays=DAYS_TO_PUBLISH))

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

    def save_revision(self, *args: Any, overwrite_revision: Revision | None = None, **kwargs: Any) -> Revision:
        """Save a version. One that was submitted stays as others have read it: what is changed after is another.

        Wagtail's editor writes what it saves by itself over the author's last version.
        """
        if overwrite_revision is not None and is_submitted(overwrite_revision):
            overwrite_revision = None
        saved: Revision = super().save_revision(*args, overwrite_revision=overwrite_revision, **kwargs)
        return saved

    def with_content_json(self, content: dict[str, object]) -> DisclosurePage:
        """Return the page as a revision has it, with the number that no revision may change."""
        page: DisclosurePage = super().with_content_json(content)
        page.index_number = self.index_number
        return page

    def save(self, clean: bool = True, user: User | None = None, log_action: bool | str = False, **kwargs: Any) -> None:
        """Save; give the number in the same transaction if the page is live and has none yet."""
        self.set_due_date()
        with transaction.atomic():
            if self.live or self.pk:
                # The stored number if there is one: copies in memory may be older.
                stored = self._stored_index_number()
                self.index_number = stored or (self._take_index_number() if self.live else None)
                if self.index_number != stored and kwargs.get("update_fields") is not None:
                    kwargs = {**kwargs, "update_fields": {*kwargs["update_fields"], "index_number"}}
            super().save(clean=clean, user=user, log_action=log_action, **kwargs)

    def _take_index_number(self) -> str:
        """Return a new number, or the one that the page got while it waited for the counter."""
        year = timezone.localdate(self.first_published_at).year
        counter = IndexNumberCounter.lock(code=self.column_code, year=year)
        return self._stored_index_number() or counter.take()

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
