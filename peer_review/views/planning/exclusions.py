"""Pages of exclusions: who may not evaluate whom, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView

from peer_review.domain.planning import plan_setup
from peer_review.domain.planning.eligibility import propose_subjects
from peer_review.domain.planning.exclusions import add_exclusion, remove_exclusion
from peer_review.domain.planning.people_lookup import PeopleLookup
from peer_review.enums import RoundState
from peer_review.exceptions.base import Refusal
from peer_review.forms.planning import ExclusionForm
from peer_review.models import Exclusion
from peer_review.paging import page_of, read_id
from peer_review.views.planning.roll import RollStepView
from peer_review.views.shared.round_pages import ManagedRoundMixin

PAGE = 50
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """One exclusion with the names of both people."""

    exclusion: Exclusion
    evaluator: str
    subject: str


class ExclusionListView(ManagedRoundMixin, FormView):
    """The list of a round's exclusions, paged by key, and the form that adds one."""

    template_name = "peer_review/planning/exclusion_list.html"
    form_class = ExclusionForm

    def form_valid(self, form: ExclusionForm) -> HttpResponse:
        lookup = PeopleLookup(self.round.kind, plan_setup.people_of(self.round))
        evaluator = look_up(form, "evaluator", lookup.person)
        subject = look_up(form, "subject", lookup.subject)
        if evaluator is None or subject is None:
            return self.form_invalid(form)
        try:
            withdrawn = add_exclusion(
                self.round,
                by=self.user,
                reason=form.cleaned_data["reason"],
                both_ways=form.cleaned_data["both_ways"],
                evaluator=evaluator,
                subject=subject,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        message = _("Excluded.") + (" " + _("Papers withdrawn: %(n)s.") % {"n": withdrawn} if withdrawn else "")
        messages.success(self.request, message)
        return redirect("peer_review:exclusion-list", self.round.public_id)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        exclusions = self.round.exclusions.select_related("evaluator")
        page = page_of(exclusions, self.request.GET, size=PAGE, order=("pk",))
        context = {
            "rows": self.rows(page.rows),
            "paging": page,
            "editable": self.round.state == RoundState.DRAFT,
        }
        return super().get_context_data(**{**kwargs, **context})

    def rows(self, page: list[Exclusion]) -> list[ExclusionRow]:
        """Return exclusions with names: from the roll, or while there is none from the organisation."""
        keys = {exclusion.subject_key for exclusion in page}
        labels = dict(self.round.subjects.filter(key__in=keys).values_list("key", "label"))
        if keys - set(labels):
            people = plan_setup.people_of(self.round)
            labels = {subject.key: subject.label for subject in propose_subjects(self.round.kind, people)} | labels
        return [
            ExclusionRow(
                exclusion, exclusion.evaluator.get_full_name(), labels.get(exclusion.subject_key, exclusion.subject_key)
            )
            for exclusion in page
        ]


def look_up(form: ExclusionForm, name: str, find: Callable[[str], Found]) -> Found | None:
    """Return whom a field of the form names; None where nobody is found, and then the field says why."""
    try:
        return find(form.cleaned_data[name])
    except Refusal as refusal:
        form.add_error(name, refusal.message)
        return None


class ExclusionRemoveView(RollStepView):
    """The step that removes an exclusion."""

    back = "exclusion-list"

    def step(self) -> str:
        exclusion = get_object_or_404(self.round.exclusions, pk=read_id(self.request.POST.get("exclusion")))
        remove_exclusion(self.round, by=self.user, exclusion=exclusion)
        return _("The exclusion is lifted. Use the plan again to give the pair its papers.")
