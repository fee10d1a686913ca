"""Compare a row of staff with the records: who is added, changed, gone or back again."""

import datetime
from collections.abc import Callable
from typing import Literal, NotRequired, TypedDict

from django.utils.translation import gettext as _

from organisation.imports.model import (
    Change,
    ImportPlan,
    NewPerson,
    Placement,
    PlannedRank,
    PlannedSection,
    RecordedPerson,
)
from organisation.imports.references import References

#: Called with the key of a column and a sentence: what is wrong with this row.
Refuse = Callable[[str, str], None]


#: Columns that say the same as a field of the account, and of the staff record.
USER_KEYS: tuple[Literal["name", "email"], ...] = ("name", "email")
STAFF_KEYS: tuple[Literal["position", "phone", "joined"], ...] = ("position", "phone", "joined")


class StaffRow(TypedDict):
    """A row of a sheet of staff. A column that the sheet does not have is missing here."""

    number: str
    name: NotRequired[str]
    section: NotRequired[str]
    rank: NotRequired[str]
    is_head: NotRequired[bool]
    position: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]
    username: NotRequired[str]
    joined: NotRequired[datetime.date | None]
    left: NotRequired[datetime.date | None]
    since: NotRequired[datetime.date | None]


class StaffComparison:
    """Puts what rows of staff ask for into a plan. Each row has been read and refers to what exists."""

    def __init__(
        self,
        plan: ImportPlan,
        *,
        sections: References[PlannedSection],
        ranks: References[PlannedRank],
        day: datetime.date,
    ) -> None:
        self.plan = plan
        self.sections = sections
        self.ranks = ranks
        self.day = day

    def add(self, row: StaffRow, *, username: str, section: PlannedSection, rank: PlannedRank) -> None:
        """Plan a new person. The row has a name and a day of joining."""
        joined = row["joined"]
        assert joined is not None  # the reader refuses a new person without it
        self.plan.added.append(
            NewPerson(
                number=row["number"],
                username=username,
                name=row["name"],
                email=row.get("email", ""),
                position=row.get("position", ""),
                phone=row.get("phone", ""),
                joined=joined,
                left=row.get("left"),
                placement=Placement(section, rank, row.get("is_head", False), row.get("since") or joined),
            )
        )

    def compare(
        self,
        person: RecordedPerson,
        row: StaffRow,
        *,
        username: str,
        section: PlannedSection | None,
        rank: PlannedRank | None,
        refuse: Refuse,
    ) -> None:
        """Plan what a row changes about a recorded person, or refuse the row."""
        change = Change(person)
        for user_key in USER_KEYS:
            if user_key in row and row[user_key] != getattr(person, user_key):
                change.user[user_key] = row[user_key]
        if username and username != person.username:
            change.user["username"] = username
        for staff_key in STAFF_KEYS:
            if staff_key in row and row[staff_key] != getattr(person, staff_key):
                change.staff[staff_key] = row[staff_key]
        left = row.get("left")
        if left is not None and person.left is not None:
            if left != person.left:
                refuse("left", _("This person left on %(day)s already.") % {"day": person.left.isoformat()})
                return
        elif left is not None:
            change.left = left
            change.staff["left"] = left
        elif not self._place(change, row, section, rank, refuse):
            return
        if change.left is not None:
            self.plan.left.append(change)
        elif change.user or change.staff or change.moved or change.corrected:
            self.plan.changed.append(change)
        else:
            self.plan.unchanged += 1

    def _place(
        self, change: Change, row: StaffRow, section: PlannedSection | None, rank: PlannedRank | None, refuse: Refuse
    ) -> bool:
        """Plan a return, a transfer or a correction; return False if the row was refused."""
        person = change.person
        placement = self._placement_of(person, row, section, rank, refuse)
        if placement is None:
            return False
        if person.left is not None:
            if placement.since < person.left:
                refuse("since", _("This person left on %(day)s only.") % {"day": person.left.isoformat()})
                return False
            change.returned, change.moved = True, placement
            change.staff["left"] = None
        elif (placement.section.pk, placement.rank.pk, placement.is_head) != (
            person.section_id,
            person.rank_id,
            person.is_head,
        ):
            if person.since is not None and placement.since < person.since:
                refuse("since", _("The present membership began on %(day)s.") % {"day": person.since.isoformat()})
                return False
            if placement.since == person.since:
                change.corrected = placement
            else:
                change.moved = placement
        return True

    def _placement_of(
        self,
        person: RecordedPerson,
        row: StaffRow,
        section: PlannedSection | None,
        rank: PlannedRank | None,
        refuse: Refuse,
    ) -> Placement | None:
        """Return where the row puts a person; columns that are not there leave what was."""
        if section is None:
            section = self.sections.by_pk.get(person.section_id or 0)
        if rank is None:
            rank = self.ranks.by_pk.get(person.rank_id or 0)
        if section is None or rank is None:
            refuse("number", _("This person belongs nowhere yet; section and rank are needed."))
            return None
        stays = section.pk == person.section_id
        is_head = row.get("is_head", person.is_head and stays)
        return Placement(section, rank, is_head, row.get("since") or self.day)

    def leave(self, person: RecordedPerson) -> None:
        """Plan that a person whom a complete list does not name leaves today."""
        day = max(self.day, person.joined)
        self.plan.left.append(Change(person, staff={"left": day}, left=day))
