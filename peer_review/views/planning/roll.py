"""Pages of the roll: who is on it, who is evaluated, by whom and in which class. Changed while the round is a draft."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.domain.planning import plan_setup, roll, roll_edits
from peer_review.domain.planning.named_classes import declare_not_anonymous
from peer_review.domain.planning.roll_lists import (
    MemberRow,
    SubjectRow,
    candidate,
    find_candidates,
    is_editable,
    is_outdated,
    member_rows,
    subject_rows,
    voter_rows,
)
from peer_review.domain.planning.roll_touches import is_touched
from peer_review.enums import PaperKind, RoundState
from peer_review.exceptions.base import Refusal
from peer_review.forms.planning import RollProposeForm, RollSearchForm, RollSubjectForm, VoterClassForm
from peer_review.models import RollMember, Subject
from peer_review.paging import KeysetPage, page_of, read_id
from peer_review.providers.roll import Person
from peer_review.views.planning.plan import roll_message
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView

PAGE = 50


class RoundRollView(ManagedRoundMixin, TemplateView):
    """The page of the roll: its members or its subjects, searched and paged by key."""

    template_name = "peer_review/planning/round_roll.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        search = RollSearchForm(self.request.GET)
        q = search.cleaned_data["q"] if search.is_valid() else ""
        tab = "subjects" if self.request.GET.get("tab") == "subjects" else "people"
        rows, page = self.subjects(q) if tab == "subjects" else self.people(q)
        return super().get_context_data(
            search=search,
            q=q,
            tab=tab,
            rows=rows,
            paging=page,
            classes=list(self.round.scheme.voter_classes.all()),
            floor=self.round.floor,
            editable=is_editable(self.round),
            writing=roll.roll_progress(self.round),
            plan_changed=is_outdated(self.round),
            excluded=self.round.exclusions.count(),
            touched=is_touched(self.round),
            propose=RollProposeForm(),
            candidates=self.candidates(),
            wanted=self.request.GET.get("candidate", ""),
            **kwargs,
        )

    def people(self, q: str) -> tuple[list[MemberRow], KeysetPage[RollMember]]:
        """Return one page of members as rows, and the page."""
        members = self.round.members.matching(q).select_related("subject")
        page = page_of(members, self.request.GET, size=PAGE, order=("section_key", "pk"))
        return member_rows(self.round, page.rows), page

    def subjects(self, q: str) -> tuple[list[SubjectRow], KeysetPage[Subject]]:
        """Return one page of subjects as rows, and the page."""
        page = page_of(self.round.subjects.matching(q), self.request.GET, size=PAGE, order=("sort_order", "pk"))
        return subject_rows(self.round, page.rows), page

    def candidates(self) -> list[Person]:
        """Return people of the organisation who match `candidate` and are not on the roll."""
        wanted = self.request.GET.get("candidate", "").strip()
        if not wanted or self.round.state != RoundState.DRAFT:
            return []
        return find_candidates(self.round, wanted)


class RollStepView(RoundStepView):
    """The base of the steps that change the roll."""

    back = "round-roll"

    def member(self) -> RollMember:
        """Return the member the form names."""
        return get_object_or_404(self.round.members, pk=read_id(self.request.POST.get("member")))

    def subject(self) -> Subject:
        """Return the subject the form names."""
        return get_object_or_404(self.round.subjects, pk=read_id(self.request.POST.get("subject")))


class RollProposeView(RollStepView):
    """The step that replaces the roll by a proposal of the organisation."""

    def step(self) -> str:
        form = RollProposeForm(self.request.POST)
        house_wide = form.cleaned_data["house_wide"] if form.is_valid() else None
        plan_setup.save_plan(self.round, by=self.user, plan={"house_wide": house_wide})
        return roll_message(roll.use_plan(self.round, by=self.user))


class RollAddView(RollStepView):
    """The step that puts a person of the organisation on the roll."""

    def step(self) -> str:
        person = candidate(self.round, read_id(self.request.POST.get("user")) or 0)
        if person is None:
            raise Http404
        roll_edits.add_member(self.round, by=self.user, person=person)
        return _("%(name)s is on the roll now, without a ballot paper yet.") % {"name": person.name}


class RollRemoveView(RollStepView):
    """The step that takes a person off the roll."""

    def step(self) -> str:
        member = self.member()
        roll_edits.remove_member(self.round, by=self.user, member=member)
        return _("%(name)s is off the roll.") % {"name": member.name}


class RollOnPaperView(RollStepView):
    """The step that says whether a member votes on paper."""

    def step(self) -> str:
        member, on_paper = self.member(), self.request.POST.get("on_paper") == "1"
        roll_edits.set_on_paper(self.round, by=self.user, member=member, on_paper=on_paper)
        text = _("%(name)s votes on paper.") if on_paper else _("%(name)s votes in the browser.")
        return text % {"name": member.name}


class ClassAnonymityView(RollStepView):
    """The step that declares a voter class not anonymous, or takes that back."""

    def step(self) -> str:
        declared = self.request.POST.get("declared") == "1"
        voter_class = self.request.POST.get("voter_class", "")
        declare_not_anonymous(self.round, by=self.user, voter_class=voter_class, declared=declared)
        if declared:
            return _("Declared not anonymous. An inspector confirms it before the round opens.")
        return _("The class is anonymous again.")


class SubjectRemoveView(RollStepView):
    """The step that removes a subject."""

    def step(self) -> str:
        subject = self.subject()
        roll_edits.remove_subject(self.round, by=self.user, subject=subject)
        return _("%(name)s is not evaluated any more.") % {"name": subject.label}


class SubjectAddView(ManagedRoundMixin, FormView):
    """The page that makes a member a subject: it chooses the sections that evaluate it, and in which class."""

    template_name = "peer_review/planning/subject_add.html"
    form_class = RollSubjectForm

    @cached_property
    def member(self) -> RollMember:
        """The member of the round's roll that the address names; 404 for any other."""
        return get_object_or_404(self.round.members, pk=self.kwargs["member"])

    def get_form_kwargs(self) -> dict[str, object]:
        return {**super().get_form_kwargs(), "round": self.round, "member": self.member}

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(**{**kwargs, "member": self.member})

    def form_valid(self, form: RollSubjectForm) -> HttpResponse:
        try:
            subject = roll_edits.add_subject(self.round, by=self.user, member=self.member, evaluators=form.evaluators())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        return redirect("peer_review:subject-voters", self.round.public_id, subject.pk)


