"""The plan of an import and its parts. Nothing is read or written here."""

import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from organisation.imports.cells import CellValue

MAX_ERRORS = 200

#: Called with the stage, the number of rows done and of all rows (0 while unknown).
Progress = Callable[[str, int, int], None]


def no_progress(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True)
class RowError:
    """An error in a file, and its place. `row` 0 means the sheet as a whole."""

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
    """A rank as it will be. `pk` is 0 until it is written."""

    code: str
    name: str
    order: int
    pk: int = 0
    where: tuple[str, int] = ("", 0)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Placement:
    """Section, rank and headship from a day on."""

    section: PlannedSection
    rank: PlannedRank
    is_head: bool
    since: datetime.date


@dataclass(slots=True)
class RecordedPerson:
    """A person of the records: particulars, and the latest membership."""

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
    """A person to add; with `left` set, for the record only."""

    number: str
    username: str
    name: str
    email: str
    position: str
    phone: str
    joined: datetime.date
    left: datetime.date | None
    placement: Placement


@dataclass(slots=True)
class Change:
    """A change to a recorded person. `user` and `staff` hold new values by field name."""

    person: RecordedPerson
    user: dict[str, CellValue] = field(default_factory=dict)
    staff: dict[str, CellValue] = field(default_factory=dict)
    corrected: Placement | None = None  # replaces the latest membership, which began on the same day
    moved: Placement | None = None  # ends the latest membership and begins another
    left: datetime.date | None = None
    returned: bool = False


@dataclass(slots=True)
class ImportPlan:
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
        """The sections that the records do not have."""
        return [section for section in self.sections.values() if not section.pk]

    @property
    def changed_sections(self) -> list[PlannedSection]:
        """The recorded sections that the file changes."""
        return [section for section in self.sections.values() if section.pk and section.changes]

    @property
    def new_ranks(self) -> list[PlannedRank]:
        """The ranks that the records do not have."""
        return [rank for rank in self.ranks.values() if not rank.pk]

    @property
    def changed_ranks(self) -> list[PlannedRank]:
        """The recorded ranks that the file changes."""
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
