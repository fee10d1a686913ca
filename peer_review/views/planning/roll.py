"""Pages of the roll: who is on it, who is evaluated, by whom and in which class. Changed while the round is a draft."""

from collections import Counter, defaultdict
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
from peer_review.domain.planning import plan_setup, roll, roll_edits
from peer_review.domain.planning.plan_state import is_being_written
from peer_review.enums import CellKind, PaperKind, RoundState
from peer_review.exceptions.base import Refusal
from peer_review.forms.roll import RollProposeForm, RollSearchForm, RollSubjectForm, VoterClassForm
from peer_review.models import Assignment, RollMember, Round, SheetEntry, Subject
from peer_review.providers.roll import Person
from peer_review.views.planning.plan import say_used
from peer_review.views.shared.paging import cursor, number
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView

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

    template_name = "peer_review/planning/round_roll.html"

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
            editable=editable(self.round),
            writing=roll.roll_progress(self.round),
            plan_changed=plan_changed(self.round),
            excluded=self.round.exclusions.count(),
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
        counts = self.voters(page)
        classes = list(self.round.scheme.voter_classes.all())
        return [
            SubjectRow(one, [(voters.label, counts.get((one.pk, voters.key))) for voters in classes]) for one in page
        ], after

    def voters(self, page: list[Subject]) -> dict[tuple[int, str], int]:
        """Return how many may evaluate each subject in each class, on papers of its own or on whole sheets."""
        cells = self.round.cells.exclude(kind=CellKind.COMMENT)
        own = cells.filter(subject__in=page).with_turnout()
        counts = Counter({(cell.subject_id, cell.voter_class): cell.eligible for cell in own})
        entries = SheetEntry.objects.filter(sheet__round=self.round, subject__in=page)
        listed = list(entries.values_list("sheet_id", "subject_id"))
        on_sheets: dict[int, list[Any]] = defaultdict(list)
        for cell in cells.filter(sheet__in={sheet for sheet, _subject in listed}).with_turnout():
            on_sheets[cell.sheet_id].append(cell)
        for sheet, subject in listed:
            for cell in on_sheets[sheet]:
                counts[subject, cell.voter_class] += cell.eligible
        return counts

    def candidates(self) -> list[Person]:
        """Return people of the organisation who match `candidate` and are not on the roll; at most 20."""
        wanted = self.request.GET.get("candidate", "").strip()
        if not wanted or self.round.state != RoundState.DRAFT:
            return []
        held = set(self.round.members.values_list("user_id", flat=True))
        people = import_string(conf.ROLL_SOURCE)(self.round)
        found = (one for one in people if wanted in one.name and one.user_id not in held)
        return [one for one, _number in zip(found, range(20), strict=False)]


def editable(round: Round) -> bool:
    """Whether the roll can be changed by hand now."""
    return round.state == RoundState.DRAFT and not is_being_written(round)


def plan_changed(round: Round) -> bool:
    """Whether the plan, the seed or an exclusion was changed after the roll was written."""
    return round.state == RoundState.DRAFT and bool(round.plan) and not round.plan.get("state")


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
        plan_setup.save_plan(self.round, by=self.user, plan={"house_wide": house_wide})
        return say_used(roll.use_plan(self.round, by=self.user))


class RollAddView(RollStepView):
    """Put a person of the organisation on the roll."""

    def step(self) -> str:
        wanted = number(self.request.POST.get("user"))
        person = next((one for one in import_string(conf.ROLL_SOURCE)(self.round) if one.user_id == wanted), None)
        if person is None:
            raise Http404
        roll_edits.add_member(self.round, by=self.user, person=person)
        return _("%(name)s is on the roll now, without a ballot paper yet.") % {"name": person.name}


class RollRemoveView(RollStepView):
    """Take a person off the roll."""

    def step(self) -> str:
        member = self.member()
        roll_edits.remove_member(self.round, by=self.user, member=member)
        return _("%(name)s is off the roll.") % {"name": member.name}


class RollOnPaperView(RollStepView):
    """Say whether a member votes on paper."""

    def step(self) -> str:
        member, on_paper = self.member(), self.request.POST.get("on_paper") == "1"
        roll_edits.set_on_paper(self.round, by=self.user, member=member, on_paper=on_paper)
        text = _("%(name)s votes on paper.") if on_paper else _("%(name)s votes in the browser.")
        return text % {"name": member.name}


class SubjectRemoveView(RollStepView):
    """Let nobody evaluate this subject."""

    def step(self) -> str:
        subject = self.subject()
        roll_edits.remove_subject(self.round, by=self.user, subject=subject)
        return _("%(name)s is not evaluated any more.") % {"name": subject.label}


class SubjectAddView(ManagedRoundMixin, FormView):
    """Let a member be evaluated: by which sections, in which class."""

    template_name = "peer_review/planning/subject_add.html"
    form_class = RollSubjectForm

    def get_form_kwargs(self) -> dict[str, Any]:
        self.member = get_object_or_404(self.round.members, pk=self.kwargs["member"])
        return {**super().get_form_kwargs(), "round": self.round, "member": self.member}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, "member": self.member})

    def form_valid(self, form: RollSubjectForm) -> HttpResponse:
        try:
            made = roll_edits.add_subject(self.round, by=self.user, member=self.member, evaluators=form.evaluators())
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        return redirect("peer_review:roll-subject", self.round.public_id, made.pk)


class SubjectRollView(ManagedRoundMixin, TemplateView):
    """Who evaluates one subject, in which class; search to add others."""

    template_name = "peer_review/planning/roll_subject.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = get_object_or_404(self.round.subjects, pk=self.kwargs["subject"])
        search = RollSearchForm(self.request.GET)
        q = search.cleaned_data["q"] if search.is_valid() else ""
        about = Q(cell__subject=subject, cell__kind=CellKind.RATING) | Q(cell__sheet__entries__subject=subject)
        held = dict(Assignment.objects.filter(about).values_list("evaluator_id", "cell__voter_class"))
        members = self.round.members.order_by("section_key", "pk")
        if subject.member_id is not None:
            members = members.exclude(pk=subject.member_id)
        if q:
            members = members.filter(Q(name__icontains=q) | Q(section_name__icontains=q))
        else:
            papers = Assignment.objects.filter(about, evaluator=OuterRef("user"))
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
            "editable": editable(self.round) and self.round.scheme.paper != PaperKind.SHEET,
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
        roll_edits.set_class(self.round, by=self.user, member=member, subject=subject, voter_class=voters)
        return _("Saved for %(name)s.") % {"name": member.name}

    def back_url(self) -> str:
        return reverse("peer_review:roll-subject", args=[self.round.public_id, self.kwargs["subject"]])
