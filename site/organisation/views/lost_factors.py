"""Lost second factors: propose their removal, confirm, wait, carry out."""

import rules
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from foundation.refusals import Refusal
from organisation.domain import lost_factors
from organisation.forms.resets import LostFactorForm
from organisation.models import LostFactor
from organisation.rules import MANAGE_ROLES
from organisation.views.shared import person_of


@method_decorator(never_cache, name="dispatch")
class LostFactorsView(LoginRequiredMixin, View):
    """Every removal under way for administrators and inspectors; the owner sees their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, LostFactorForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose a removal."""
        if not rules.has_perm(MANAGE_ROLES, request.user):
            raise PermissionDenied
        form = LostFactorForm(request.POST)
        if form.is_valid():
            try:
                lost_factors.propose(by=person_of(request), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Proposed. A second person has to confirm it; the owner was told."))
                return redirect("lost_factors")
        return self.answer(request, form, status=422)

    def answer(self, request: HttpRequest, form: LostFactorForm, status: int = 200) -> HttpResponse:
        user = person_of(request)
        rows = LostFactor.objects.open().visible_to(user).select_related("account", "proposed_by", "confirmed_by")
        context = {
            "form": form,
            "may_manage": rules.has_perm(MANAGE_ROLES, user),
            "rows": [
                {"lost": lost, "due": due, "is_due": due is not None and due <= timezone.now()}
                for lost in rows
                for due in (lost_factors.due_at(lost),)
            ],
            "confirmable": set(LostFactor.objects.confirmable_by(user).values_list("pk", flat=True)),
        }
        return render(request, "organisation/lost_factors.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class LostFactorStepView(LoginRequiredMixin, View):
    """One step of a removal, by a button of the list."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        lost = get_object_or_404(LostFactor.objects.open().visible_to(person_of(request)), pk=pk)
        try:
            messages.success(request, self.step(request, lost))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("lost_factors")

    def step(self, request: HttpRequest, lost: LostFactor) -> str:
        """Take the step; return the sentence that says so."""
        raise NotImplementedError


class ConfirmLostFactorView(LostFactorStepView):
    """Confirm a removal."""

    def step(self, request: HttpRequest, lost: LostFactor) -> str:
        lost_factors.confirm(lost=lost, by=person_of(request))
        return _("Confirmed. The owner was told, and may stop it until the day named.")


class WithdrawLostFactorView(LostFactorStepView):
    """Give a removal up."""

    def step(self, request: HttpRequest, lost: LostFactor) -> str:
        lost_factors.withdraw(lost=lost, by=person_of(request))
        return _("Withdrawn. The second factor stays.")


class CarryOutLostFactorView(LostFactorStepView):
    """Remove the factors, once the days are over."""

    def step(self, request: HttpRequest, lost: LostFactor) -> str:
        lost_factors.carry_out(lost=lost, by=person_of(request))
        return _("The second factor is removed. Its owner enrols a new one, where a role requires it face to face.")
