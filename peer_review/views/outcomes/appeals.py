"""Pages for the person to whom an outcome was told: acknowledge it, ask for a review, follow it, appeal."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from peer_review.domain.outcomes import appeals
from peer_review.domain.outcomes.deadlines import days
from peer_review.domain.outcomes.decisions import acknowledge
from peer_review.domain.outcomes.outcome_status import outcome_status_of
from peer_review.exceptions.base import Refusal
from peer_review.exceptions.outcomes import NothingToAppeal, NothingToWithdraw
from peer_review.forms.outcomes import GroundsForm
from peer_review.models import Contest, Subject
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.shared.access import HiddenRoundMixin


class MyOutcomeView(HiddenRoundMixin, View):
    """The redirect to the reader's own outcome, for mails, whose addresses name nobody."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        mine = (
            Subject.objects.contestable_by(request.user).filter(round=self.round).order_by("sort_order", "pk").first()
        )
        if mine is None:
            raise Http404
        return redirect("peer_review:contest", self.round.public_id, mine.pk)


class OutcomeMixin(HiddenRoundMixin):
    """The base of the pages about one outcome that the reader was told. Nobody else learns that it exists."""

    subject: Subject

    def load(self) -> None:
        super().load()
        subjects = Subject.objects.select_related("round", "outcome_notice")
        self.subject = get_object_or_404(subjects, round=self.round, pk=self.kwargs["pk"])

    def permitted(self) -> bool:
        if not (super().permitted() and has_perm("peer_review.contest_outcome", self.request.user, self.subject)):
            raise Http404
        return True

    def contest(self) -> Contest | None:
        """Return the latest contest of this outcome."""
        contest: Contest | None = Contest.objects.filter(subject=self.subject).order_by("-pk").first()
        return contest


class ContestView(OutcomeMixin, TemplateView):
    """The page of one outcome: the notice, the contest of it, and what the reader may do until when."""

    template_name = "peer_review/outcomes/contest.html"
    #: The form that a refused post comes back with: "ask" or "appeal".
    acted = "ask"

    def get(self, request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
        return self.shown()

    def post(self, request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
        form = GroundsForm(request.POST)
        if not form.is_valid():
            return self.shown(status=422, **{self.acted: form})
        try:
            message = self.act(form.cleaned_data["grounds"])
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.shown(status=refusal.status, **{self.acted: form})
        messages.success(request, message)
        return redirect("peer_review:contest", self.round.public_id, self.subject.pk)

    def act(self, grounds: str) -> str:
        """Make the one domain call and return the message."""
        appeals.ask_review(self.subject, by=self.user, grounds=grounds)
        return _("Your request for a review is in. You find its progress on this page.")

    def shown(self, *, status: int = 200, **forms: GroundsForm) -> HttpResponse:
        """Return the page; words that nobody else may read stay in no cache of a shared computer."""
        response = self.render_to_response(self.get_context_data(**forms), status=status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        outcome = outcome_status_of(self.subject, self.user)
        kwargs.setdefault("ask", GroundsForm() if outcome.may_ask else None)
        kwargs.setdefault("appeal", GroundsForm() if outcome.may_appeal else None)
        return super().get_context_data(
            subject=self.subject,
            outcome=outcome,
            result_url=result_url(self.user, self.subject),
            days={name: days(name).days for name in ("ask", "review", "appeal", "ruling", "extension")},
            **kwargs,
        )


class ContestAppealView(ContestView):
    """The form that appeals against the answer to a review. Where it is refused, the page of the outcome comes back."""

    http_method_names = ["post"]
    acted = "appeal"

    def act(self, grounds: str) -> str:
        contest = self.contest()
        if contest is None:
            raise NothingToAppeal
        appeals.appeal(contest, by=self.user, grounds=grounds)
        return _("Your appeal is in. An inspector decides it, who had no part in the review.")


class ContestWithdrawView(OutcomeMixin, View):
    """The step that withdraws a contest that waits for an answer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
        try:
            contest = self.contest()
            if contest is None:
                raise NothingToWithdraw
            appeals.withdraw(contest, by=self.user)
            messages.success(request, _("Withdrawn. The outcome stays as it stands."))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("peer_review:contest", self.round.public_id, self.subject.pk)


class OutcomeAcknowledgeView(OutcomeMixin, View):
    """The step by which the reader acknowledges receipt of an outcome. It is no agreement."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str, pk: int) -> HttpResponse:
        acknowledge(self.subject, by=self.user)
        messages.success(request, _("Noted that you have received it. That is no agreement."))
        url = result_url(self.user, self.subject) if request.POST.get("back") == "result" else ""
        return redirect(url or reverse("peer_review:contest", args=[self.round.public_id, self.subject.pk]))


def result_url(user: User, subject: Subject) -> str:
    """Return where this person reads the figures of a subject; nothing where they may not."""
    if not has_perm("peer_review.view_subject_result", user, subject):
        return ""
    if has_perm("peer_review.view_own_result", user, subject.round) and _is_self(user, subject):
        return reverse("peer_review:own-result", args=[subject.round.public_id])
    return reverse("peer_review:subject-result", args=[subject.round.public_id, subject.pk])


def _is_self(user: User, subject: Subject) -> bool:
    return subject.member is not None and subject.member.user_id == user.pk
