"""Extending and repeating a round."""

from django import forms
from django.utils.translation import gettext as _

from peer_review.domain.rounds.lifecycle import extend_round
from peer_review.domain.rounds.repeat import repeat_round
from peer_review.forms.rounds import ExtendForm
from peer_review.views.announcements.remind import OpenRoundFormView
from peer_review.views.shared.round_pages import RoundStepView


class RoundExtendView(OpenRoundFormView):
    """The page that extends a round: it moves the last moment to a later one."""

    template_name = "peer_review/rounds/round_extend.html"
    form_class = ExtendForm

    def get_initial(self) -> dict[str, object]:
        return {"closes_at": self.round.closes_at}

    def announce(self, form: forms.Form) -> str:
        data = form.cleaned_data
        extend_round(self.round, by=self.user, closes_at=data["closes_at"], reason=data["reason"])
        return _("The round stays open longer. Everybody on the roll is told.")


class RoundRepeatView(RoundStepView):
    """The step that makes a draft in which the round is repeated."""

    def step(self) -> str:
        self.round = repeat_round(self.round, by=self.user)
        return _("This is the new draft. Look at its dates, then make the roll anew.")
