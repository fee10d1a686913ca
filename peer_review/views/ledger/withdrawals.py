"""The page on which the responsible organiser withdraws published figures."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import ngettext
from django.views.generic import FormView

from peer_review.domain.ledger.withdrawals import remaining_criteria, withdraw
from peer_review.exceptions.base import Refusal
from peer_review.forms.ledger import WithdrawalForm
from peer_review.models import Subject
from peer_review.paging import read_id
from peer_review.views.shared.access import RoundMixin


class FiguresWithdrawView(RoundMixin, FormView):
    """The page that withdraws a criterion everywhere, or the figures of the subject whose id GET names."""

    template_name = "peer_review/ledger/figures_withdraw.html"
    form_class = WithdrawalForm
    permission = "peer_review.withdraw_figures"

    @cached_property
    def subject(self) -> Subject | None:
        """The subject whose figures are withdrawn; None for a criterion. Nobody's own page leads here."""
        wanted = self.request.GET.get("subject")
        if wanted is None:
            return None
        subjects = self.round.subjects.not_addressed_to(self.request.user)
        subject: Subject = get_object_or_404(subjects, pk=read_id(wanted))
        return subject

    def get_form_kwargs(self) -> dict[str, object]:
        criteria = None if self.subject else remaining_criteria(self.round)
        return {**super().get_form_kwargs(), "criteria": criteria}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**{**kwargs, "subject": self.subject})

    def form_valid(self, form: WithdrawalForm) -> HttpResponse:
        named = {"subject": self.subject.key} if self.subject else {"criterion": form.cleaned_data["criterion"]}
        try:
            removed = withdraw(self.round, by=self.user, reason=form.cleaned_data["reason"], **named)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            response = self.form_invalid(form)
            response.status_code = refusal.status
            return response
        message = ngettext("Withdrawn: %(n)s figure.", "Withdrawn: %(n)s figures.", removed) % {"n": removed}
        messages.success(self.request, message)
        return redirect("peer_review:all-results", self.round.public_id)
