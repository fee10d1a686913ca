"""Compare a file with the records: what would be added, changed, left; or what is wrong, cell by cell.

Nothing is written here. The plan is the same whenever file, records and day are the same; `fingerprint` says so.
"""

import datetime
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from organisation.exceptions import FileRefused
from organisation.imports.columns import RANKS, SECTIONS, STAFF, CellError, Heading, heads_needed, read_heading
from organisation.imports.tables import HEAD_ROWS, Table
from organisation.models import Membership, Rank, Section, Staff, User

MAX_ERRORS = 200
PROGRESS_EVERY = 2000

Progress = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong, and where. `row` 0 means the sheet as a whole."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass(slots=True)
class PlannedSection:
    """A section as it will be. `pk` is 0 until it is written."""

    code: str
    name: str
    parent: "PlannedSection | None" = None
    order: int = 0
    pk: int = 0
    where: tuple[str, int] = ("", 0)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class PlannedRank:
    """A rank as it will be."""

    code: str
    name: str
    order: int
    pk: int = 0
    where: tuple[str, int] = ("", 0)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """Section, rank and headship from a day on."""

    section: PlannedSection
    rank: PlannedRank
    is_head: bool
    since: datetime.date


@dataclass(slots=True)
class Known:
    """One person in the records: particulars, and the latest membership."""

    pk: int
    user_id: int
    number: str
    username: str
    name: str
    email: str
    position: str
    phone: str
    joined: datetime.date
    left: datetime.date | None
    membership_id: int | None = None
    section_id: int | None = None
    rank_id: int | None = None
    is_head: bool = False
    since: datetime.date | None = None


@dataclass(slots=True)
class NewPerson:
    """Somebody to add; with `left` set, for the record only."""

    number: str
    username: str
    name: str
    email: str
    position: str
    phone: str
    joined: datetime.date
    left: datetime.date | None
    place: Place


@dataclass(slots=True)
class Change:
    """What happens to somebody who is known. `user` and `staff` hold new values by field name."""

    known: Known
    user: dict[str, Any] = field(default_factory=dict)
    staff: dict[str, Any] = field(default_factory=dict)
    corrected: Place | None = None  # replaces the latest membership, which began on the same day
    moved: Place | None = None  # ends the latest membership and begins another
    left: datetime.date | None = None
    returned: bool = False


@dataclass(slots=True)
class Plan:
    """Everything a file asks for. It can be carried out only if `errors` is empty."""

    sections: dict[str, PlannedSection] = field(default_factory=dict)
    ranks: dict[str, PlannedRank] = field(default_factory=dict)
    added: list[NewPerson] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)
    unchanged: int = 0
    rows: int = 0
    errors: list[RowError] = field(default_factory=list)
    error_count: int = 0
    notices: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def refuse(self, sheet: str, row: int, column: str, reason: str) -> None:
        """Keep an error; of very many only the first."""
        self.error_count += 1
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(RowError(sheet, row, column, reason))

    @property
    def new_sections(self) -> list[PlannedSection]:
        return [section for section in self.sections.values() if not section.pk]

    @property
    def changed_sections(self) -> list[PlannedSection]:
        return [section for section in self.sections.values() if section.pk and section.changes]

    @property
    def new_ranks(self) -> list[PlannedRank]:
        return [rank for rank in self.ranks.values() if not rank.pk]

    @property
    def changed_ranks(self) -> list[PlannedRank]:
        return [rank for rank in self.ranks.values() if rank.pk and rank.changes]

    @property
    def changes_anything(self) -> bool:
        """False if the records already say what the file says."""
        return bool(
            self.added
            or self.changed
            or self.left
            or self.new_sections
            or self.changed_sections
            or self.new_ranks
            or self.changed_ranks
        )

    def fingerprint(self) -> str:
        """Return a digest that is equal for two plans that would write the same."""
        digest = hashlib.sha256()
        for section in (*self.new_sections, *self.changed_sections):
            above = section.parent.code if section.parent else ""
            digest.update(repr((section.code, section.name, above, section.order, section.pk)).encode())
        for rank in (*self.new_ranks, *self.changed_ranks):
            digest.update(repr((rank.code, rank.name, rank.order, rank.pk)).encode())
        for person in self.added:
            digest.update(repr((person.number, person.username, person.name, person.email, person.position)).encode())
            digest.update(repr((person.phone, person.joined, person.left, _place_key(person.place))).encode())
        for change in (*self.changed, *self.left):
            digest.update(repr((change.known.pk, change.user, change.staff, change.left, change.returned)).encode())
            digest.update(repr((_place_key(change.corrected), _place_key(change.moved))).encode())
        return digest.hexdigest()


