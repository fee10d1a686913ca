"""Registration in Wagtail's admin, and the guard of attached files."""

from __future__ import annotations

from typing import Any

import rules
from django.http import Http404, HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from disclosures.choosers import person_chooser
from disclosures.file_access import may_open
from disclosures.rules import SEE_LEDGER
from disclosures.views.ledger import LedgerView


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
def register_person_chooser() -> Any:
    return person_chooser


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("disclosures.comment_removed", _("Remove comment"), _("Comment removed"))


@hooks.register("before_serve_document")
def guard_attached_file(document: Any, request: HttpRequest) -> None:
    """A file is as restricted as the documents it is attached to."""
    if not may_open(document, request.user):
        raise Http404
