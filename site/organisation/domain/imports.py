"""Upload, check, confirm, carry out: one function per arrow of ImportState."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from organisation.enums import ImportState
from organisation.exceptions import FileRefused, ImportNotReady, ImportStale
from organisation.imports.apply import apply_plan
from organisation.imports.columns import STAFF
from organisation.imports.plan import Change, Place, Plan, Progress, make_plan, no_progress
from organisation.imports.progress import Reporter
from organisation.imports.tables import read_tables
from organisation.models import ImportRun, User

# How many lines of each sort a report keeps to show; the figures count them all.
SHOWN = 200


def read_file(*, content: bytes, file_name: str, is_complete: bool, progress: Progress = no_progress) -> Plan:
    """Return what a file asks for. Raises: FileRefused."""
    return make_plan(read_tables(content, file_name), is_complete=is_complete, progress=progress)


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


def confirm(*, run: ImportRun, by: User | None) -> ImportRun:
    """Return the import, given over to the background task. Raises: ImportNotReady, also to the second click."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state != ImportState.CHECKED:
            raise ImportNotReady
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
            elif plan.fingerprint() != run.report.get("fingerprint"):
                run.state = ImportState.CHECKED
                run.report = describe(plan) | {"notice": str(ImportStale.message)}
                run.save(update_fields=["state", "report"])
            else:
                apply_plan(plan, progress=reporter)
                _finish(run, ImportState.DONE, run.report)
                log(run, "organisation.import_done", user=run.created_by, data={"figures": run.report["figures"]})
    finally:
        reporter.clear()
    return run


def cancel(*, run: ImportRun, by: User | None) -> ImportRun:
    """Return the import, given up; its file is deleted. Raises: ImportNotReady once it is being carried out."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state not in (ImportState.CHECKING, ImportState.CHECKED):
            raise ImportNotReady
        _finish(run, ImportState.CANCELLED, {})
    return run


def _finish(run: ImportRun, state: ImportState, report: dict[str, Any]) -> None:
    """End an import: keep its figures, delete its file."""
    run.state, run.report, run.content, run.finished_at = state, report, None, timezone.now()
    run.save(update_fields=["state", "report", "content", "finished_at"])


def describe(plan: Plan, *, shown: int | None = SHOWN) -> dict[str, Any]:
    """Return a plan in words and figures, as JSON: what people see before they confirm.

    Lists are cut at `shown` lines; the figures are not.
    """
    return {
        "figures": {
            "added": len(plan.added),
            "changed": len(plan.changed),
            "left": len(plan.left),
            "unchanged": plan.unchanged,
            "sections_added": len(plan.new_sections),
            "sections_changed": len(plan.changed_sections),
            "ranks_added": len(plan.new_ranks),
            "ranks_changed": len(plan.changed_ranks),
            "rows": plan.rows,
            "errors": plan.error_count,
        },
        "fingerprint": plan.fingerprint(),
        "changes_anything": plan.changes_anything,
        "added": [
            [person.number, person.name, _place_in_words(person.place) + _left_in_words(person.left)]
            for person in plan.added[:shown]
        ],
        "changed": [
            [change.known.number, change.known.name, _change_in_words(plan, change)] for change in plan.changed[:shown]
        ],
        "left": [
            [change.known.number, change.known.name, _change_in_words(plan, change)] for change in plan.left[:shown]
        ],
        "sections": [
            [section.code, section.name, _changes_in_words(section.changes)]
            for section in [*plan.new_sections, *plan.changed_sections][:shown]
        ],
        "ranks": [
            [rank.code, rank.name, _changes_in_words(rank.changes)]
            for rank in [*plan.new_ranks, *plan.changed_ranks][:shown]
        ],
        "errors": [[error.sheet, error.row, error.column, error.reason] for error in plan.errors],
        "notices": plan.notices,
    }


def _place_in_words(place: Place) -> str:
    words = [place.section.name, place.rank.name]
    if place.is_head:
        words.append(_("section head"))
    return " · ".join([*words, _("since %(day)s") % {"day": place.since.isoformat()}])


def _left_in_words(day: Any) -> str:
    return " · " + _("left on %(day)s") % {"day": day.isoformat()} if day else ""


def _change_in_words(plan: Plan, change: Change) -> str:
    known, words = change.known, []
    for name, value in (change.user | change.staff).items():
        if name in ("left",):
            continue
        label = next(str(column.label) for column in STAFF.columns if column.key == name)
        words.append(_change_of(label, getattr(known, name), value))
    if change.returned:
        words.append(_("returns"))
    if place := change.moved or change.corrected:
        before = next((section.name for section in plan.sections.values() if section.pk == known.section_id), "—")
        if place.section.pk == known.section_id:
            words.append(_place_in_words(place))
        else:
            words.append(f"{before} → {_place_in_words(place)}")
    if change.left:
        words.append(_("left on %(day)s") % {"day": change.left.isoformat()})
    return _("; ").join(words)


def _change_of(label: str, before: Any, after: Any) -> str:
    return _("%(label)s: %(before)s → %(after)s") % {"label": label, "before": before or "—", "after": after or "—"}


def _changes_in_words(changes: dict[str, tuple[str, str]]) -> str:
    labels = {"name": _("Name"), "order": _("Order"), "parent": _("Part of")}
    if not changes:
        return _("new")
    return _("; ").join(_change_of(labels[name], before, after) for name, (before, after) in changes.items())
