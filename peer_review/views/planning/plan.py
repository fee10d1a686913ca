"""Pages of the plan: set-up, preview before anything is written, import of lists."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from peer_review.domain.planning import plan_setup, roll
from peer_review.domain.planning.eligibility import list_groups, list_sections
from peer_review.domain.planning.list_import import ImportedList, read_list
from peer_review.domain.planning.matrix_presets import DIRECTIONS, fill_matrix
from peer_review.domain.planning.plan import Pattern, Plan, Reach
from peer_review.enums import PaperKind, RoundState
from peer_review.exceptions.base import Refusal, RoundFrozen
from peer_review.exceptions.planning import PlanInvalid
from peer_review.forms.planning import ListImportForm, PlanForm
from peer_review.paging import page_of_list
from peer_review.views.shared.round_pages import ManagedRoundMixin, RoundStepView

PAGE = 50


class DraftMixin(ManagedRoundMixin):
    """The base of the pages that only a draft has. Later they redirect to the roll."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.user.is_authenticated and self.permitted() and self.round.state != RoundState.DRAFT:
            messages.error(request, RoundFrozen().message)
            return redirect("peer_review:round-roll", self.round.public_id)
        return super().dispatch(request, *args, **kwargs)


class RoundPlanView(DraftMixin, FormView):
    """The page that sets up who evaluates whom. Its shortcuts fill the table and save nothing."""

    template_name = "peer_review/planning/round_plan.html"
    form_class = PlanForm

    def get_form_kwargs(self) -> dict[str, object]:
        people = plan_setup.people_of(self.round)
        self.people_count = len(people)
        try:
            plan = plan_setup.plan_of(self.round)
        except PlanInvalid as refusal:  # the scheme was changed under it
            messages.error(self.request, refusal.message)
            plan = Plan()
        kwargs = {
            **super().get_form_kwargs(),
            "kind": self.round.kind,
            "plan": plan,
            "classes": dict(self.round.scheme.voter_classes.values_list("key", "label")),
            "groups": list_groups(people),
            "sections": list_sections(people),
        }
        if (fill := self.request.POST.get("fill")) is not None:
            kwargs["data"] = self.filled(fill, PlanForm(**kwargs))
        return kwargs

    def filled(self, fill: str, form: PlanForm) -> QueryDict:
        """Return what was posted with the table filled in one direction more, or emptied."""
        data = self.request.POST.copy()
        wanted = self.request.POST.get("reach")
        reach = wanted if wanted in Reach.values else Reach.OWN
        cells = {} if fill == "clear" else form.cells(data)
        if fill in DIRECTIONS:
            cells |= fill_matrix([fill], form.columns, form.listed, list(form.classes), reach)
        for name, value in {"pattern": Pattern.MATRIX, **form.cell_values(cells)}.items():
            data[name] = value
        return data

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        if "fill" in request.POST:
            return self.render_to_response(self.get_context_data())
        return super().post(request)

    def form_valid(self, form: PlanForm) -> HttpResponse:
        try:
            plan_setup.save_plan(self.round, by=self.user, plan=form.as_json())
        except PlanInvalid as refusal:
            for problem in refusal.problems:
                form.add_error(None, problem)
            return self.form_invalid(form)
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        return redirect("peer_review:plan-preview", self.round.public_id)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        refused = kwargs.get("form")
        form = refused if isinstance(refused, PlanForm) else self.get_form()
        context = {
            "form": form,
            "people_count": self.people_count,
            "reaches": list(Reach.choices),
            "reach": self.request.POST.get("reach", Reach.OWN),
            "of_sections": form.of_sections,
            "whole_sheets": self.round.scheme.paper == PaperKind.SHEET,
            "excluded": self.round.exclusions.count(),
            "lines": form.plan.line_count,
        }
        return super().get_context_data(**{**kwargs, **context})


