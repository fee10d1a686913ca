"""Signing in, changing a password, setting the first one or a new one after a reset."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from foundation.refusals import Refusal
from organisation.domain.invitations import accept_invitation, find_invitation
from organisation.domain.resets import ask_owner
from organisation.domain.second_factor import has_factor
from organisation.exceptions import InvitationUnknown
from organisation.forms.accounts import ChangePasswordForm, NewPasswordForm, SignInForm
from organisation.models import User
from organisation.second_factor_session import begin_waiting
from organisation.throttle import remember_browser
from organisation.wanted_page import forget_wanted_page, wanted_page

BACKEND = "organisation.backends.StaffBackend"


class SignInView(auth_views.LoginView):
    """The sign-in page. Whoever is signed in already goes home.

    Somebody signed in who was sent here by a page that refused them stays and is told so: sending them back, as
    `redirect_authenticated_user` does, would go round for ever.
    """

    form_class = SignInForm

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated and not self.get_redirect_url():
            return redirect(self.get_default_redirect_url())
        return super().get(request, *args, **kwargs)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Return where somebody wanted to go; empty if nowhere."""
        return wanted_page(self.request)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in and know this browser from now on; or ask whoever has a second factor for it first."""
        user = form.get_user()
        if has_factor(user):
            begin_waiting(self.request.session, user, then=self.get_success_url())
            return forget_wanted_page(redirect("sign_in_second"))
        response = super().form_valid(form)
        remember_browser(self.request, response, user)
        return forget_wanted_page(response)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the errors; 429 where the attempt was not looked at."""
        response = super().form_invalid(form)
        if isinstance(form, SignInForm) and form.wait:
            response.status_code = 429
            response.headers["Retry-After"] = str(form.wait)
        return response


class SignOutView(auth_views.LogoutView):
    """Sign somebody out. Where they once wanted to go leads nobody who signs in after them at the same computer."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return forget_wanted_page(super().post(request, *args, **kwargs))


class PasswordChangeView(auth_views.PasswordChangeView):
    """A new password for whoever knows the old one."""

    form_class = ChangePasswordForm
    success_url = reverse_lazy("password_change_done")


class PasswordChangeDoneView(auth_views.PasswordChangeDoneView):
    """The confirmation that the password was changed."""


@method_decorator([never_cache, sensitive_post_parameters(), sensitive_variables("token")], name="dispatch")
class InvitationView(View):
    """Set the first password with a one-time link. Opening the page does not spend the link; saving does."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            user = find_invitation(token=token).user
        except Refusal as refusal:
            return self.refused(request, refusal)
        return self.answer(request, NewPasswordForm(user), user)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        try:
            user = find_invitation(token=token).user
            form = NewPasswordForm(user, request.POST)
            if not form.is_valid():
                return self.answer(request, form, user)
            user = accept_invitation(token=token, password=form.cleaned_data["new_password1"])
            ask_owner(account=user)
        except Refusal as refusal:
            return self.refused(request, refusal)
        if has_factor(user):
            messages.success(request, _("Your password is set. Sign in with it and your second factor."))
            return redirect("login")
        login(request, user, backend=BACKEND)
        messages.success(request, _("Your password is set. Welcome, %(name)s.") % {"name": user.get_full_name()})
        return redirect("/")

    def answer(self, request: HttpRequest, form: NewPasswordForm, user: User) -> HttpResponse:
        return render(request, "registration/invitation.html", {"form": form, "account": user})

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        status = 404 if isinstance(refusal, InvitationUnknown) else 410
        return render(request, "registration/invitation_refused.html", {"refusal": refusal}, status=status)
