"""Reviews and appeals for those who answer them: leaders and inspectors."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from peer_review.domain.outcomes import appeals
from peer_review.domain.outcomes.outcome_status import outcome_status_of
from peer_review.domain.schemes.grades import grade_names
from peer_review.exceptions.base import Refusal
from peer_review.forms.fields import FormData
from peer_review.forms.outcomes import AnswerForm, ExtensionForm, ReassignForm
from peer_review.models import Contest, ContestStage, Decision
from peer_review.paging import page_of
from peer_review.roles import role_names
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.outcomes.appeals import result_url
from peer_review.views.shared.access import SignedInMixin

PAGE = 30


class DeskMixin(SignedInMixin):
    """The base of the pages about contests for leaders and inspectors."""

    def permitted(self) -> bool:
        return bool(role_names(self.request.user) & {"leadership", "inspector"})


class ContestListView(DeskMixin, TemplateView):
    """The inbox of contests: those that wait for the reader, nearest last day first; then the others, newest first."""

    template_name = "peer_review/outcomes/contest_list.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        user: User = self.user
        stages = ContestStage.objects.select_related("contest__subject__round", "responsible")
        mine = list(stages.answerable_by(user).order_by("due_date", "pk"))
        # Whoever could take it over is told that it is there, not what it says.
        known = Q(pk__in=Contest.objects.visible_to(user).order_by().values("pk")) | Q(
            pk__in=ContestStage.objects.assignable_by(user).order_by().values("contest")
        )
        others = (
            Contest.objects.filter(known)
            .exclude(pk__in=[stage.contest_id for stage in mine])
            .exclude(by=user)
            .select_related("subject__round")
            .prefetch_related("stages__responsible")
        )
        page = page_of(others, self.request.GET, size=PAGE)
        return super().get_context_data(
            mine=mine,
            others=[{"contest": contest, "stage": list(contest.stages.all())[-1]} for contest in page],
            paging=page,
            today=timezone.localdate(),
            **kwargs,
        )


class ContestMixin(DeskMixin):
    """The base of the pages about one contest. Whoever may only take it over finds its dates and no words."""

    @cached_property
    def contest(self) -> Contest:
        """The contest of the address. Raises: Http404 where there is none."""
        contests = Contest.objects.select_related("subject__round", "subject__member", "by")
        contest: Contest = get_object_or_404(contests, pk=self.kwargs["pk"])
        return contest

    @cached_property
    def stage(self) -> ContestStage:
        """The latest stage of the contest."""
        related = ("contest__subject__round", "contest__subject__member", "responsible")
        stage: ContestStage | None = self.contest.stages.select_related(*related).order_by("pk").last()
        assert stage is not None  # a contest begins with one
        return stage

    @cached_property
    def may_read(self) -> bool:
        """Whether the reader may read what is contested and why."""
        return bool(has_perm("peer_review.view_contest", self.user, self.contest))

    @cached_property
    def may_assign(self) -> bool:
        """Whether the reader may name who is responsible for the stage."""
        return bool(has_perm("peer_review.assign_contest", self.user, self.stage))

    @cached_property
    def may_answer(self) -> bool:
        """Whether the reader may answer the stage."""
        return bool(has_perm("peer_review.answer_contest", self.user, self.stage))

    def permitted(self) -> bool:
        if not super().permitted():
            return False
        if not (self.may_read or self.may_assign):
            raise Http404
        return True


class ContestAnswerView(ContestMixin, TemplateView):
    """The page of one contest for whoever answers it: what is contested and why, and the answer in writing."""

    template_name = "peer_review/outcomes/contest_answer.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.contest.by_id == request.user.pk:
            return redirect("peer_review:contest", self.contest.subject.round.public_id, self.contest.subject_id)
        return self.shown()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_answer:
            raise PermissionDenied
        return self.handle(self.answer_form(request.POST))

    def handle(self, form: forms.Form) -> HttpResponse:
        """Act on a form; refused, the page comes back with what was typed."""
        if not form.is_valid():
            return self.shown(status=422, form=form)
        try:
            message = self.act(form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.shown(status=refusal.status, form=form)
        messages.success(self.request, message)
        return redirect(self.next_url())

    def act(self, form: forms.Form) -> str:
        """Make the one domain call and return the message."""
        data = form.cleaned_data
        appeals.answer_stage(self.stage, by=self.user, answer=data["answer"], grade=data["grade"])
        return _("Answered. The person is told by mail and on the site.")

    def next_url(self) -> str:
        """Return where to go afterwards."""
        return self.request.path

    def shown(self, *, status: int = 200, form: forms.Form | None = None) -> HttpResponse:
        """Return the page; `form` is the refused one."""
        response = self.render_to_response(self.get_context_data(refused=form), status=status)
        response.headers["Cache-Control"] = "no-store"
        return response

    def answer_form(self, data: FormData = None) -> AnswerForm:
        """Return the form to answer with: the grade stays, or one of the better."""
        names = grade_names(self.contest.subject.round.frozen_scheme)
        stands = Decision.objects.filter(subject=self.contest.subject).standing().get().grade
        better = [(key, names[key]) for key in appeals.better_grades(stands)]
        return AnswerForm(data, better=better, stands=names.get(stands, _("Not graded")))

    def reassign_form(self, data: FormData = None) -> ReassignForm:
        """Return the form that names another responsible person."""
        others = [person for person in appeals.candidates(self.stage) if person.pk != self.stage.responsible_id]
        return ReassignForm(data, people=others)

    def get_context_data(self, refused: forms.Form | None = None, **kwargs: object) -> dict[str, object]:
        user, subject = self.user, self.contest.subject
        shown_forms: dict[str, forms.Form | None] = {}
        if self.may_answer:
            shown_forms["answer_form"] = self.answer_form()
            if self.stage.kind == "appeal" and not self.stage.extension_reason:
                shown_forms["extension_form"] = ExtensionForm()
        if self.may_assign:
            form = self.reassign_form()
            shown_forms["reassign_form"] = form if form.people else None
        for name, kind in (
            ("answer_form", AnswerForm),
            ("extension_form", ExtensionForm),
            ("reassign_form", ReassignForm),
        ):
            if isinstance(refused, kind):
                shown_forms[name] = refused
        return super().get_context_data(
            contest=self.contest,
            stage=self.stage,
            subject=subject,
            round=subject.round,
            outcome=outcome_status_of(subject, user),
            history=Decision.objects.filter(subject=subject).select_related("by").order_by("number"),
            may_read=self.may_read,
            may_answer=self.may_answer,
            result_url=result_url(user, subject),
            today=timezone.localdate(),
            **shown_forms,
            **kwargs,
        )


class ContestClaimView(ContestMixin, View):
    """The step that claims a stage. The person sees that somebody works on it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_answer:
            raise PermissionDenied
        try:
            appeals.claim_stage(self.stage, by=self.user)
            messages.success(request, _("Taken up. The person sees that you are looking into it."))
        except Refusal as refusal:
            messages.error(request, refusal.message)
        return redirect("peer_review:contest-answer", self.contest.pk)


class ContestReassignView(ContestAnswerView):
    """The form that reassigns a stage to another user who may decide it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_assign:
            raise PermissionDenied
        return self.handle(self.reassign_form(request.POST))

    def act(self, form: forms.Form) -> str:
        to = form.cleaned_data["to"]
        appeals.reassign_stage(self.stage, by=self.user, to=to)
        return _("%(name)s is responsible now and has been told.") % {"name": to.get_full_name()}

    def next_url(self) -> str:
        return "peer_review:contest-list"


class ContestExtendView(ContestAnswerView):
    """The form that extends an appeal, once."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.may_answer:
            raise PermissionDenied
        return self.handle(ExtensionForm(request.POST))

    def act(self, form: forms.Form) -> str:
        appeals.extend_appeal(self.stage, by=self.user, reason=form.cleaned_data["reason"])
        return _("The time is lengthened. The person is told.")

    def next_url(self) -> str:
        return "peer_review:contest-list"