def _place_key(place: Place | None) -> tuple[Any, ...]:
    return (place.section.code, place.rank.code, place.is_head, place.since) if place else ()


@dataclass(slots=True)
class _Sheet:
    """A table whose head row was understood."""

    name: str
    heading: Heading
    rows: Iterator[tuple[int, list[Any]]]


def make_plan(
    tables: list[Table],
    *,
    is_complete: bool = False,
    day: datetime.date | None = None,
    progress: Progress = no_progress,
) -> Plan:
    """Return what a file asks for. With `is_complete`, whoever the file does not name leaves on `day` (today).

    Raises: FileRefused if the file as a whole cannot be read.
    """
    plan = Plan()
    day = day or timezone.localdate()
    sheets = _find_sheets(tables, plan)
    _load_sections_and_ranks(plan)
    for kind, read in ((SECTIONS, _plan_sections), (RANKS, _plan_ranks)):
        for sheet in sheets:
            if sheet.heading.kind is kind:
                read(sheet, plan)
    _check_sections(plan)
    _check_ranks(plan)
    staff_sheets = [sheet for sheet in sheets if sheet.heading.kind is STAFF]
    if staff_sheets:
        planner = _StaffPlanner(plan, day=day, progress=progress)
        for sheet in staff_sheets:
            planner.read(sheet)
        if is_complete:
            planner.leave_the_unnamed()
    if not plan.rows and not plan.error_count:
        raise FileRefused(_("The file has column heads but no rows."))
    return plan


def _find_sheets(tables: list[Table], plan: Plan) -> list[_Sheet]:
    """Return the tables with a known head row; note the others. Each table is read no further than its heads."""
    sheets = []
    for table in tables:
        is_empty = True
        for _tried, (_number, cells) in zip(range(HEAD_ROWS), table.rows, strict=False):
            is_empty = is_empty and not any(cells)
            heading = read_heading(cells, sheet_name=table.name)
            if heading is None:
                continue
            if heading.doubled:
                plan.refuse(table.name, _number, "、".join(heading.doubled), _("This column appears twice."))
            if heading.unknown:
                plan.notices.append(
                    _("%(sheet)s: these columns are not used: %(heads)s.")
                    % {"sheet": table.name, "heads": "、".join(heading.unknown)}
                )
            sheets.append(_Sheet(table.name, heading, table.rows))
            break
        else:
            if not is_empty:
                plan.notices.append(_("%(sheet)s: no known column heads, not read.") % {"sheet": table.name})
    if not sheets:
        raise FileRefused(_("No known column heads were found. At least one of these is needed: %s") % heads_needed())
    return sheets


def _load_sections_and_ranks(plan: Plan) -> None:
    parents = {}
    for section in Section.objects.order_by("pk"):
        plan.sections[section.code] = PlannedSection(
            code=section.code, name=section.name, order=section.sort_order, pk=section.pk
        )
        parents[section.code] = section.parent_id
    by_pk = {section.pk: section for section in plan.sections.values()}
    for code, parent_id in parents.items():
        plan.sections[code].parent = by_pk.get(parent_id) if parent_id else None
    for rank in Rank.objects.order_by("pk"):
        plan.ranks[rank.code] = PlannedRank(code=rank.code, name=rank.name, order=rank.order, pk=rank.pk)


