"""The plan of a round says who evaluates whom. `Round.plan` keeps it as JSON, which is read and checked here.

    {"v": 1, "pattern": "matrix", "groups": ["heads", "t2"], "sections": ["BG"], "house_wide": null,
     "matrix": [{"from": "heads", "to": "t2", "class": "superiors", "reach": "own"}],
     "lines": {"peers": {"p17": [4, 9]}}, "sample": {"peers": 5}, "months": 6}

Everything but `v` may be missing. docs/plugins.md explains each key. `state` is no part of the plan: see
domain.planning.plan_state.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypedDict, TypeGuard

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from peer_review.enums import RoundKind
from peer_review.exceptions.planning import PlanInvalid

VERSION = 1
#: Every section as the column of a matrix: a section has no rank.
ANY = "*"
MAX_SAMPLE = 1000
MAX_MONTHS = 600
MAX_LINES = 200_000
_KEYS = frozenset({"v", "pattern", "groups", "sections", "house_wide", "matrix", "lines", "sample", "months", "state"})


class Pattern(models.TextChoices):
    """The pattern that a plan starts from."""

    USUAL = "usual", gettext_lazy("The usual pattern of this kind of round")
    MATRIX = "matrix", gettext_lazy("A table: which rank evaluates which")
    LIST = "list", gettext_lazy("Only the people of an imported list")


class Reach(models.TextChoices):
    """The sections that a cell of the matrix reaches, relative to the subject's."""

    OWN = "own", gettext_lazy("own section")
    OTHER = "other", gettext_lazy("other sections")
    HOUSE = "house", gettext_lazy("whole house")


#: A cell of the matrix as Round.plan keeps it.
MatrixCellJson = TypedDict("MatrixCellJson", {"from": str, "to": str, "class": str, "reach": str})


class PlanJson(TypedDict, total=False):
    """A plan as Round.plan keeps it."""

    v: int
    pattern: str
    house_wide: bool | None
    groups: list[str] | None
    sections: list[str] | None
    matrix: list[MatrixCellJson]
    lines: dict[str, dict[str, list[int]]]
    sample: dict[str, int]
    months: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A valid plan. `groups` None stands for everybody, `sections` None for every section.

    matrix: (evaluators' group, subjects' group) → (voter class, reach). lines: class → subject's key → user ids.
    sample: class → at most so many, chosen by chance. months: in the same section at least so long.
    """

    pattern: str = Pattern.USUAL
    house_wide: bool | None = None
    groups: frozenset[str] | None = None
    sections: frozenset[str] | None = None
    matrix: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    lines: Mapping[str, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)
    sample: Mapping[str, int] = field(default_factory=dict)
    months: int = 0

    @property
    def is_random(self) -> bool:
        """Return whether evaluators are selected at random, so that a seed is needed."""
        return bool(self.sample) and self.pattern != Pattern.LIST

    @property
    def line_count(self) -> int:
        """Return the number of papers that the imported list names."""
        return sum(len(users) for subjects in self.lines.values() for users in subjects.values())

    def as_json(self) -> PlanJson:
        """Return the plan as Round.plan keeps it: without empty keys, always in the same order."""
        plan: PlanJson = {"v": VERSION, "pattern": str(self.pattern)}
        if self.house_wide is not None:
            plan["house_wide"] = self.house_wide
        if self.groups is not None:
            plan["groups"] = sorted(self.groups)
        if self.sections is not None:
            plan["sections"] = sorted(self.sections)
        if self.matrix:
            plan["matrix"] = [
                {"from": evaluators, "to": subjects, "class": voters, "reach": str(reach)}
                for (evaluators, subjects), (voters, reach) in sorted(self.matrix.items())
            ]
        if self.lines:
            plan["lines"] = {
                voters: {key: sorted(users) for key, users in sorted(subjects.items())}
                for voters, subjects in sorted(self.lines.items())
            }
        if self.sample:
            plan["sample"] = dict(sorted(self.sample.items()))
        if self.months:
            plan["months"] = self.months
        return plan


def read_plan(data: object, *, kind: str, classes: Collection[str]) -> Plan:
    """Return the plan that JSON describes; the usual pattern for an empty one.

    Raises: PlanInvalid with a sentence for each fault.
    """
    if not _is_plan(data, kind=kind, classes=classes):
        raise PlanInvalid(list(plan_problems(data, kind=kind, classes=classes)))
    groups, sections = data.get("groups"), data.get("sections")
    return Plan(
        pattern=data.get("pattern", Pattern.USUAL),
        house_wide=data.get("house_wide"),
        groups=frozenset(groups) if groups is not None else None,
        sections=frozenset(sections) if sections is not None else None,
        matrix={(rule["from"], rule["to"]): (rule["class"], rule["reach"]) for rule in data.get("matrix", ())},
        lines={
            voters: {key: tuple(sorted(set(users))) for key, users in subjects.items() if users}
            for voters, subjects in data.get("lines", {}).items()
        },
        sample=dict(data.get("sample", {})),
        months=data.get("months", 0),
    )


def _is_plan(data: object, *, kind: str, classes: Collection[str]) -> TypeGuard[PlanJson]:
    return next(plan_problems(data, kind=kind, classes=classes), None) is None


def plan_problems(data: object, *, kind: str, classes: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each fault of a plan."""
    if not isinstance(data, dict):
        yield _("A plan is a JSON object.")
        return
    if unknown := sorted(set(map(str, data)) - _KEYS):
        yield _("A plan has no key “%(key)s”.") % {"key": ", ".join(unknown)}
    if data.get("v", VERSION) != VERSION:
        yield _("This plan was written for another version.")
    if data.get("pattern", Pattern.USUAL) not in Pattern.values:
        yield _("“%(value)s” is not a pattern.") % {"value": data["pattern"]}
    if data.get("house_wide") not in (None, True, False):
        yield _("“House-wide” is yes, no or empty.")
    for name in ("groups", "sections"):
        if data.get(name) is not None:
            yield from _chosen_problems(data[name])
    if kind == RoundKind.SECTION and data.get("groups") is not None:
        yield _("Sections are evaluated here, so no ranks can be chosen for it.")
    yield from _matrix_problems(data.get("matrix", []), kind=kind, classes=classes)
    if data.get("pattern") == Pattern.MATRIX and not data.get("matrix"):
        yield _("In the table nobody evaluates anybody yet.")
    yield from _line_problems(data.get("lines", {}), classes=classes)
    if data.get("pattern") == Pattern.LIST and not data.get("lines"):
        yield _("There is no imported list yet.")
    yield from _sample_problems(data.get("sample", {}), classes=classes)
    if not _is_number(data.get("months", 0), 0, MAX_MONTHS):
        yield _("The months together are a whole number from 0 to %(n)s.") % {"n": MAX_MONTHS}