class PlanPreviewView(DraftMixin, TemplateView):
    """The preview of the plan: tables of papers, each subject's voters by class, and warnings. It writes nothing."""

    template_name = "peer_review/planning/plan_preview.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        labels = dict(self.round.scheme.voter_classes.values_list("key", "label"))
        context: dict[str, object] = {
            "classes": list(labels.values()),
            "floor": self.round.scheme.floor,
            "members": self.round.members.exists(),
        }
        try:
            plan = plan_setup.plan_of(self.round)
            preview = plan_setup.preview_plan(self.round)
        except Refusal as refusal:
            return super().get_context_data(refusal=refusal, **context, **kwargs)
        q, thin = self.request.GET.get("q", "").strip()[:80], self.request.GET.get("thin") == "1"
        rows = [
            row
            for row in preview.rows
            if (not q or q in row.label or q in row.section_name)
            and (not thin or not any(row.counts) or any(0 < n < self.round.scheme.floor for n in row.counts))
        ]
        page = page_of_list(rows, self.request.GET, size=PAGE, key=lambda row: row.key)
        context |= {
            "plan": plan,
            "preview": preview,
            "rows": page.rows,
            "q": q,
            "thin": thin,
            "paging": page,
            "tables": self.tables(preview),
            "sheets": [(labels[sheet.voter_class], sheet.subjects, sheet.voters) for sheet in preview.sheets],
            "times": plan_setup.times_seed_renewed(self.round) if plan.is_random else 0,
        }
        return super().get_context_data(**context, **kwargs)

    def tables(self, preview: plan_setup.Preview) -> list[tuple[str, plan_setup.PaperTable]]:
        """Return the tables of papers with their titles; of sections only where they fit on a page."""
        tables = [(_("Papers by rank"), preview.ranks)]
        if preview.sections is not None:
            tables.append((_("Papers by section"), preview.sections))
        return tables


class PlanUseView(RoundStepView):
    """The step that replaces the roll by what the plan asks for."""

    back = "round-roll"

    def step(self) -> str:
        return roll_message(roll.use_plan(self.round, by=self.user))


class SeedRenewView(RoundStepView):
    """The step that renews the seed, so that others are selected. The log counts the renewals."""

    back = "plan-preview"

    def step(self) -> str:
        plan_setup.renew_seed(self.round, by=self.user)
        return _("Drawn again from a new seed. The log has it.")


class ListImportView(DraftMixin, FormView):
    """The page that imports a list: as a whole, or not at all, and then with row, column and reason of each fault."""

    template_name = "peer_review/planning/list_import.html"
    form_class = ListImportForm

    def form_valid(self, form: ListImportForm) -> HttpResponse:
        try:
            imported = self.read(form)
            if imported.fault_count:
                return self.render_to_response(self.get_context_data(form=form, imported=imported))
            self.save(imported, only=form.cleaned_data["only"] == "1")
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return self.form_invalid(form)
        messages.success(self.request, _("%(n)s lines are in order and part of the plan now.") % {"n": imported.count})
        return redirect("peer_review:plan-preview", self.round.public_id)

    def read(self, form: ListImportForm) -> ImportedList:
        """Return the contents of the file."""
        return read_list(
            form.cleaned_data["file"].read(),
            file_name=form.cleaned_data["file"].name or "",
            kind=self.round.kind,
            people=plan_setup.people_of(self.round),
            classes=dict(self.round.scheme.voter_classes.values_list("key", "label")),
            excluded={
                (exclusion.evaluator_id, exclusion.subject_key): exclusion.reason
                for exclusion in self.round.exclusions.all()
            },
        )

    def save(self, imported: ImportedList, *, only: bool) -> None:
        """Put the lines into the plan, in place of earlier ones."""
        try:
            plan = plan_setup.plan_of(self.round).as_json()
        except PlanInvalid:
            plan = {}
        plan["lines"] = imported.lines
        if only:
            plan["pattern"] = str(Pattern.LIST)
        elif plan.get("pattern") == Pattern.LIST:
            plan["pattern"] = str(Pattern.USUAL)
        plan_setup.save_plan(self.round, by=self.user, plan=plan)

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        lines = sum(len(users) for of in self.round.plan.get("lines", {}).values() for users in of.values())
        return super().get_context_data(classes=self.round.scheme.voter_classes.all(), lines=lines, **kwargs)


class ListRemoveView(RoundStepView):
    """The step that takes the imported list out of the plan."""

    back = "round-plan"

    def step(self) -> str:
        plan = {key: value for key, value in self.round.plan.items() if key != "lines"}
        if plan.get("pattern") == Pattern.LIST:
            plan["pattern"] = str(Pattern.USUAL)
        plan_setup.save_plan(self.round, by=self.user, plan=plan)
        return _("The imported list is no longer part of the plan.")


class RollProgressView(ManagedRoundMixin, View):
    """The progress of writing a large roll as JSON, for the progress bar."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        progress = roll.roll_progress(self.round)
        if progress is None:
            return JsonResponse({"ready": 1, "total": 1})
        return JsonResponse({"ready": progress.ready, "total": progress.total})


def roll_message(summary: roll.RollSummary) -> str:
    """Return the message after a plan was used."""
    text = (
        _("Proposed: %(members)s people, %(subjects)s subjects, %(papers)s ballot papers.")
        if summary.written
        else _("The roll is being written: %(members)s people, %(papers)s ballot papers. You may leave this page.")
    )
    return text % {"members": summary.members, "subjects": summary.subjects, "papers": summary.papers}
