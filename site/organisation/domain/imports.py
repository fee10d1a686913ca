"""Upload, check, confirm, carry out: one function per arrow of ImportState."""

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from organisation.domain.addresses import enter
from organisation.domain.grants import end_all, follow_headships
from organisation.enums import ImportState
from organisation.exceptions import FileRefused, ImportNotReady, ImportStale
from organisation.imports.apply import apply_plan
from organisation.imports.fingerprint import fingerprint_of
from organisation.imports.model import ImportPlan, Progress, no_progress
from organisation.imports.plan import make_plan
from organisation.imports.progress import Reporter
from organisation.imports.report import ImportReport, describe
from organisation.models import ImportRun, User
from peer_review.tables.reader import read_tables
from peer_review.tables.refusal import TableRefused


def read_file(*, content: bytes, file_name: str, is_complete: bool, progress: Progress = no_progress) -> ImportPlan:
    """Return what a file asks for. Raises: FileRefused."""
    try:
        return make_plan(read_tables(content, file_name), is_complete=is_complete, progress=progress)
    except TableRefused as refusal:
        raise FileRefused(refusal.message) from refusal


def upload(*, content: bytes, file_name: str, is_complete: bool, by: User | None) -> ImportRun:
    """Return a new import whose file waits to be checked."""
    return ImportRun.objects.create(
        content=content, file_name=file_name[:200], is_complete=is_complete, created_by=by, state=ImportState.CHECKING
    )


def check(*, run: ImportRun) -> ImportRun:
    """Return the import with its comparison, or refused with its errors. Doing it twice gives the same."""
    if run.state != ImportState.CHECKING:
        return run
    reporter = Reporter(run.pk)
    try:
        plan = read_file(
            content=bytes(run.content or b""), file_name=run.file_name, is_complete=run.is_complete, progress=reporter
        )
    except FileRefused as refusal:
        _finish(run, ImportState.REFUSED, {"refusal": str(refusal)})
    else:
        if plan.error_count:
            _finish(run, ImportState.REFUSED, describe(plan))
        else:
            run.report, run.state = describe(plan), ImportState.CHECKED
            run.save(update_fields=["report", "state"])
    reporter.clear()
    return run


def confirm(*, run: ImportRun, by: User | None, fingerprint: str) -> ImportRun:
    """Return the import, given over to the background task: the comparison that was read, which its fingerprint names.

    Raises: ImportNotReady, also to the second click; ImportStale if the comparison was made anew meanwhile.
    """
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state != ImportState.CHECKED:
            raise ImportNotReady
        if fingerprint != run.report.get("fingerprint"):
            raise ImportStale
        run.state = ImportState.APPLYING
        run.save(update_fields=["state"])
        log(run, "organisation.import_confirm", user=by, data={"figures": run.report.get("figures", {})})
    return run


def carry_out(*, run: ImportRun) -> ImportRun:
    """Return the import, written as a whole. After a fall nothing is written, and it may be called again.

    If the records changed since the check, nothing is written either: the comparison is made anew and waits for
    confirmation again.
    """
    reporter = Reporter(run.pk)
    try:
        with transaction.atomic():
            run = ImportRun.objects.select_for_update().get(pk=run.pk)
            if run.state != ImportState.APPLYING:
                return run
            plan = read_file(
                content=bytes(run.content or b""),
                file_name=run.file_name,
                is_complete=run.is_complete,
                progress=reporter,
            )
            if plan.error_count:
                _finish(run, ImportState.REFUSED, describe(plan))
            elif fingerprint_of(plan) != run.report.get("fingerprint"):
                run.state = ImportState.CHECKED
                run.report = describe(plan) | {"notice": str(ImportStale.message)}
                run.save(update_fields=["state", "report"])
            else:
                write(plan, by=run.created_by, progress=reporter)
                _finish(run, ImportState.DONE, run.report)
                log(run, "organisation.import_done", user=run.created_by, data={"figures": run.report["figures"]})
    finally:
        reporter.clear()
    return run


def write(plan: ImportPlan, *, by: User | None = None, progress: Progress = no_progress) -> None:
    """Write a plan: everything in one transaction. Section heads are proposed; a second person confirms the list.

    Mail addresses of people who have a password wait for their day.
    """
    with transaction.atomic():
        follow = apply_plan(plan, progress=progress)
        end_all(user_ids=follow.departed, by=by)
        follow_headships(headed=follow.headed, by=by)
        for account in User.objects.filter(pk__in=follow.addresses):
            enter(account=account, address=follow.addresses[account.pk], by=by)


def cancel(*, run: ImportRun, by: User | None) -> ImportRun:
    """Return the import, given up; its file is deleted. Raises: ImportNotReady once it is being carried out."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in (ImportState.CHECKING, ImportState.CHECKED):
            raise ImportNotReady
        _finish(run, ImportState.CANCELLED, {})
    return run


def _finish(run: ImportRun, state: ImportState, report: ImportReport | dict[str, str]) -> None:
    """End an import: keep its figures, delete its file."""
    run.state, run.report, run.content, run.finished_at = state, report, None, timezone.now()
    run.save(update_fields=["state", "report", "content", "finished_at"])