def _chosen_problems(chosen: object) -> Iterator[str]:
    if not isinstance(chosen, list) or not all(isinstance(choice, str) for choice in chosen):
        yield _("Who is evaluated is a list of keys.")
    elif not chosen:
        yield _("Choose at least one rank or section to be evaluated.")


def _matrix_problems(cells: object, *, kind: str, classes: Collection[str]) -> Iterator[str]:
    if not isinstance(cells, list):
        yield _("The table is a list of cells.")
        return
    seen = set()
    for cell in cells:
        if not isinstance(cell, dict) or not all(isinstance(cell.get(key), str) for key in _CELL):
            yield _("A cell of the table names evaluators, subjects, a voter class and how far it reaches.")
            continue
        at = (cell["from"], cell["to"])
        if at in seen:
            yield _("The table says twice how “%(a)s” evaluate “%(b)s”.") % {"a": at[0], "b": at[1]}
        seen.add(at)
        if cell["class"] not in classes:
            yield _no_class(cell["class"])
        if cell["reach"] not in Reach.values:
            yield _("“%(value)s” is not a reach.") % {"value": cell["reach"]}
        elif kind == RoundKind.SECTION and cell["reach"] != Reach.OTHER:
            yield _("A section is evaluated by other sections, never by its own people.")
        if (cell["to"] == ANY) != (kind == RoundKind.SECTION):
            yield _("The table does not fit the kind of the round.")


_CELL = ("from", "to", "class", "reach")


def _line_problems(lines: object, *, classes: Collection[str]) -> Iterator[str]:
    if not _is_lines(lines):
        yield _("The imported list does not have the right form.")
        return
    for voters in lines:
        if voters not in classes:
            yield _no_class(voters)
    given: dict[tuple[str, int], str] = {}
    for voters, subjects in lines.items():
        for key, users in subjects.items():
            for user in users:
                if given.setdefault((key, user), voters) != voters:
                    yield _("The imported list gives one person two voter classes for the same subject.")
                    return
    if len(given) > MAX_LINES:
        yield _("The imported list has more than %(n)s lines.") % {"n": MAX_LINES}


def _sample_problems(sample: object, *, classes: Collection[str]) -> Iterator[str]:
    if not _is_sample(sample):
        yield _("A random choice takes a whole number of people from 1 to %(n)s.") % {"n": MAX_SAMPLE}
        return
    for voters in sample:
        if voters not in classes:
            yield _no_class(voters)


def _no_class(key: str) -> str:
    return _("The scheme has no voter class “%(key)s”.") % {"key": key}


def _is_number(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and type(value) is int and low <= value <= high  # True is an int too


def _is_sample(value: object) -> TypeGuard[dict[str, int]]:
    return isinstance(value, dict) and all(
        isinstance(key, str) and _is_number(n, 1, MAX_SAMPLE) for key, n in value.items()
    )


def _is_lines(value: object) -> TypeGuard[dict[str, dict[str, list[int]]]]:
    return isinstance(value, dict) and all(isinstance(key, str) and _is_line(line) for key, line in value.items())


def _is_line(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(users, list) and all(type(user) is int for user in users)
        for key, users in value.items()
    )
