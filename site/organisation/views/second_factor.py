"""The second factor: shown at the sign-in and again, enrolled and removed; the code that is shown for the first."""

from typing import Any

import rules
import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from foundation.refusals import Refusal
from organisation import second_factor_session as marks
from organisation.domain import recovery_codes, second_factor
from organisation.domain.sign_ins import record_attack
from organisation.exceptions import SecondFactorWrong, TooManyAttempts, WrongPassword
from organisation.forms.second_factor import (
    AppForm,
    CodeForm,
    CredentialForm,
    EnrolmentMixin,
    PasskeyForm,
    SeenForm,
    WitnessForm,
)
from organisation.models import User
from organisation.rules import MANAGE_ROLES
from organisation.sign_in_log import Outcome, Shown, note
from organisation.throttle import Throttle, remember_browser
from organisation.views.shared import password_matches, person_of
from organisation.wanted_page import forget_wanted_page, wanted_page

BACKEND = "organisation.backends.StaffBackend"


def check_shown(request: HttpRequest, user: User) -> None:
    """Look at the code or the passkey in a request.

    Raises: SecondFactorWrong; TooManyAttempts after several wrong ones, for a while.
    """
    throttle = Throttle(request, f"second factor of {user.pk}")
    if throttle.wait():
        note(Shown.PASSKEY if "credential" in request.POST else Shown.CODE, Outcome.DELAYED)
        raise TooManyAttempts
    shown, is_right = _matches(request, user)
    note(shown, Outcome.RIGHT if is_right else Outcome.WRONG)
    if is_right:
        throttle.succeeded()
        return
    if throttle.failed():
        record_attack(username=user.get_username())
    raise SecondFactorWrong


def _matches(request: HttpRequest, user: User) -> tuple[Shown, bool]:
    """Return what a request brings, and whether it is right."""
    if "credential" in request.POST:
        return Shown.PASSKEY, _passkey_matches(request, user)
    form = CodeForm(request.POST)
    kind = second_factor.kind_of_code(user, form.cleaned_data["code"]) if form.is_valid() else None
    kinds = {Authenticator.Type.TOTP: Shown.APP, Authenticator.Type.RECOVERY_CODES: Shown.RECOVERY_CODE}
    return (kinds[kind], True) if kind is not None else (Shown.CODE, False)


def _passkey_matches(request: HttpRequest, user: User) -> bool:
    answer = CredentialForm(request.POST)
    if not answer.is_valid():
        return False
    try:
        webauthn.parse_authentication_response(answer.cleaned_data["credential"])
        webauthn.complete_authentication(user, answer.cleaned_data["credential"])
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return False  # whatever a stranger may send in place of a passkey's answer
    return True


class ShowFactorView(View):
    """A page that asks for the second factor."""

    template_name = "organisation/second_factor_show.html"

    def answer(self, request: HttpRequest, user: User, error: str = "", status: int = 200) -> HttpResponse:
        kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
        has_passkey = Authenticator.Type.WEBAUTHN in kinds
        context = {
            "form": CodeForm(),
            "error": error,
            "has_codes": kinds - {Authenticator.Type.WEBAUTHN},
            "options": {"request_options": webauthn.begin_authentication(user)} if has_passkey else None,
            "is_sign_in": not request.user.is_authenticated,
            "next": wanted_page(request),
        }
        return render(request, self.template_name, context, status=status)


@method_decorator([never_cache, sensitive_post_parameters("code", "credential")], name="dispatch")
class SignInSecondView(ShowFactorView):
    """The second half of a sign-in, for whoever's password was right."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = marks.waiting_user(request.session)
        return self.answer(request, user) if user is not None else redirect("login")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = marks.waiting_user(request.session)
        if user is None:
            return redirect("login")
        try:
            check_shown(request, user)
        except Refusal as refusal:
            return self.answer(request, user, str(refusal), 422)
        then = marks.end_waiting(request.session)
        login(request, user, backend=BACKEND)
        marks.mark_shown(request.session)
        if second_factor.is_witnessed(user):
            marks.mark_witnessed(request.session)
        response = redirect(then)
        remember_browser(request, response, user)
        return response


@method_decorator([never_cache, sensitive_post_parameters("code", "credential")], name="dispatch")
class AskAgainView(LoginRequiredMixin, ShowFactorView):
    """Ask once more, before something that weighs."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        return self.answer(request, user) if second_factor.has_factor(user) else redirect("second_factor")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        try:
            check_shown(request, user)
        except Refusal as refusal:
            return self.answer(request, user, str(refusal), 422)
        marks.mark_shown(request.session)
        return forget_wanted_page(redirect(wanted_page(request) or "/"))


