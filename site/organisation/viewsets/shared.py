"""The shared parts of the viewsets of organisation."""

import rules
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from wagtail.admin.menu import MenuItem

from foundation.refusals import Refusal
from organisation.rules import MANAGE


class RefusalMixin:
    """Show a refusal of the domain as an error of the form, which keeps its input."""

    def form_valid(self, form: ModelForm) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().form_valid(form)  # type: ignore[misc]  # of the view this is mixed into
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            self.produced_error_message = self.get_error_message()  # type: ignore[attr-defined]
            return self.form_invalid(form)  # type: ignore[attr-defined]


class ManagerMenuItem(MenuItem):
    """Shown to those who manage the organisation."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(rules.has_perm(MANAGE, request.user))
