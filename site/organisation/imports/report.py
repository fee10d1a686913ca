"""The report of a plan in words and figures, which people see before they confirm."""

import datetime
from typing import TypedDict

from django.utils.translation import gettext as _

from organisation.imports.cells import CellValue
from organisation.imports.fingerprint import fingerprint_of
from organisation.imports.headings import STAFF
from organisation.imports.model import Change, ImportPlan, Placement

#: How many lines of each sort a report keeps to show; the figures count them all.
SHOWN = 200

#: A code or number, a name, and what happens, in words.
Line = list[str]


class ImportReport(TypedDict):
    """The report that an import stores as JSON."""

    figures: dict[str, int]
    fingerprint: str
    changes_anything: bool
    added: list[Line]
    changed: list[Line]
    left: list[Line]
    sections: list[Line]
    ranks: list[Line]
    errors: list[list[str | int]]
    notices: list[str]


def describe(plan: ImportPlan, *, shown: int | None = SHOWN) -> ImportReport:
    """Return a plan in words and figures, as JSON.

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
        "fingerprint": fingerprint_of(plan),
        "changes_anything": plan.changes_anything,
        "added": [
            [person.number, person.name, _placement_in_words(person.placement) + _left_in_words(person.left)]
            for person in plan.added[:shown]
        ],
        "changed": [
            [change.person.number, change.person.name, _change_in_words(plan, change)]
            for change in plan.changed[:shown]
        ],
        "left": [
            [change.person.number, change.person.name, _change_in_words(plan, change)] for change in plan.left[:shown]
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


def _placement_in_words(placement: Placement) -> str:
    words = [placement.section.name, placement.rank.name]
    if placement.is_head:
        words.append(_("section head"))
    return " · ".join([*words, _("since %(day)s") % {"day": placement.since.isoformat()}])


def _left_in_words(day: datetime.date | None) -> str:
    return " · " + _("left on %(day)s") % {"day": day.isoformat()} if day else ""


def _change_in_words(plan: ImportPlan, change: Change) -> str:
    person, words = change.person, []
    for name, value in (change.user | change.staff).items():
        if name == "left":
            continue
        words.append(_change_of(STAFF.label_of(name), getattr(person, name), value))
    if change.returned:
        words.append(_("returns"))
    if placement := change.moved or change.corrected:
        before = next((section.name for section in plan.sections.values() if section.pk == person.section_id), "—")
        if placement.section.pk == person.section_id:
            words.append(_placement_in_words(placement))
        else:
            words.append(f"{before} → {_placement_in_words(placement)}")
    if change.left:
        words.append(_("left on %(day)s") % {"day": change.left.isoformat()})
    return _("; ").join(words)


def _change_of(label: str, before: CellValue, after: CellValue) -> str:
    return _("%(label)s: %(before)s → %(after)s") % {"label": label, "before": before or "—", "after": after or "—"}


def _changes_in_words(changes: dict[str, tuple[str, str]]) -> str:
    labels = {"name": _("Name"), "order": _("Order"), "parent": _("Part of")}
    if not changes:
        return _("new")
    return _("; ").join(_change_of(labels[name], before, after) for name, (before, after) in changes.items())