@method_decorator(never_cache, name="dispatch")
class FactorsView(LoginRequiredMixin, View):
    """One's second factors, and why one may have to have one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        factors = Authenticator.objects.filter(user=user).order_by("pk")
        rows = [
            {"pk": factor.pk, "kind": factor.type, "name": factor.wrap().name if factor.type == "webauthn" else ""}
            for factor in factors
            if factor.type in second_factor.FACTORS
        ]
        context = {
            "factors": rows,
            "has_app": any(row["kind"] == Authenticator.Type.TOTP for row in rows),
            "codes_left": recovery_codes.count_left(user),
            "is_required": second_factor.is_required(user),
            "needs_witness": bool(rows) and second_factor.needs_witness(user),
            "was_shown": marks.was_shown(request.session),
            "may_show_codes": rules.has_perm(MANAGE_ROLES, user),
        }
        return render(request, "organisation/second_factor.html", context)


class EnrolView(LoginRequiredMixin, View):
    """A page that enrols a factor."""

    def needs(self) -> dict[str, bool]:
        """Return what the form has to ask for: with the first factor the password, and for some an enrolment code."""
        user = person_of(self.request)
        is_first = not second_factor.has_factor(user)
        return {"needs_password": is_first, "needs_witness": is_first and second_factor.is_required(user)}

    def check(self, request: HttpRequest, form: EnrolmentMixin) -> dict[str, Any]:
        """Return what the form brings for the domain, if the password it asked for is right.

        Raises: WrongPassword; TooManyAttempts, also for whoever guesses enrolment codes.
        """
        data = dict(form.cleaned_data)
        password = data.pop("password", None)
        if password is not None and not password_matches(request, person_of(request), password):
            raise WrongPassword
        throttle = Throttle(request, f"enrolment of {person_of(request).pk}")
        if throttle.wait():
            raise TooManyAttempts
        throttle.failed()
        return data

    def enrolled(self, request: HttpRequest) -> HttpResponse:
        """Count the session as one with a second factor, and show recovery codes with the first."""
        Throttle(request, f"enrolment of {person_of(request).pk}").succeeded()
        marks.mark_shown(request.session)
        user = person_of(request)
        if Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists():
            messages.success(request, _("The second factor is added."))
            return redirect("second_factor")
        codes = second_factor.new_recovery_codes(user=user)
        return render(request, "organisation/second_factor_codes.html", {"codes": codes})


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class AppView(EnrolView):
    """Enrol an authenticator app."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, AppForm(**self.needs()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AppForm(request.POST, **self.needs())
        if form.is_valid():
            try:
                second_factor.enrol_app(user=person_of(request), **self.check(request, form))
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return self.enrolled(request)
        return self.answer(request, form, 422)

    def answer(self, request: HttpRequest, form: AppForm, status: int = 200) -> HttpResponse:
        secret = form.plain_secret
        url = get_adapter().build_totp_url(person_of(request), secret)
        code = segno.make(url, error="m")
        picture = code.svg_inline(scale=4, border=2, omitsize=False, light="#fff") if secret else ""
        context = {
            "form": form,
            "picture": mark_safe(picture),  # noqa: S308 - drawn by segno from our own address
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        }
        return render(request, "organisation/second_factor_app.html", context, status=status)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class PasskeyView(EnrolView):
    """Enrol a passkey."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, PasskeyForm(**self.needs()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PasskeyForm(request.POST, **self.needs())
        if form.is_valid():
            try:
                data = self.check(request, form)
                webauthn.parse_registration_response(data["credential"])
                webauthn.complete_registration(data["credential"])
                second_factor.enrol_passkey(user=person_of(request), **data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
                form.add_error(None, str(SecondFactorWrong.message))
            else:
                return self.enrolled(request)
        return self.answer(request, form, 422)

    def answer(self, request: HttpRequest, form: PasskeyForm, status: int = 200) -> HttpResponse:
        options = {"creation_options": webauthn.begin_registration(person_of(request), False)}
        context = {"form": form, "options": options}
        return render(request, "organisation/second_factor_passkey.html", context, status=status)


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SeenView(LoginRequiredMixin, View):
    """Type the code that an administrator or inspector shows: the factor one has counts for one's role from then on."""

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        if second_factor.has_factor(user) and second_factor.needs_witness(user):
            return self.answer(request, SeenForm())
        return redirect("second_factor")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = person_of(request)
        form = SeenForm(request.POST)
        if form.is_valid():
            throttle = Throttle(request, f"enrolment of {user.pk}")
            try:
                if throttle.wait():
                    raise TooManyAttempts
                throttle.failed()
                second_factor.witness(user=user, **form.cleaned_data)
            except Refusal as refusal:
                is_delayed = isinstance(refusal, TooManyAttempts)
                note(Shown.ENROLMENT_CODE, Outcome.DELAYED if is_delayed else Outcome.WRONG)
                form.add_error("enrolment_code", str(refusal))
            else:
                note(Shown.ENROLMENT_CODE, Outcome.RIGHT)
                throttle.succeeded()
                marks.mark_witnessed(request.session)
                messages.success(request, _("Your second factor counts for your role from now on."))
                return redirect("second_factor")
        return self.answer(request, form, 422)

    def answer(self, request: HttpRequest, form: SeenForm, status: int = 200) -> HttpResponse:
        return render(request, "organisation/second_factor_seen.html", {"form": form}, status=status)


@method_decorator(never_cache, name="dispatch")
class CodesView(LoginRequiredMixin, View):
    """Make recovery codes anew, and show them once."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            codes = second_factor.new_recovery_codes(user=person_of(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("second_factor")
        return render(request, "organisation/second_factor_codes.html", {"codes": codes})


@method_decorator(never_cache, name="dispatch")
class RemoveView(LoginRequiredMixin, View):
    """Remove a factor."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            second_factor.remove(user=person_of(request), pk=pk)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The second factor is removed."))
        return redirect("second_factor")


@method_decorator(never_cache, name="dispatch")
class WitnessView(LoginRequiredMixin, View):
    """Show the owner of an account, who sits before one, the code for the first second factor."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, WitnessForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WitnessForm(request.POST)
        code = ""
        if form.is_valid():
            try:
                code = second_factor.show_enrolment_code(account=form.cleaned_data["account"], by=person_of(request))
            except Refusal as refusal:
                form.add_error("account", str(refusal))
        return self.answer(request, form, code, 200 if code else 422)

    def answer(self, request: HttpRequest, form: WitnessForm, code: str = "", status: int = 200) -> HttpResponse:
        if not rules.has_perm(MANAGE_ROLES, request.user):
            raise PermissionDenied
        context = {"form": form, "code": f"{code[:4]} {code[4:]}".strip(), "minutes": second_factor.CODE_MINUTES}
        return render(request, "organisation/second_factor_witness.html", context, status=status)
