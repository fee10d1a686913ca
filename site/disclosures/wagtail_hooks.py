"""Registration in Wagtail's admin, and the guard of attached files."""

from __future__ import annotations

import rules
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.documents.models import Document
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page

from disclosures.choosers import PersonChooserViewSet, person_chooser
from disclosures.file_access import may_open
from disclosures.models import DisclosureColumnPage, DisclosureIndexPage, DisclosurePage
from disclosures.models.answered import ANSWER
from disclosures.rules import SEE_LEDGER
from disclosures.views.approval import lead_back_to_unread
from disclosures.views.document import answer_reader
from disclosures.views.ledger import LedgerView
from disclosures.views.listing import answer_list


class LedgerMenuItem(MenuItem):
    """Shown to those who have a ledger."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(rules.has_perm(SEE_LEDGER, request.user))


@hooks.register("register_reports_menu_item")
def register_ledger_menu_item() -> LedgerMenuItem:
    return LedgerMenuItem(
        _("Disclosure ledger"), reverse("disclosures_ledger"), name="disclosure-ledger", icon_name="list-ul", order=200
    )


@hooks.register("register_admin_urls")
def register_ledger_urls() -> list[URLPattern]:
    return [
        path("reports/disclosures/", LedgerView.as_view(), name="disclosures_ledger"),
        path("reports/disclosures/results/", LedgerView.as_view(results_only=True), name="disclosures_ledger_results"),
    ]


@hooks.register("register_admin_viewset")
def register_person_chooser() -> PersonChooserViewSet:
    return person_chooser


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("disclosures.comment_removed", _("Remove comment"), _("Comment removed"))


@hooks.register(ANSWER)
def answer_disclosure_reader(
    page: DisclosurePage | DisclosureIndexPage | DisclosureColumnPage, request: HttpRequest
) -> HttpResponse:
    return answer_reader(request, page) if isinstance(page, DisclosurePage) else answer_list(request, page)


@hooks.register("before_edit_page")
def approve_what_was_read(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An editor that was opened before another version was submitted approves nothing."""
    return lead_back_to_unread(request, page) if isinstance(page, DisclosurePage) else None


@hooks.register("before_serve_document")
def guard_attached_file(document: Document, request: HttpRequest) -> None:
    """A file is as restricted as the documents it is attached to."""
    if not may_open(document, request.user):
        raise Http404
