"""The page on which people who are evaluated give their self-evaluation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from peer_review.domain.publication.self_evaluations import save_self_evaluation
from peer_review.domain.results.presenters import read_self_evaluation
from peer_review.domain.schemes.answer_choices import answers_in_words
from peer_review.domain.schemes.labels import audience_names
from peer_review.domain.voting_period import check_collecting
from peer_review.enums import Audience
from peer_review.exceptions.base import Refusal
from peer_review.forms.publication import SelfEvaluationForm
from peer_review.models import SelfEvaluation, Subject
from peer_review.views.shared.access import HiddenRoundMixin


class SelfEvaluationView(HiddenRoundMixin, FormView):
    """The page of the reader's self-evaluation, which they may change until the round closes."""

    template_name = "peer_review/publication/self_evaluation.html"
    form_class = SelfEvaluationForm
    permission = "peer_review.evaluate_self"

    @cached_property
    def self_evaluation(self) -> SelfEvaluation | None:
        """The reader's self-evaluation, None before they have saved one."""
        mine = Subject.objects.filter(round=self.round, member__user=self.user)
        return SelfEvaluation.objects.filter(subject__in=mine.order_by()).select_related("subject").first()

    def get_form_kwargs(self) -> dict[str, object]:
        words = answers_in_words(self.round.frozen_scheme)
        return {**super().get_form_kwargs(), "round": self.round, "choices": words, "kept": self.self_evaluation}

    def form_valid(self, form: SelfEvaluationForm) -> HttpResponse:
        try:
            save_self_evaluation(self.round, by=self.user, answers=form.answers(), text=form.cleaned_data["text"])
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("Saved. You may change it until the round closes."))
        return redirect("peer_review:self-evaluation", self.round.public_id)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(
            self_evaluation=self.self_evaluation,
            refusal=self.refusal(),
            lines=read_self_evaluation(self.round, self.self_evaluation) if self.self_evaluation else [],
            audiences=audience_names(self.round.frozen_scheme.audiences - {Audience.STAFF}),
            **kwargs,
        )

    def refusal(self) -> Refusal | None:
        """Return why nothing is taken now, None while it is."""
        round = self.round
        try:
            check_collecting(
                state=round.state,
                opens_at=round.opens_at,
                closes_at=round.closes_at,
                opened_at=round.opened_at,
                now=timezone.now(),
            )
        except Refusal as refusal:
            return refusal
        return None
