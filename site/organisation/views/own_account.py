"""One's own account: what it holds, and the mail address."""

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from foundation.refusals import Refusal
from organisation.domain import addresses
from organisation.domain.second_factor import has_factor
from organisation.exceptions import WrongPassword
from organisation.forms.accounts import AddressForm
from organisation.models import AccountNotice, AddressChange, PasswordReset, RoleGrant, User
from organisation.views.shared import password_matches, person_of


@method_decorator(never_cache, name="dispatch")
class AccountView(LoginRequiredMixin, View):
    """What the account holds, with the ways to change it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        context = {
            "grants": RoleGrant.objects.in_force().filter(person=user).select_related("section"),
            "asleep": PasswordReset.objects.filter(account=user, used=True, settled=False).exists(),
            "change": AddressChange.objects.filter(account=user).first(),
            "has_factor": has_factor(user),
            "unread": AccountNotice.objects.filter(to=user, is_read=False).count(),
        }
        return render(request, "organisation/account.html", context)


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class AddressView(LoginRequiredMixin, View):
    """One's own mail address, changed with the password; and the way to stop what somebody else entered."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, AddressForm(instance=person_of(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        form = AddressForm(request.POST, instance=User.objects.get(pk=user.pk))
        if form.is_valid():
            try:
                if not password_matches(request, user, form.cleaned_data["password"]):
                    raise WrongPassword
                addresses.change_own(account=user, address=form.cleaned_data["email"])
            except Refusal as refusal:
                form.add_error("password", str(refusal))
            else:
                messages.success(request, _("Your mail address is changed. The old one was told."))
                return redirect("account")
        return self.answer(request, form, status=422)

    def answer(self, request: HttpRequest, form: AddressForm, status: int = 200) -> HttpResponse:
        change = AddressChange.objects.filter(account=person_of(request)).select_related("entered_by").first()
        return render(request, "organisation/address.html", {"form": form, "change": change}, status=status)


@method_decorator(never_cache, name="dispatch")
class StopAddressView(LoginRequiredMixin, View):
    """Stop the change of one's address that somebody else entered."""

    def post(self, request: HttpRequest) -> HttpResponse:
        if addresses.stop(account=person_of(request)):
            messages.success(request, _("The change is stopped. Your address stays as it is."))
        return redirect("address")
