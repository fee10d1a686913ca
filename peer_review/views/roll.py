"""Pages of the roll: who is on it, who is evaluated, by whom and in which class. Changed while the round is a draft."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from peer_review.conf import conf
from peer_review.domain import planning, roll, roll_edits
from peer_review.enums import RoundState
from peer_review.exceptions import Refusal
from peer_review.forms import RollProposeForm, RollSearchForm, RollSubjectForm, VoterClassForm
from peer_review.models import Assignment, RollMember, Subject
from peer_review.roll import Person
from peer_review.views.organiser import ManagedRoundMixin, RoundStepView

PAGE = 50


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person on the roll and how many papers they hold."""

    member: RollMember
    papers: int


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One subject and its possible voters by class; None where the class is not asked."""

    subject: Subject
    counts: list[tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class VoterRow:
    """One member and the class in which they evaluate a subject; empty for not at all."""

    member: RollMember
    voter_class: str


class RollView(ManagedRoundMixin, TemplateView):
    """Who is on the roll, or who is evaluated: searched and paged by key."""

    template_name = "peer_review/round_roll.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        search = RollSearchForm(self.request.GET)
        q = search.cleaned_data["q"] if search.is_valid() else ""
        tab = "subjects" if self.request.GET.get("tab") == "subjects" else "people"
        rows, after = self.subjects(q) if tab == "subjects" else self.people(q)
        return super().get_context_data(
            search=search,
            q=q,
            tab=tab,
            rows=rows,
            after=after,
            classes=list(self.round.scheme.voter_classes.all()),
            floor=self.round.form.get("floor") or self.round.scheme.floor,
            editable=self.round.state == RoundState.DRAFT,
            propose=RollProposeForm(),
            candidates=self.candidates(),
            wanted=self.request.GET.get("candidate", ""),
            **kwargs,
        )

    def people(self, q: str) -> tuple[list[MemberRow], str]:
        """Return one page of members, and where the next begins (empty: nowhere)."""
        members = self.round.members.order_by("section_key", "pk")
        if q:
            members = members.filter(Q(name__icontains=q) | Q(section_name__icontains=q))
        pk, section = cursor(self.request.GET.get("after", ""))
        if pk:
            members = members.filter(Q(section_key__gt=section) | Q(section_key=section, pk__gt=pk))
        page = list(members.select_related("subject")[: PAGE + 1])
        after = f"{page[PAGE - 1].pk}.{page[PAGE - 1].section_key}" if len(page) > PAGE else ""
        papers: dict[int, int] = dict(
            Assignment.objects.filter(cell__round=self.round, evaluator__in=[one.user_id for one in page])
            .order_by()
            .values("evaluator_id")
            .annotate(papers=Count("pk"))
            .values_list("evaluator_id", "papers")
        )
        return [MemberRow(one, papers.get(one.user_id, 0)) for one in page[:PAGE]], after

    def subjects(self, q: str) -> tuple[list[SubjectRow], str]:
        """Return one page of subjects, and where the next begins (empty: nowhere)."""
        subjects = self.round.subjects.order_by("sort_order", "pk")
        if q:
            subjects = subjects.filter(Q(label__icontains=q) | Q(section_name__icontains=q))
        pk, order = cursor(self.request.GET.get("after", ""))
        if pk:
            last = number(order)
            subjects = subjects.filter(Q(sort_order__gt=last) | Q(sort_order=last, pk__gt=pk))
        page = list(subjects[: PAGE + 1])
        after = f"{page[PAGE - 1].pk}.{page[PAGE - 1].sort_order}" if len(page) > PAGE else ""
        page = page[:PAGE]
        cells = self.round.cells.filter(subject__in=page).with_turnout()
        counts = {(cell.subject_id, cell.voter_class): cell.eligible for cell in cells}
        classes = list(self.round.scheme.voter_classes.all())
        return [
            SubjectRow(one, [(voters.label, counts.get((one.pk, voters.key))) for voters in classes]) for one in page
        ], after

    def candidates(self) -> list[Person]:
        """Return people of the organisation who match `candidate` and are not on the roll; at most 20."""
        wanted = self.request.GET.get("candidate", "").strip()
        if not wanted or self.round.state != RoundState.DRAFT:
            return []
        held = set(self.round.members.values_list("user_id", flat=True))
        people = import_string(conf.ROLL_SOURCE)(self.round)
        found = (one for one in people if wanted in one.name and one.user_id not in held)
        return [one for one, _number in zip(found, range(20), strict=False)]


def number(text: str | None) -> int:
    """Return a posted id, 0 where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def cursor(text: str) -> tuple[int, str]:
    """Return the id and sort key of the last row that was shown; id 0 for the first page."""
    pk, _found, key = text.partition(".")
    return number(pk), key


def say_used(made: roll.RollSummary) -> str:
    """Return what to say when a plan was put to use."""
    text = (
        _("Proposed: %(members)s people, %(subjects)s subjects, %(papers)s ballot papers.")
        if made.written
        else _("The roll is being written: %(members)s people, %(papers)s ballot papers. You may leave this page.")
    )
    return text % {"members": made.members, "subjects": made.subjects, "papers": made.papers}


