"""Pages of an import: upload, comparison, confirmation, progress."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.admin import messages

from foundation.refusals import Refusal
from organisation import tasks
from organisation.domain import imports
from organisation.enums import ImportState
from organisation.forms.imports import ImportForm
from organisation.imports.headings import KINDS
from organisation.imports.progress import last_step
from organisation.models import ImportRun
from organisation.views.admin import ManagerView

LISTED = 20


class ImportPage(ManagerView):
    """Any page about imports."""

    index_url_name = "organisation_imports:index"
    index_label = gettext_lazy("Import")
    page_title = gettext_lazy("Import")
    header_icon = "upload"

    @cached_property
    def run(self) -> ImportRun:
        return get_object_or_404(ImportRun.objects.select_related("created_by").defer("content"), pk=self.kwargs["pk"])

    def to_run(self) -> HttpResponse:
        return redirect("organisation_imports:run", pk=self.run.pk)


class ImportListView(ImportPage):
    """Upload a file; below, the latest imports."""

    template_name = "organisation/admin/import_index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(ImportForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.answer(form)
        file = form.cleaned_data["file"]
        run = imports.upload(
            content=file.read(),
            file_name=file.name,
            is_complete=form.cleaned_data["is_complete"],
            by=request.user,  # type: ignore[arg-type]  # a manager
        )
        tasks.check_import.enqueue(run.pk, get_language())
        return redirect("organisation_imports:run", pk=run.pk)

    def answer(self, form: ImportForm) -> HttpResponse:
        runs = ImportRun.objects.select_related("created_by").defer("content", "report")[:LISTED]
        return self.render_to_response(self.get_context_data(form=form, runs=runs, kinds=KINDS))


class ImportView(ImportPage):
    """One import: what it would change, or why it was refused, or how far it is."""

    template_name = "organisation/admin/import_run.html"

    def get_page_subtitle(self) -> str:
        return self.run.file_name

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**_about(self.run)))


class ImportStatusView(ImportPage):
    """The part of that page which changes while a task is at work."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        response = render(request, "organisation/admin/import_status.html", _about(self.run))
        if not self.run.is_working:
            response["X-Import-Ended"] = "1"
        return response


class ImportConfirmView(ImportPage):
    """Confirm an import and hand it to the background task."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            imports.confirm(
                run=self.run,
                by=request.user,  # type: ignore[arg-type]  # a manager
                fingerprint=request.POST.get("fingerprint", ""),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            tasks.carry_out_import.enqueue(self.run.pk, get_language())
        return self.to_run()


class ImportAgainView(ImportPage):
    """Give a task that died to the workers again; while one lives, the second finds nothing to do."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        work = {ImportState.CHECKING: tasks.check_import, ImportState.APPLYING: tasks.carry_out_import}
        if self.run.is_working:
            work[ImportState(self.run.state)].enqueue(self.run.pk, get_language())
        return self.to_run()


class ImportCancelView(ImportPage):
    """Cancel an import."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            imports.cancel(run=self.run, by=request.user)  # type: ignore[arg-type]  # a manager
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The import was cancelled. Nothing was changed; the file is deleted."))
        return self.to_run()


def _about(run: ImportRun) -> dict[str, object]:
    figures = run.report.get("figures", {})
    return {
        "run": run,
        "report": run.report,
        "figures": figures,
        "step": last_step(run.pk) if run.is_working else None,
        "lists": [
            (_("Added"), figures.get("added", 0), run.report.get("added", [])),
            (_("Changed"), figures.get("changed", 0), run.report.get("changed", [])),
            (_("Leaving"), figures.get("left", 0), run.report.get("left", [])),
            (
                _("Sections"),
                figures.get("sections_added", 0) + figures.get("sections_changed", 0),
                run.report.get("sections", []),
            ),
            (_("Ranks"), figures.get("ranks_added", 0) + figures.get("ranks_changed", 0), run.report.get("ranks", [])),
        ],
        "status_url": reverse("organisation_imports:status", args=[run.pk]),
    }
