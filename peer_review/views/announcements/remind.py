"""The page that sends a reminder, and the base of the pages that announce something about an open round."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView

from peer_review.domain.announcements import announcements
from peer_review.domain.announcements import messages as wording
from peer_review.enums import RoundState
from peer_review.exceptions.base import Refusal
from peer_review.forms.announcements import ReminderForm
from peer_review.models import Announcement
from peer_review.views.shared.round_pages import ManagedRoundMixin


class OpenRoundFormView(ManagedRoundMixin, FormView):
    """The base of a form about an open round that tells people something. A refusal becomes a form error."""

    def permitted(self) -> bool:
        allowed = super().permitted()
        if allowed and self.round.state != RoundState.OPEN:
            raise Http404
        return allowed

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            message = self.announce(form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, message)
        return redirect("peer_review:round-dashboard", self.round.public_id)

    def announce(self, form: forms.Form) -> str:
        """Make the one domain call and return the message."""
        raise NotImplementedError


class RoundRemindView(OpenRoundFormView):
    """The page that shows what a reminder will say and to whom, takes the organiser's own words, and sends it."""

    template_name = "peer_review/announcements/round_remind.html"
    form_class = ReminderForm

    def announce(self, form: forms.Form) -> str:
        announcements.remind(self.round, by=self.user, text=form.cleaned_data["text"])
        return _("The reminder is being sent. You may leave this page.")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        now = timezone.now()
        kind, _begins, _ends = announcements.stage(self.round)
        draft = Announcement(round=self.round, kind=kind)
        return super().get_context_data(
            heading=wording.heading(draft),
            paragraphs=wording.paragraphs(draft),
            kind=kind,
            may_send=announcements.may_remind_from(self.round, now=now) <= now,
            **kwargs,
        )
