"""Bases of the pages that manage one round."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import View

from peer_review.exceptions.base import Refusal
from peer_review.views.shared.access import RoundMixin


class ManagedRoundMixin(RoundMixin):
    """The base of the pages of the responsible organiser."""

    permission = "peer_review.manage_round"


class RoundStepView(ManagedRoundMixin, View):
    """The base of a step, which is one button. A refusal is shown on the page that it leads back to."""

    http_method_names = ["post"]
    back = "round-dashboard"

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            message = self.step()
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, message)
        return redirect(self.back_url())

    def step(self) -> str:
        """Make the one domain call and return the message."""
        raise NotImplementedError

    def back_url(self) -> str:
        """Return the page to show afterwards."""
        return reverse(f"peer_review:{self.back}", args=[self.round.public_id])
