"""Read rows of staff: refuse what is wrong with a row, hand the others to the comparison."""

import datetime
from typing import cast

from django.utils.translation import gettext as _

from organisation.imports.cells import CellError
from organisation.imports.compare import Refuse, StaffComparison, StaffRow
from organisation.imports.headings import STAFF
from organisation.imports.model import ImportPlan, Progress, RecordedPerson
from organisation.imports.references import References
from organisation.imports.sheets import Sheet, rows_of
from organisation.models import Membership, Staff, User

PROGRESS_EVERY = 2000


def load_staff(progress: Progress) -> dict[str, RecordedPerson]:
    """Return everybody in the records, with their latest membership, by employee number. Two queries."""
    people: dict[int, RecordedPerson] = {}
    fields = ("pk", "user_id", "employee_number", "user__username", "user__name", "user__email")
    more = ("position", "phone", "joined", "left")
    rows = Staff.objects.order_by().values_list(*fields, *more)
    for number, row in enumerate(rows.iterator(chunk_size=5000), start=1):
        people[row[0]] = RecordedPerson(*row)
        if number % PROGRESS_EVERY == 0:
            progress("records", number, 0)
    memberships = Membership.objects.order_by("from_date").values_list(
        "staff_id", "pk", "section_id", "rank_id", "is_head", "from_date"
    )
    for staff_id, pk, section_id, rank_id, is_head, since in memberships.iterator(chunk_size=5000):
        person = people[staff_id]
        person.membership_id, person.section_id, person.rank_id = pk, section_id, rank_id
        person.is_head, person.since = is_head, since
    return {person.number: person for person in people.values()}


class StaffReader:
    """Reads sheets of staff against the records, which are read whole, once."""

    def __init__(self, plan: ImportPlan, *, day: datetime.date, progress: Progress) -> None:
        self.plan = plan
        self.progress = progress
        self.sections = References(plan.sections)
        self.ranks = References(plan.ranks)
        self.comparison = StaffComparison(plan, sections=self.sections, ranks=self.ranks, day=day)
        self.people = load_staff(progress)
        self.owner_by_username = dict(User.objects.values_list("username", "pk"))
        self.row_by_number: dict[str, int] = {}

    def read(self, sheet: Sheet) -> None:
        """Compare the rows of one sheet."""
        for done, (number, row) in enumerate(rows_of(sheet, self.plan), start=1):
            if done % PROGRESS_EVERY == 0:
                self.progress("rows", done, 0)
            if row is not None:
                self._read_row(sheet, number, cast(StaffRow, row))
        self.progress("rows", self.plan.rows, self.plan.rows)

    def leave_the_unnamed(self) -> None:
        """Plan that whoever is in the records but in no row leaves today."""
        for number, person in self.people.items():
            if person.left is None and number not in self.row_by_number:
                self.comparison.leave(person)

    def _read_row(self, sheet: Sheet, number: int, row: StaffRow) -> None:
        def refuse(key: str, reason: str) -> None:
            self.plan.refuse(sheet.name, number, sheet.heading.label(key), reason)

        employee = row["number"]
        if not employee:
            refuse("number", _("This cell must not be empty."))
            return
        if (before := self.row_by_number.get(employee)) is not None:
            refuse("number", _("“%(value)s” stands in row %(row)d already.") % {"value": employee, "row": before})
            return
        self.row_by_number[employee] = number
        self.plan.seen["staff"] += 1
        person = self.people.get(employee)
        if not self._is_whole(row, person, refuse):
            return
        sound = True
        section = rank = None
        try:
            section = self.sections.find(row["section"]) if "section" in row else None
        except CellError as error:
            refuse("section", str(error))
            sound = False
        try:
            rank = self.ranks.find(row["rank"]) if "rank" in row else None
        except CellError as error:
            refuse("rank", str(error))
            sound = False
        sound = self._days_are_sound(row, person, refuse) and sound
        username = row.get("username") or ("" if person else employee)
        if username:
            owner = self.owner_by_username.get(username)
            if owner is not None and (person is None or owner != person.user_id):
                refuse(
                    "username" if row.get("username") else "number",
                    _("Another account has the user name “%(value)s”.") % {"value": username},
                )
                sound = False
        if not sound:
            return
        if username:
            self.owner_by_username[username] = person.user_id if person else -number
        if person is None:
            # A new person's row has both, or it was refused above.
            assert section is not None
            assert rank is not None
            self.comparison.add(row, username=username, section=section, rank=rank)
        else:
            self.comparison.compare(person, row, username=username, section=section, rank=rank, refuse=refuse)

    def _is_whole(self, row: StaffRow, person: RecordedPerson | None, refuse: Refuse) -> bool:
        """Return whether the row has what it must have; refuse each cell or column that is missing."""
        whole = True
        for key in ("name", "section", "rank", "joined"):
            if key in row and not row[key]:
                refuse(key, _("This cell must not be empty."))
                whole = False
            elif key not in row and person is None:
                refuse(
                    "number",
                    _("%(number)s is a new person; the column “%(column)s” is needed for that.")
                    % {"number": row["number"], "column": STAFF.label_of(key)},
                )
                whole = False
        return whole

    def _days_are_sound(self, row: StaffRow, person: RecordedPerson | None, refuse: Refuse) -> bool:
        """Return whether nobody leaves or begins before joining; refuse the days that do."""
        sound = True
        joined = row.get("joined") or (person.joined if person else None)
        left, since = row.get("left"), row.get("since")
        if left and joined and left < joined:
            refuse("left", _("The day of leaving lies before the day of joining."))
            sound = False
        if since and joined and since < joined:
            refuse("since", _("This day lies before the day of joining."))
            sound = False
        return sound
