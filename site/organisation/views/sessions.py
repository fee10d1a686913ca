"""Sessions: where one is signed in, and the way to end each; all of somebody else's, for who may."""

import rules
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from foundation.refusals import Refusal
from organisation.domain import sessions
from organisation.forms.sessions import EndSessionsForm
from organisation.models import UserSession
from organisation.rules import MANAGE_ROLES
from organisation.sessions import hash_key
from organisation.views.shared import person_of


@method_decorator(never_cache, name="dispatch")
class SessionsView(LoginRequiredMixin, View):
    """List one's sessions; posting ends one, or all but this one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = UserSession.objects.filter(user=person_of(request), expire_date__gt=timezone.now())
        context = {
            "sessions": rows,
            "here": hash_key(request.session.session_key),
            "may_end_others": rules.has_perm(MANAGE_ROLES, request.user),
        }
        return render(request, "organisation/sessions.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        user, here = person_of(request), hash_key(request.session.session_key)
        key_hash = request.POST.get("session", "")
        if key_hash:
            count = int(key_hash != here and sessions.end_session(user=user, key_hash=key_hash))
        else:
            count = sessions.end_others(user=user, but=here)
        words = ngettext("%(count)d session ended.", "%(count)d sessions ended.", count)
        messages.success(request, (words if count else _("There was no other session to end.")) % {"count": count})
        return redirect("sessions")


@method_decorator(never_cache, name="dispatch")
class EndSessionsView(LoginRequiredMixin, View):
    """End every session of somebody else. Nothing here says whether, where or since when that person is signed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, EndSessionsForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if not rules.has_perm(MANAGE_ROLES, request.user):
            raise PermissionDenied
        form = EndSessionsForm(request.POST)
        if form.is_valid():
            try:
                sessions.end_of_account(by=person_of(request), **form.cleaned_data)
            except Refusal as refusal:
                form.add_error("account", str(refusal))
            else:
                messages.success(request, _("Every session of this account is ended. Its owner was told."))
                return redirect("sessions_end")
        return self.answer(request, form, 422)

    def answer(self, request: HttpRequest, form: EndSessionsForm, status: int = 200) -> HttpResponse:
        if not rules.has_perm(MANAGE_ROLES, request.user):
            raise PermissionDenied
        return render(request, "organisation/sessions_end.html", {"form": form}, status=status)
