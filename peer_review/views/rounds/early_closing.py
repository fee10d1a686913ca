"""Pages of closing a round before its last moment: asking for it, confirming it, withdrawing it."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from peer_review.domain.rounds.early_closing import (
    confirm_early_closing,
    early_closing_fingerprint,
    request_early_closing,
    standing_early_closing,
    withdraw_early_closing,
)
from peer_review.domain.voting_period import LEAST_OPEN
from peer_review.enums import RoundState
from peer_review.exceptions.base import Refusal
from peer_review.forms.rounds import EarlyClosingForm
from peer_review.models import EarlyClosing
from peer_review.paging import MAX_DIGITS
from peer_review.rules.roles import has_perm
from peer_review.views.announcements.remind import OpenRoundFormView
from peer_review.views.shared.access import HiddenRoundMixin


class EarlyClosingRequestView(OpenRoundFormView):
    """The page on which the organiser asks for an early closing. It shows nothing of how many have taken part."""

    template_name = "peer_review/rounds/early_closing_request.html"
    form_class = EarlyClosingForm

    def announce(self, form: forms.Form) -> str:
        request_early_closing(self.round, by=self.user, reason=form.cleaned_data["reason"])
        return _("Asked for. A second person finds it on their front page; until they confirm it nothing changes.")


class EarlyClosingMixin(HiddenRoundMixin):
    """The base of the pages about a request that stands, for the organiser and the second person; 404 for others."""

    permission = "peer_review.view_early_closing"

    def standing(self) -> EarlyClosing:
        """Return the request that stands.

        Raises: Http404 without one.
        """
        standing = standing_early_closing(self.round)
        if standing is None:
            raise Http404
        return standing


class EarlyClosingView(EarlyClosingMixin, TemplateView):
    """The page of a request: the reason, what follows from it and when, and the steps that are open to the reader."""

    template_name = "peer_review/rounds/early_closing.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        standing = self.standing()
        return super().get_context_data(
            early_closing=standing,
            may_confirm=has_perm("peer_review.confirm_early_closing", self.user, standing),
            may_withdraw=self.round.state == RoundState.OPEN and timezone.now() < self.round.closes_at,
            fingerprint=early_closing_fingerprint(standing),
            until=self.until(standing),
            **kwargs,
        )

    def until(self, standing: EarlyClosing) -> datetime:
        """Return when the round closes, or would if the request were confirmed now."""
        return standing.closes_at or timezone.now() + LEAST_OPEN


class EarlyClosingStepView(EarlyClosingMixin, View):
    """The base of the steps of a request. A refusal is shown on the page that it leads back to."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            message = self.step(self.read_request())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, message)
        return self.back()

    def read_request(self) -> EarlyClosing:
        """Return the request whose page was read, whether it still stands or not.

        Raises: Http404 for a number that is none of this round's.
        """
        number = self.request.POST.get("request", "")
        if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
            raise Http404
        return get_object_or_404(self.round.early_closings.select_related("round"), pk=int(number))

    def step(self, early_closing: EarlyClosing) -> str:
        """Make the one domain call and return the message."""
        raise NotImplementedError

    def back(self) -> HttpResponse:
        """Return where the reader goes on: the request while it stands, else the round."""
        if standing_early_closing(self.round) is not None:
            return redirect("peer_review:early-closing", self.round.public_id)
        return redirect("peer_review:round-detail", self.round.public_id)


class EarlyClosingConfirmView(EarlyClosingStepView):
    """The step of the second person that confirms a request and starts the notice."""

    def step(self, early_closing: EarlyClosing) -> str:
        # Who read a request that is settled by now is told so in words: nobody may confirm one of those.
        may_confirm = has_perm("peer_review.confirm_early_closing", self.user, early_closing)
        if not early_closing.is_settled and not may_confirm:
            raise PermissionDenied
        confirm_early_closing(early_closing, by=self.user, fingerprint=self.request.POST.get("fingerprint", ""))
        return _("Confirmed. Everybody on the roll is told now; the round closes in 24 hours.")


class EarlyClosingWithdrawView(EarlyClosingStepView):
    """The step that withdraws a request, or declines it."""

    def step(self, early_closing: EarlyClosing) -> str:
        withdraw_early_closing(early_closing, by=self.user)
        return _("Withdrawn. The round closes at the end of its own time.")
