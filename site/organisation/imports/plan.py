"""Compare a file with the records: what would be added, changed, left; or what is wrong, cell by cell.

Nothing is written here. The plan is the same whenever file, records and day are the same; `fingerprint` says so.
"""

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.exceptions import FileRefused
from organisation.imports.headings import RANKS, SECTIONS, STAFF
from organisation.imports.model import ImportPlan, Progress, no_progress
from organisation.imports.read_ranks import check_ranks, load_ranks, read_ranks
from organisation.imports.read_sections import check_sections, load_sections, read_sections
from organisation.imports.read_staff import StaffReader
from organisation.imports.sheets import find_sheets
from peer_review.tables.reader import Table


def make_plan(
    tables: list[Table],
    *,
    is_complete: bool = False,
    day: datetime.date | None = None,
    progress: Progress = no_progress,
) -> ImportPlan:
    """Return what a file asks for. With `is_complete`, whoever the file does not name leaves on `day` (today).

    Raises: FileRefused if the file as a whole cannot be read.
    """
    plan = ImportPlan()
    day = day or timezone.localdate()
    sheets = find_sheets(tables, plan)
    load_sections(plan)
    load_ranks(plan)
    for kind, read in ((SECTIONS, read_sections), (RANKS, read_ranks)):
        for sheet in sheets:
            if sheet.heading.kind is kind:
                read(sheet, plan)
    check_sections(plan)
    check_ranks(plan)
    staff_sheets = [sheet for sheet in sheets if sheet.heading.kind is STAFF]
    if staff_sheets:
        reader = StaffReader(plan, day=day, progress=progress)
        for sheet in staff_sheets:
            reader.read(sheet)
        if is_complete:
            reader.leave_the_unnamed()
    if not plan.rows and not plan.error_count:
        raise FileRefused(_("The file has column heads but no rows."))
    return plan