class SubjectVotersView(ManagedRoundMixin, TemplateView):
    """The page of one subject's voters and their classes. A search finds others to add."""

    template_name = "peer_review/planning/subject_voters.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        subject = get_object_or_404(self.round.subjects, pk=self.kwargs["subject"])
        search = RollSearchForm(self.request.GET)
        q = search.cleaned_data["q"] if search.is_valid() else ""
        members = self.round.members.besides(subject)
        members = members.matching(q) if q else members.evaluating(subject)
        page = page_of(members, self.request.GET, size=PAGE, order=("section_key", "pk"))
        context = {
            "subject": subject,
            "search": search,
            "q": q,
            "rows": voter_rows(subject, page.rows),
            "paging": page,
            "classes": list(self.round.scheme.voter_classes.all()),
            "editable": is_editable(self.round) and self.round.scheme.paper != PaperKind.SHEET,
        }
        # The address names the subject too.
        return super().get_context_data(**{**kwargs, **context})


class VoterClassView(RoundStepView):
    """The step that sets the class in which one member evaluates one subject."""

    def step(self) -> str:
        subject = get_object_or_404(self.round.subjects, pk=self.kwargs["subject"])
        form = VoterClassForm(self.request.POST, round=self.round)
        if not form.is_valid():
            raise Http404
        member = form.cleaned_data["member"]
        voters = form.cleaned_data["voter_class"] or None
        roll_edits.set_class(self.round, by=self.user, member=member, subject=subject, voter_class=voters)
        return _("Saved for %(name)s.") % {"name": member.name}

    def back_url(self) -> str:
        return reverse("peer_review:subject-voters", args=[self.round.public_id, self.kwargs["subject"]])