def _cells(sheet: _Sheet, plan: Plan) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield (row number, values by column); None for a row with a bad cell, whose errors are kept."""
    width = max(sheet.heading.places.values()) + 1
    readers = [
        (column.key, sheet.heading.places[column.key], column.read, column.label)
        for column in sheet.heading.kind.columns
        if column.key in sheet.heading.places
    ]
    for number, cells in sheet.rows:
        if not any(cells):
            continue
        plan.rows += 1
        if len(cells) < width:
            cells = [*cells, *[None] * (width - len(cells))]
        values: dict[str, Any] | None = {}
        for key, place, read, label in readers:
            try:
                value = read(cells[place])
            except CellError as error:
                plan.refuse(sheet.name, number, str(label), str(error))
                values = None
            else:
                if values is not None:
                    values[key] = value
        yield number, values


def _plan_sections(sheet: _Sheet, plan: Plan) -> None:
    named: dict[str, int] = {}
    parents: list[tuple[int, PlannedSection, str]] = []
    for number, row in _cells(sheet, plan):
        if row is None:
            continue
        missing = [key for key in ("code", "name") if not row[key]]
        for key in missing:
            plan.refuse(sheet.name, number, sheet.heading.label(key), _("This cell must not be empty."))
        if missing:
            continue
        code = row["code"]
        if code in named:
            reason = _("“%(value)s” stands in row %(row)d already.") % {"value": code, "row": named[code]}
            plan.refuse(sheet.name, number, sheet.heading.label("code"), reason)
            continue
        named[code] = number
        section = plan.sections.get(code)
        if section is None:
            section = plan.sections[code] = PlannedSection(code=code, name=row["name"], order=row.get("order") or 0)
        else:
            if section.name != row["name"]:
                section.changes["name"] = (section.name, row["name"])
                section.name = row["name"]
            if row.get("order") is not None and row["order"] != section.order:
                section.changes["order"] = (str(section.order), str(row["order"]))
                section.order = row["order"]
        section.where = (sheet.name, number)
        plan.seen["sections"] += 1
        if "parent" in row:
            parents.append((number, section, row["parent"]))
    find = _Finder(plan.sections)
    for number, section, reference in parents:
        try:
            parent = find(reference) if reference else None
        except CellError as error:
            plan.refuse(sheet.name, number, sheet.heading.label("parent"), str(error))
            continue
        if parent is not section.parent:
            before, after = section.parent, parent
            if section.pk:
                section.changes["parent"] = (before.name if before else "—", after.name if after else "—")
            section.parent = parent


def _check_sections(plan: Plan) -> None:
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


def _plan_ranks(sheet: _Sheet, plan: Plan) -> None:
    named: dict[str, int] = {}
    for number, row in _cells(sheet, plan):
        if row is None:
            continue
        missing = [key for key in ("code", "name", "order") if row[key] in ("", None)]
        for key in missing:
            plan.refuse(sheet.name, number, sheet.heading.label(key), _("This cell must not be empty."))
        if missing:
            continue
        code = row["code"]
        if code in named:
            reason = _("“%(value)s” stands in row %(row)d already.") % {"value": code, "row": named[code]}
            plan.refuse(sheet.name, number, sheet.heading.label("code"), reason)
            continue
        named[code] = number
        rank = plan.ranks.get(code)
        if rank is None:
            rank = plan.ranks[code] = PlannedRank(code=code, name=row["name"], order=row["order"])
        else:
            if rank.name != row["name"]:
                rank.changes["name"] = (rank.name, row["name"])
                rank.name = row["name"]
            if rank.order != row["order"]:
                rank.changes["order"] = (str(rank.order), str(row["order"]))
                rank.order = row["order"]
        rank.where = (sheet.name, number)
        plan.seen["ranks"] += 1


def _check_ranks(plan: Plan) -> None:
    """Refuse two ranks of one name or one order."""
    for key, column in (("name", _("Rank name")), ("order", _("Order"))):
        taken: dict[Any, PlannedRank] = {}
        for rank in plan.ranks.values():
            other = taken.setdefault(getattr(rank, key), rank)
            if other is not rank:
                sheet, row = rank.where if rank.where[1] else other.where
                reason = _("The rank %(name)s has this already.") % {"name": other.name}
                plan.refuse(sheet, row, column, reason)


class _Finder:
    """Find a section or rank by code, by name where only one has it, or by its path A/B."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known
        self.answers: dict[str, Any] = {}
        self.names: dict[str, list[Any]] = {}
        for item in known.values():
            self.names.setdefault(item.name, []).append(item)
            parent, path = getattr(item, "parent", None), item.name
            for _step in range(len(known)):  # no longer than the tree, even where it still holds a cycle
                if parent is None:
                    break
                path = f"{parent.name}/{path}"
                self.names.setdefault(path, []).append(item)
                parent = parent.parent

    def __call__(self, reference: str) -> Any:
        """Return what is meant. Raises: CellError."""
        if (answer := self.answers.get(reference)) is not None:
            return answer
        found = self.known.get(reference)
        if found is None:
            candidates = self.names.get(reference, [])
            if not candidates:
                raise CellError(_("“%(value)s” is not known.") % {"value": reference})
            if len(candidates) > 1:
                raise CellError(_("“%(value)s” can mean more than one. Give its code.") % {"value": reference})
            found = candidates[0]
        self.answers[reference] = found
        return found


