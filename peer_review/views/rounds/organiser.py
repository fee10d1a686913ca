"""Pages and steps of organisers: their rounds, a round's terms, opening, closing, archiving, deleting."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.domain.rounds import lifecycle
from peer_review.enums import RoundState
from peer_review.exceptions.base import Refusal
from peer_review.forms.rounds import RoundForm
from peer_review.models import Round
from peer_review.views.shared.access import SignedInMixin
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView


class OrganiserListView(SignedInMixin, TemplateView):
    """The list of the rounds for which the organiser is responsible."""

    template_name = "peer_review/rounds/organiser_list.html"
    permission = "peer_review.add_round"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(rounds=Round.objects.manageable_by(self.request.user), **kwargs)


class RoundFormView(FormView):
    """The base of the form of a round's terms. A refusal is shown on the form, and the input stays."""

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
    """The page that makes a new draft."""

    permission = "peer_review.add_round"

    def save(self, form: RoundForm) -> Round:
        return lifecycle.create_round(by=self.user, **form.cleaned_data)


class RoundEditView(ManagedRoundMixin, RoundFormView):
    """The page that changes a draft's terms."""

    def save(self, form: RoundForm) -> Round:
        return lifecycle.update_round(self.round, by=self.user, **form.cleaned_data)


class RoundOpenView(RoundStepView):
    """The step that opens a draft."""

    def step(self) -> str:
        lifecycle.open_round(self.round, by=self.user)
        return _("The round is open. Print the notice with its fingerprint.")


class RoundCloseView(RoundStepView):
    """The step that closes an open round whose last moment has come, where the clock has not."""

    def step(self) -> str:
        ended = lifecycle.end_collecting(self.round, by=self.user)
        if ended.state == RoundState.OPEN and ended.casts_at is not None:
            return _("Drawing was ended late, only now. The ballots can be cast; everybody on the roll is told.")
        if ended.state == RoundState.OPEN:
            return _(
                "The round stays open longer, once, as was declared before it opened. Everybody on the roll is told."
            )
        return _("The round is closed. A scrutineer can open the box now.")


class RoundArchiveView(RoundStepView):
    """The step that archives a published round."""

    def step(self) -> str:
        lifecycle.archive_round(self.round, by=self.user)
        return _("The round is archived. Its results stay readable.")


class RoundDeleteView(RoundStepView):
    """The step that deletes a draft."""

    def step(self) -> str:
        lifecycle.delete_round(self.round, by=self.user)
        return _("The draft is deleted.")

    def back_url(self) -> str:
        gone = not Round.objects.filter(public_id=self.round.public_id).exists()
        return reverse("peer_review:organiser-list") if gone else super().back_url()
