"""Roles: what waits for a second person, who holds what, what was withdrawn; and what the account's owner was told."""

import rules
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from foundation.paging import MAX_DIGITS, page_of
from foundation.refusals import Refusal
from organisation.domain import grants
from organisation.domain.notices import mark_read, sentence
from organisation.enums import Role
from organisation.exceptions import GrantSettled
from organisation.forms.grants import ProposalForm, WithdrawalForm
from organisation.models import AccountNotice, RoleGrant
from organisation.rules import MANAGE_ROLES
from organisation.views.shared import person_of

PAGE_SIZE = 50


@method_decorator(never_cache, name="dispatch")
class RolesView(LoginRequiredMixin, View):
    """Everybody's roles for administrators and inspectors; the others see their own."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request, ProposalForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Propose a role."""
        if not rules.has_perm(MANAGE_ROLES, request.user):
            raise PermissionDenied
        form = ProposalForm(request.POST)
        if not form.is_valid():
            return self.answer(request, form, status=422)
        try:
            grant = grants.propose(by=person_of(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.answer(request, form, status=422)
        messages.success(request, _("Proposed: %(grant)s. A second person has to confirm it.") % {"grant": grant})
        return redirect("roles")

    def answer(self, request: HttpRequest, form: ProposalForm, status: int = 200) -> HttpResponse:
        user = person_of(request)
        seen = RoleGrant.objects.visible_to(user) | RoleGrant.objects.confirmable_by(user)
        rows = seen.select_related("person", "section", "proposed_by", "confirmed_by", "withdrawn_by")
        confirmable = set(RoleGrant.objects.confirmable_by(user).values_list("pk", flat=True))
        order = {role.value: place for place, role in enumerate(Role)}
        history = page_of(
            rows.exclude(withdrawn_at=None),
            key="withdrawn_at",
            size=PAGE_SIZE,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        context = {
            "form": form,
            "may_manage": rules.has_perm(MANAGE_ROLES, user),
            "waiting": rows.proposed(),
            "confirmable": confirmable,
            "in_force": sorted(rows.in_force(), key=lambda grant: (order[grant.role], str(grant.person))),
            "history": history,
        }
        return render(request, "organisation/roles.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class ConfirmRolesView(LoginRequiredMixin, View):
    """Confirm the ticked proposals, all of them or none."""

    def post(self, request: HttpRequest) -> HttpResponse:
        texts = request.POST.getlist("grant")
        ids = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS]
        ticked = list(RoleGrant.objects.confirmable_by(person_of(request)).filter(pk__in=ids))
        try:
            if len(ticked) != len(set(ids)) or not ticked:
                raise GrantSettled
            confirmed = grants.confirm(grants=ticked, by=person_of(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            words = ngettext("%(count)d role confirmed.", "%(count)d roles confirmed.", len(confirmed))
            messages.success(request, words % {"count": len(confirmed)})
        return redirect("roles")


@method_decorator(never_cache, name="dispatch")
class WithdrawRoleView(LoginRequiredMixin, View):
    """Take a role back, or refuse a proposal, with a reason."""

    def dispatch(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        seen = RoleGrant.objects.open().visible_to(request.user).select_related("person", "section")
        self.grant = get_object_or_404(seen, pk=pk)
        return super().dispatch(request, pk)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.answer(request, WithdrawalForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = WithdrawalForm(request.POST)
        if not form.is_valid():
            return self.answer(request, form, status=422)
        try:
            grants.withdraw(grant=self.grant, by=person_of(request), reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
            return self.answer(request, form, status=409)
        messages.success(request, _("Withdrawn: %(grant)s.") % {"grant": self.grant})
        return redirect("roles")

    def answer(self, request: HttpRequest, form: WithdrawalForm, status: int = 200) -> HttpResponse:
        return render(request, "organisation/role_withdraw.html", {"form": form, "grant": self.grant}, status=status)


@method_decorator(never_cache, name="dispatch")
class AccountNoticesView(LoginRequiredMixin, View):
    """What this person was told about accounts; posting marks it as read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        page = page_of(
            AccountNotice.objects.filter(to=person_of(request)).select_related("about"),
            key="created_at",
            size=PAGE_SIZE,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        lines = [{"notice": notice, "text": sentence(notice)} for notice in page.rows]
        has_unread = AccountNotice.objects.filter(to=person_of(request), is_read=False).exists()
        return render(
            request, "organisation/account_notices.html", {"lines": lines, "page": page, "has_unread": has_unread}
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        mark_read(user=person_of(request))
        return redirect("account_notices")