class RollStepView(RoundStepView):
    """One change of the roll."""

    back = "round-roll"

    def member(self) -> RollMember:
        """Return the member the form names."""
        return get_object_or_404(self.round.members, pk=number(self.request.POST.get("member")))

    def subject(self) -> Subject:
        """Return the subject the form names."""
        return get_object_or_404(self.round.subjects, pk=number(self.request.POST.get("subject")))


class RollProposeView(RollStepView):
    """Replace the roll by a proposal of the organisation."""

    def step(self) -> str:
        form = RollProposeForm(self.request.POST)
        house_wide = form.cleaned_data["house_wide"] if form.is_valid() else None
        planning.save_plan(self.round, by=self.request.user, plan={"house_wide": house_wide})
        return say_used(roll.use_plan(self.round, by=self.request.user))


class RollAddView(RollStepView):
    """Put a person of the organisation on the roll."""

    def step(self) -> str:
        wanted = number(self.request.POST.get("user"))
        person = next((one for one in import_string(conf.ROLL_SOURCE)(self.round) if one.user_id == wanted), None)
        if person is None:
            raise Http404
        roll_edits.add_member(self.round, by=self.request.user, person=person)
        return _("%(name)s is on the roll now, without a ballot paper yet.") % {"name": person.name}


class RollRemoveView(RollStepView):
    """Take a person off the roll."""

    def step(self) -> str:
        member = self.member()
        roll_edits.remove_member(self.round, by=self.request.user, member=member)
        return _("%(name)s is off the roll.") % {"name": member.name}


class SubjectRemoveView(RollStepView):
    """Let nobody evaluate this subject."""

    def step(self) -> str:
        subject = self.subject()
        roll_edits.remove_subject(self.round, by=self.request.user, subject=subject)
        return _("%(name)s is not evaluated any more.") % {"name": subject.label}


class SubjectAddView(ManagedRoundMixin, FormView):
    """Let a member be evaluated: by which sections, in which class."""

    template_name = "peer_review/subject_add.html"
    form_class = RollSubjectForm

    def get_form_kwargs(self) -> dict[str, Any]:
        self.member = get_object_or_404(self.round.members, pk=self.kwargs["member"])
        return {**super().get_form_kwargs(), "round": self.round, "member": self.member}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "member": self.member})

    def form_valid(self, form: RollSubjectForm) -> HttpResponse:
        try:
            made = roll_edits.add_subject(
                self.round, by=self.request.user, member=self.member, evaluators=form.evaluators()
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        return redirect("peer_review:roll-subject", self.round.public_id, made.pk)


class SubjectRollView(ManagedRoundMixin, TemplateView):
    """Who evaluates one subject, in which class; search to add others."""

    template_name = "peer_review/roll_subject.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = get_object_or_404(self.round.subjects, pk=self.kwargs["subject"])
        search = RollSearchForm(self.request.GET)
        q = search.cleaned_data["q"] if search.is_valid() else ""
        held = dict(Assignment.objects.filter(cell__subject=subject).values_list("evaluator_id", "cell__voter_class"))
        members = self.round.members.order_by("section_key", "pk")
        if subject.member_id is not None:
            members = members.exclude(pk=subject.member_id)
        if q:
            members = members.filter(Q(name__icontains=q) | Q(section_name__icontains=q))
        else:
            papers = Assignment.objects.filter(cell__subject=subject, evaluator=OuterRef("user"))
            members = members.filter(Exists(papers))
        pk, section = cursor(self.request.GET.get("after", ""))
        if pk:
            members = members.filter(Q(section_key__gt=section) | Q(section_key=section, pk__gt=pk))
        page = list(members[: PAGE + 1])
        context = {
            "subject": subject,
            "search": search,
            "q": q,
            "rows": [VoterRow(one, held.get(one.user_id, "")) for one in page[:PAGE]],
            "after": f"{page[PAGE - 1].pk}.{page[PAGE - 1].section_key}" if len(page) > PAGE else "",
            "classes": list(self.round.scheme.voter_classes.all()),
            "editable": self.round.state == RoundState.DRAFT,
        }
        # The address names the subject too.
        return super().get_context_data(**{**kwargs, **context})


class SubjectClassView(RoundStepView):
    """Set the class in which one member evaluates one subject."""

    def step(self) -> str:
        subject = get_object_or_404(self.round.subjects, pk=self.kwargs["subject"])
        form = VoterClassForm(self.request.POST, round=self.round)
        if not form.is_valid():
            raise Http404
        member = form.cleaned_data["member"]
        voters = form.cleaned_data["voter_class"] or None
        roll_edits.set_class(self.round, by=self.request.user, member=member, subject=subject, voter_class=voters)
        return _("Saved for %(name)s.") % {"name": member.name}

    def back_url(self) -> str:
        return reverse("peer_review:roll-subject", args=[self.round.public_id, self.kwargs["subject"]])
