"""Resets of passwords: propose, confirm, hand over, settle."""

import rules
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from foundation.refusals import Refusal
from organisation import second_factor_session as marks
from organisation.domain import resets
from organisation.forms.resets import ResetForm
from organisation.models import PasswordReset
from organisation.rules import MANAGE_ROLES
from organisation.views.shared import person_of


@method_decorator(never_cache, name="dispatch")
class ResetsView(LoginRequiredMixin, View):
    """Every open reset for administrators and inspectors; the owner sees their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, ResetForm(initial={"account": request.GET.get("person", "")[:150]}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose a reset."""
        if not rules.has_perm(MANAGE_ROLES, request.user):
            raise PermissionDenied
        form = ResetForm(request.POST)
        if not form.is_valid():
            return self.answer(request, form, status=422)
        try:
            resets.propose(by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.answer(request, form, status=422)
        messages.success(request, _("The reset is proposed. A second person has to confirm it; the owner was told."))
        return redirect("resets")

    def answer(self, request: HttpRequest, form: ResetForm, status: int = 200) -> HttpResponse:
        user = person_of(request)
        rows = PasswordReset.objects.open().visible_to(user)
        context = {
            "form": form,
            "may_manage": rules.has_perm(MANAGE_ROLES, user),
            "resets": rows.select_related("account", "proposed_by", "confirmed_by"),
            "showed_factor": marks.was_shown(request.session),
            "confirmable": set(PasswordReset.objects.confirmable_by(user).values_list("pk", flat=True)),
        }
        return render(request, "organisation/resets.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class ResetStepView(LoginRequiredMixin, View):
    """One step of a reset, by a button of the list."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        reset = get_object_or_404(PasswordReset.objects.open().visible_to(person_of(request)), pk=pk)
        try:
            return self.step(request, reset)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("resets")

    def step(self, request: HttpRequest, reset: PasswordReset) -> HttpResponse:
        raise NotImplementedError


class ConfirmResetView(ResetStepView):
    """Confirm a reset, and show the link once."""

    @method_decorator(sensitive_variables("link"))
    def step(self, request: HttpRequest, reset: PasswordReset) -> HttpResponse:
        link = resets.confirm(reset=reset, by=person_of(request))
        return render(request, "organisation/reset_link.html", {"reset": reset, "link": link})


class WithdrawResetView(ResetStepView):
    """Give a reset up."""

    def step(self, request: HttpRequest, reset: PasswordReset) -> HttpResponse:
        resets.withdraw(reset=reset, by=person_of(request))
        messages.success(request, _("The reset is withdrawn. Its link opens nothing."))
        return redirect("resets")


class SettleResetView(ResetStepView):
    """Confirm for an owner without a mail address that it was them."""

    def step(self, request: HttpRequest, reset: PasswordReset) -> HttpResponse:
        resets.settle_in_person(reset=reset, by=person_of(request))
        messages.success(request, _("Confirmed. The roles of this account are awake again."))
        return redirect("resets")


@method_decorator(never_cache, name="dispatch")
class AskOwnerView(LoginRequiredMixin, View):
    """Mail the owner's link again, to whoever is signed in as the owner."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if resets.ask_owner(account=person_of(request)):
            messages.success(request, _("A link was sent to the mail address of your account."))
        return redirect("resets")


@method_decorator(never_cache, name="dispatch")
class OwnResetByFactorView(LoginRequiredMixin, View):
    """The owner, who has shown the second factor in this session, says that it was them."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not marks.was_shown(request.session):
            raise PermissionDenied
        try:
            resets.settle_with_factor(account=person_of(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("resets")
        messages.success(request, _("Thank you. Your roles are awake again."))
        return redirect("/")


@method_decorator([never_cache, sensitive_variables("token")], name="dispatch")
class OwnResetView(LoginRequiredMixin, View):
    """The owner, signed in, opened the link in the mail. Opening confirms nothing; the button does."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return render(request, "organisation/reset_mine.html")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            resets.settle_as_owner(account=person_of(request), token=token)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("resets")
        messages.success(request, _("Thank you. Your roles are awake again."))
        return redirect("/")
