"""Sections as the records and a file have them."""

from typing import NotRequired, TypedDict, cast

from django.utils.translation import gettext as _

from organisation.imports.cells import CellError
from organisation.imports.model import ImportPlan, PlannedSection
from organisation.imports.references import References
from organisation.imports.sheets import Sheet, coded_rows
from organisation.models import Section


class SectionRow(TypedDict):
    """A row of a sheet of sections."""

    code: str
    name: str
    parent: NotRequired[str]
    order: NotRequired[int | None]


def load_sections(plan: ImportPlan) -> None:
    """Put the recorded sections into the plan, in one query."""
    parents = {}
    for section in Section.objects.order_by("pk"):
        plan.sections[section.code] = PlannedSection(
            code=section.code, name=section.name, order=section.sort_order, pk=section.pk
        )
        parents[section.code] = section.parent_id
    by_pk = {section.pk: section for section in plan.sections.values()}
    for code, parent_id in parents.items():
        plan.sections[code].parent = by_pk.get(parent_id) if parent_id else None


def read_sections(sheet: Sheet, plan: ImportPlan) -> None:
    """Put the sections of a sheet into the plan; references to parents are resolved once all rows are read."""
    parents: list[tuple[int, PlannedSection, str]] = []
    for number, values in coded_rows(sheet, plan, required=("code", "name")):
        row = cast(SectionRow, values)
        code = row["code"]
        section = plan.sections.get(code)
        order = row.get("order")
        if section is None:
            section = plan.sections[code] = PlannedSection(code=code, name=row["name"], order=order or 0)
        else:
            if section.name != row["name"]:
                section.changes["name"] = (section.name, row["name"])
                section.name = row["name"]
            if order is not None and order != section.order:
                section.changes["order"] = (str(section.order), str(order))
                section.order = order
        section.where = (sheet.name, number)
        plan.seen["sections"] += 1
        if "parent" in row:
            parents.append((number, section, row["parent"]))
    references = References(plan.sections)
    for number, section, reference in parents:
        try:
            parent = references.find(reference) if reference else None
        except CellError as error:
            plan.refuse(sheet.name, number, sheet.heading.label("parent"), str(error))
            continue
        if parent is not section.parent:
            before, after = section.parent, parent
            if section.pk:
                section.changes["parent"] = (before.name if before else "—", after.name if after else "—")
            section.parent = parent


def check_sections(plan: ImportPlan) -> None:
    """Refuse cycles, and two sections of one name at one place."""
    sound: set[str] = set()
    for section in plan.sections.values():
        trail: list[PlannedSection] = []
        step: PlannedSection | None = section
        while step is not None and step.code not in sound and step not in trail:
            trail.append(step)
            step = step.parent
        if step is not None and step in trail:
            ring = trail[trail.index(step) :]
            way = " → ".join(part.name for part in [*ring, ring[0]])
            reason = _("A section would lie below itself: %(way)s.") % {"way": way}
            sheet, row = next((part.where for part in ring if part.where[1]), ("", 0))
            plan.refuse(sheet, row, _("Part of"), reason)
        sound.update(part.code for part in trail)
    names: dict[tuple[str | None, str], PlannedSection] = {}
    for section in plan.sections.values():
        key = (section.parent.code if section.parent else None, section.name)
        other = names.setdefault(key, section)
        if other is not section:
            sheet, row = section.where if section.where[1] else other.where
            plan.refuse(sheet, row, _("Section name"), _("There is already a section of this name there."))
