"""Pages of organisers: set a round up, open it, watch participation, close, publish. One POST form per step."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.domain.rounds import lifecycle
from peer_review.exceptions.base import Refusal
from peer_review.forms.rounds import RoundForm
from peer_review.models import Round
from peer_review.views.shared.access import SignedInMixin
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView


class OrganiserListView(SignedInMixin, TemplateView):
    """The rounds this organiser is responsible for."""

    template_name = "peer_review/rounds/organiser_list.html"
    permission = "peer_review.add_round"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(rounds=Round.objects.manageable_by(self.request.user), **kwargs)


class RoundFormView(FormView):
    """Shared by creating and editing: a refusal becomes a form error, and the input stays."""

    template_name = "peer_review/rounds/round_form.html"
    form_class = RoundForm

    def get_form_kwargs(self) -> dict[str, object]:
        return {**super().get_form_kwargs(), "user": self.request.user, "round": getattr(self, "round", None)}

    def form_valid(self, form: RoundForm) -> HttpResponse:
        try:
            saved = self.save(form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("Saved."))
        return redirect("peer_review:round-dashboard", saved.public_id)

    def save(self, form: RoundForm) -> Round:
        """Make the one domain call."""
        raise NotImplementedError


class RoundCreateView(SignedInMixin, RoundFormView):
    """A new draft."""

    permission = "peer_review.add_round"

    def save(self, form: RoundForm) -> Round:
        return lifecycle.create_round(by=self.user, **form.cleaned_data)


class RoundEditView(ManagedRoundMixin, RoundFormView):
    """Change a draft's terms."""

    def save(self, form: RoundForm) -> Round:
        return lifecycle.update_round(self.round, by=self.user, **form.cleaned_data)


class RoundOpenView(RoundStepView):
    """Draft to open."""

    def step(self) -> str:
        lifecycle.open_round(self.round, by=self.user)
        return _("The round is open. Print the notice with its fingerprint.")


class RoundCloseView(RoundStepView):
    """Open to closed."""

    def step(self) -> str:
        lifecycle.close_round(self.round, by=self.user)
        return _("The round is closed. A scrutineer can open the box now.")


class RoundArchiveView(RoundStepView):
    """Published to archived."""

    def step(self) -> str:
        lifecycle.archive_round(self.round, by=self.user)
        return _("The round is archived. Its results stay readable.")


class RoundDeleteView(RoundStepView):
    """Delete a draft."""

    def step(self) -> str:
        lifecycle.delete_round(self.round, by=self.user)
        return _("The draft is deleted.")

    def back_url(self) -> str:
        gone = not Round.objects.filter(public_id=self.round.public_id).exists()
        return reverse("peer_review:organiser-list") if gone else super().back_url()