class _StaffPlanner:
    """Compare rows of people with the records, which are read whole, once."""

    def __init__(self, plan: Plan, *, day: datetime.date, progress: Progress) -> None:
        self.plan = plan
        self.day = day
        self.progress = progress
        self.find_section = _Finder(plan.sections)
        self.find_rank = _Finder(plan.ranks)
        self.section_by_pk = _by_pk(plan.sections)
        self.rank_by_pk = _by_pk(plan.ranks)
        self.known = self._load()
        self.usernames = dict(User.objects.values_list("username", "pk"))
        self.rows: dict[str, int] = {}

    def _load(self) -> dict[str, Known]:
        people: dict[int, Known] = {}
        fields = ("pk", "user_id", "employee_number", "user__username", "user__name", "user__email")
        more = ("position", "phone", "joined", "left")
        rows = Staff.objects.order_by().values_list(*fields, *more)
        for number, row in enumerate(rows.iterator(chunk_size=5000), start=1):
            people[row[0]] = Known(*row)
            if number % PROGRESS_EVERY == 0:
                self.progress("records", number, 0)
        memberships = Membership.objects.order_by("from_date").values_list(
            "staff_id", "pk", "section_id", "rank_id", "is_head", "from_date"
        )
        for staff_id, pk, section_id, rank_id, is_head, since in memberships.iterator(chunk_size=5000):
            known = people[staff_id]
            known.membership_id, known.section_id, known.rank_id = pk, section_id, rank_id
            known.is_head, known.since = is_head, since
        return {known.number: known for known in people.values()}

    def read(self, sheet: _Sheet) -> None:
        """Compare one sheet."""
        for done, (number, row) in enumerate(_cells(sheet, self.plan), start=1):
            if done % PROGRESS_EVERY == 0:
                self.progress("rows", done, 0)
            if row is not None:
                self._read_row(sheet, number, row)
        self.progress("rows", self.plan.rows, self.plan.rows)

    def _read_row(self, sheet: _Sheet, number: int, row: dict[str, Any]) -> None:
        def refuse(key: str, reason: str) -> None:
            self.plan.refuse(sheet.name, number, sheet.heading.label(key), reason)

        employee = row["number"]
        if not employee:
            refuse("number", _("This cell must not be empty."))
            return
        if (before := self.rows.get(employee)) is not None:
            refuse("number", _("“%(value)s” stands in row %(row)d already.") % {"value": employee, "row": before})
            return
        self.rows[employee] = number
        self.plan.seen["staff"] += 1
        known = self.known.get(employee)
        sound = True
        for key in ("name", "section", "rank", "joined"):
            if key in row and not row[key]:
                refuse(key, _("This cell must not be empty."))
                sound = False
            elif key not in row and known is None:
                self.plan.refuse(
                    sheet.name,
                    number,
                    sheet.heading.label("number"),
                    _("%(number)s is a new person; the column “%(column)s” is needed for that.")
                    % {"number": employee, "column": _label(key)},
                )
                sound = False
        if not sound:
            return
        section = rank = None
        try:
            section = self.find_section(row["section"]) if "section" in row else None
        except CellError as error:
            refuse("section", str(error))
            sound = False
        try:
            rank = self.find_rank(row["rank"]) if "rank" in row else None
        except CellError as error:
            refuse("rank", str(error))
            sound = False
        joined = row.get("joined") or (known.joined if known else None)
        left, since = row.get("left"), row.get("since")
        if left and joined and left < joined:
            refuse("left", _("The day of leaving lies before the day of joining."))
            sound = False
        if since and joined and since < joined:
            refuse("since", _("This day lies before the day of joining."))
            sound = False
        username = row.get("username") or ("" if known else employee)
        if username:
            owner = self.usernames.get(username)
            if owner is not None and (known is None or owner != known.user_id):
                refuse(
                    "username" if row.get("username") else "number",
                    _("Another account has the user name “%(value)s”.") % {"value": username},
                )
                sound = False
        if not sound:
            return
        if username:
            self.usernames[username] = known.user_id if known else -number
        if known is None:
            self._add(row, username, section, rank)
        else:
            self._compare(known, row, username, section, rank, refuse)

    def _add(self, row: dict[str, Any], username: str, section: Any, rank: Any) -> None:
        self.plan.added.append(
            NewPerson(
                number=row["number"],
                username=username,
                name=row["name"],
                email=row.get("email", ""),
                position=row.get("position", ""),
                phone=row.get("phone", ""),
                joined=row["joined"],
                left=row.get("left"),
                place=Place(section, rank, row.get("is_head", False), row.get("since") or row["joined"]),
            )
        )

    def _compare(
        self,
        known: Known,
        row: dict[str, Any],
        username: str,
        section: Any,
        rank: Any,
        refuse: Callable[[str, str], None],
    ) -> None:
        change = Change(known)
        for key in ("name", "email"):
            if key in row and row[key] != getattr(known, key):
                change.user[key] = row[key]
        if username and username != known.username:
            change.user["username"] = username
        for key in ("position", "phone", "joined"):
            if key in row and row[key] != getattr(known, key):
                change.staff[key] = row[key]
        left = row.get("left")
        if left is not None and known.left is not None:
            if left != known.left:
                refuse("left", _("This person left on %(day)s already.") % {"day": known.left.isoformat()})
                return
        elif left is not None:
            change.left = left
            change.staff["left"] = left
        else:
            place = self._place_of(known, row, section, rank, refuse)
            if place is None:
                return
            if known.left is not None:
                if place.since < known.left:
                    refuse("since", _("This person left on %(day)s only.") % {"day": known.left.isoformat()})
                    return
                change.returned, change.moved = True, place
                change.staff["left"] = None
            elif (place.section.pk, place.rank.pk, place.is_head) != (known.section_id, known.rank_id, known.is_head):
                if known.since is not None and place.since < known.since:
                    refuse("since", _("The present membership began on %(day)s.") % {"day": known.since.isoformat()})
                    return
                if place.since == known.since:
                    change.corrected = place
                else:
                    change.moved = place
        if change.left is not None:
            self.plan.left.append(change)
        elif change.user or change.staff or change.moved or change.corrected:
            self.plan.changed.append(change)
        else:
            self.plan.unchanged += 1

    def _place_of(
        self, known: Known, row: dict[str, Any], section: Any, rank: Any, refuse: Callable[[str, str], None]
    ) -> Place | None:
        """Return where the row puts somebody; columns that are not there leave what was."""
        if section is None:
            section = self.section_by_pk.get(known.section_id)
        if rank is None:
            rank = self.rank_by_pk.get(known.rank_id)
        if section is None or rank is None:
            refuse("number", _("This person belongs nowhere yet; section and rank are needed."))
            return None
        stays = section.pk == known.section_id
        is_head = row.get("is_head", known.is_head and stays)
        return Place(section, rank, is_head, row.get("since") or self.day)

    def leave_the_unnamed(self) -> None:
        """Whoever is in the records but in no row leaves today."""
        for number, known in self.known.items():
            if known.left is None and number not in self.rows:
                day = max(self.day, known.joined)
                self.plan.left.append(Change(known, staff={"left": day}, left=day))


def _by_pk(items: dict[str, Any]) -> dict[int | None, Any]:
    return {item.pk: item for item in items.values() if item.pk}


def _label(key: str) -> str:
    return str(next(column.label for column in STAFF.columns if column.key == key))
