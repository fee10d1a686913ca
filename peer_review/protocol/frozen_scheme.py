"""The frozen scheme of a round: the questionnaire and the counting rules that its opening copied.

`Round.form` keeps it as JSON, which is hashed and published as it is; the code reads it as a FrozenScheme. A scheme
does not change once it is frozen, so all of it is immutable, and two that are equal ask and count alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, NotRequired, Self, TypedDict, TypeVar

from peer_review.protocol.papers import BOUNDS, SheetRule

#: Version of the JSON that is written. Version 1, from before whole sheets and comments, is read as well.
VERSION: Final = 2
#: Who may see results, in the order in which the JSON names them; the values of enums.Audience.
AUDIENCES: Final = ("subject", "section_head", "leadership", "staff")

_T = TypeVar("_T")


class SchemeUnreadable(ValueError):
    """What is to be read is no frozen scheme."""


class SheetRuleJson(TypedDict):
    """A rule about a whole sheet, with a number or a percentage where its kind counts."""

    kind: str
    n: NotRequired[int]
    percent: NotRequired[int]
    points: NotRequired[int]


class CriterionJson(TypedDict):
    """A criterion; its weight is a string, never a float."""

    key: str
    label: str
    description: str
    weight: str
    anchors: list[str]
    comment_below: int | None
    comment_above: int | None
    classes: list[str]


class ClassJson(TypedDict):
    """A voter class; its weight is a string, never a float. `anonymous` is there only where it is false."""

    key: str
    label: str
    weight: str
    anonymous: NotRequired[bool]


class NameJson(TypedDict):
    """Name and version of the scheme that was frozen."""

    name: str
    version: int


class FormJson(TypedDict):
    """A frozen scheme as `Round.form` keeps it."""

    v: int
    scheme: NameJson
    scale: str
    min: int
    max: int
    criteria: list[CriterionJson]
    classes: list[ClassJson]
    floor: int
    trim: bool
    grade_set: str
    bands: list[int]
    paper: str
    sheet_rules: list[SheetRuleJson]
    comments: bool
    comment_limit: int
    self_evaluation: bool
    min_return: int
    excellent_quota: int
    quota_approval: str
    visibility: dict[str, bool]
    exact_scores: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class FrozenClass:
    """A voter class with its weight in percent.

    anonymous: false where the round declared before opening that ballots of this class are known to be somebody's.
    """

    key: str
    label: str
    weight: Decimal
    anonymous: bool = True

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the voter class that the JSON describes.

        Raises: SchemeUnreadable.
        """
        row = _object(data, "classes")
        return cls(
            key=_value(row, "key", str),
            label=_value(row, "label", str),
            weight=_weight(row),
            anonymous=_value(row, "anonymous", bool, True),
        )

    def as_json(self) -> ClassJson:
        """Return the voter class as JSON."""
        data: ClassJson = {"key": self.key, "label": self.label, "weight": _weight_text(self.weight)}
        return data if self.anonymous else {**data, "anonymous": False}


@dataclass(frozen=True, slots=True)
class FrozenCriterion:
    """A criterion with its weight in percent, and the keys of the voter classes that are asked it.

    An answer under `comment_below` or over `comment_above` wants a reason.
    """

    key: str
    label: str
    description: str
    weight: Decimal
    anchors: tuple[str, ...]
    comment_below: int | None
    comment_above: int | None
    classes: tuple[str, ...]

    def is_asked_of(self, voter_class: str) -> bool:
        """Return whether a voter class is asked this criterion."""
        return voter_class in self.classes

    @classmethod
    def from_json(cls, data: object, *, classes: tuple[str, ...]) -> Self:
        """Return the criterion that the JSON describes; one that names no voter classes is asked of all `classes`.

        Raises: SchemeUnreadable.
        """
        row = _object(data, "criteria")
        return cls(
            key=_value(row, "key", str),
            label=_value(row, "label", str),
            description=_value(row, "description", str, ""),
            weight=_weight(row),
            anchors=_values(row, "anchors", str, ()),
            comment_below=_number_or_none(row, "comment_below"),
            comment_above=_number_or_none(row, "comment_above"),
            classes=_values(row, "classes", str, classes),
        )

    def as_json(self) -> CriterionJson:
        """Return the criterion as JSON."""
        return {
            "key": self.key,
            "label": self.label,
            "description": self.description,
            "weight": _weight_text(self.weight),
            "anchors": list(self.anchors),
            "comment_below": self.comment_below,
            "comment_above": self.comment_above,
            "classes": list(self.classes),
        }


@dataclass(frozen=True, slots=True)
class FrozenSheetRule:
    """A rule about a whole sheet; a quota is a number or a percentage of the subjects that the sheet lists."""

    kind: str
    n: int | None = None
    percent: int | None = None
    points: int | None = None

    def for_sheet(self, subjects: int) -> SheetRule:
        """Return the rule for a sheet of so many subjects. A percentage is rounded down, but never under one."""
        n = max(1, subjects * self.percent // 100) if self.percent is not None else self.n or 0
        return SheetRule(kind=self.kind, n=n, points=self.points or 0)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the rule that the JSON describes.

        Raises: SchemeUnreadable.
        """
        row = _object(data, "sheet_rules")
        return cls(
            kind=_value(row, "kind", str),
            n=_number_or_none(row, "n"),
            percent=_number_or_none(row, "percent"),
            points=_number_or_none(row, "points"),
        )

    def as_json(self) -> SheetRuleJson:
        """Return the rule as JSON, without what it does not set."""
        rule: SheetRuleJson = {"kind": self.kind}
        if self.n is not None:
            rule["n"] = self.n
        if self.percent is not None:
            rule["percent"] = self.percent
        if self.points is not None:
            rule["points"] = self.points
        return rule


@dataclass(frozen=True, slots=True)
class FrozenScheme:
    """A scheme as a round froze it.

    name, version: of the scheme. min, max: lowest and highest answer. bands: lowest points of the three upper grades.
    min_return and excellent_quota: in percent, 0 for none. audiences: who may see results (enums.Audience).
    exact_scores: whether figures of few answers are shown as they are.
    """

    name: str
    version: int
    scale: str
    min: int
    max: int
    criteria: tuple[FrozenCriterion, ...]
    classes: tuple[FrozenClass, ...]
    floor: int
    trim: bool
    grade_set: str
    bands: tuple[int, ...]
    paper: str
    sheet_rules: tuple[FrozenSheetRule, ...]
    comments: bool
    comment_limit: int
    self_evaluation: bool
    min_return: int
    excellent_quota: int
    quota_approval: str
    audiences: frozenset[str]
    exact_scores: bool = False

    @property
    def criterion_keys(self) -> tuple[str, ...]:
        """The keys of the criteria, in the order of the scheme."""
        return tuple(criterion.key for criterion in self.criteria)

    @property
    def class_keys(self) -> tuple[str, ...]:
        """The keys of the voter classes, in the order of the scheme."""
        return tuple(voters.key for voters in self.classes)

    @property
    def criterion_labels(self) -> dict[str, str]:
        """The labels of the criteria by key, in the order of the scheme."""
        return {criterion.key: criterion.label for criterion in self.criteria}

    @property
    def class_labels(self) -> dict[str, str]:
        """The labels of the voter classes by key, in the order of the scheme."""
        return {voters.key: voters.label for voters in self.classes}

    def criterion(self, key: str) -> FrozenCriterion:
        """Return the criterion of this key.

        Raises: KeyError.
        """
        for criterion in self.criteria:
            if criterion.key == key:
                return criterion
        raise KeyError(key)

    def voter_class(self, key: str) -> FrozenClass:
        """Return the voter class of this key.

        Raises: KeyError.
        """
        for voters in self.classes:
            if voters.key == key:
                return voters
        raise KeyError(key)

    def criteria_of(self, voter_class: str) -> tuple[FrozenCriterion, ...]:
        """Return the criteria that a voter class is asked."""
        return tuple(criterion for criterion in self.criteria if criterion.is_asked_of(voter_class))

    def shows_results_to(self, audience: str) -> bool:
        """Return whether an audience may see results."""
        return audience in self.audiences

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Return the scheme that `Round.form` describes; what it does not know there it passes over.

        A form of version 1, or from before there were quotas, asks for nothing of what came later.
        Raises: SchemeUnreadable.
        """
        form = _object(data, "form")
        if _value(form, "v", int) not in range(1, VERSION + 1):
            raise SchemeUnreadable("v")
        scale = _value(form, "scale", str)
        if scale not in BOUNDS:
            raise SchemeUnreadable("scale")
        low, high = BOUNDS[scale]
        scheme = _object(form.get("scheme", {}), "scheme")
        classes = tuple(FrozenClass.from_json(row) for row in _value(form, "classes", list))
        keys = tuple(voters.key for voters in classes)
        visibility = _object(form.get("visibility"), "visibility")
        return cls(
            name=_value(scheme, "name", str, ""),
            version=_value(scheme, "version", int, 0),
            scale=scale,
            min=_value(form, "min", int, low),
            max=_value(form, "max", int, high),
            criteria=tuple(FrozenCriterion.from_json(row, classes=keys) for row in _value(form, "criteria", list)),
            classes=classes,
            floor=_value(form, "floor", int),
            trim=_value(form, "trim", bool),
            grade_set=_value(form, "grade_set", str, "officials"),
            bands=_values(form, "bands", int, (90, 70, 60)),
            paper=_value(form, "paper", str, "subject"),
            sheet_rules=tuple(FrozenSheetRule.from_json(row) for row in _value(form, "sheet_rules", list, [])),
            comments=_value(form, "comments", bool, False),
            comment_limit=_value(form, "comment_limit", int, 0),
            self_evaluation=_value(form, "self_evaluation", bool, False),
            min_return=_value(form, "min_return", int, 0),
            excellent_quota=_value(form, "excellent_quota", int, 0),
            quota_approval=_value(form, "quota_approval", str, ""),
            audiences=frozenset(audience for audience in AUDIENCES if visibility.get(audience) is True),
            exact_scores=_value(form, "exact_scores", bool, False),
        )

    def as_json(self) -> FormJson:
        """Return the scheme as `Round.form` keeps it; exact scores are in it only where they are declared, so that the
        forms of other schemes stay as they were."""
        form: FormJson = {
            "v": VERSION,
            "scheme": {"name": self.name, "version": self.version},
            "scale": self.scale,
            "min": self.min,
            "max": self.max,
            "criteria": [criterion.as_json() for criterion in self.criteria],
            "classes": [voters.as_json() for voters in self.classes],
            "floor": self.floor,
            "trim": self.trim,
            "grade_set": self.grade_set,
            "bands": list(self.bands),
            "paper": self.paper,
            "sheet_rules": [rule.as_json() for rule in self.sheet_rules],
            "comments": self.comments,
            "comment_limit": self.comment_limit,
            "self_evaluation": self.self_evaluation,
            "min_return": self.min_return,
            "excellent_quota": self.excellent_quota,
            "quota_approval": self.quota_approval,
            "visibility": {audience: audience in self.audiences for audience in AUDIENCES},
        }
        if self.exact_scores:
            form["exact_scores"] = True
        return form


def _object(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise SchemeUnreadable(name)
    return value


def _value(row: Mapping[str, object], name: str, kind: type[_T], default: _T | None = None) -> _T:
    """Return a field of exactly this type; `default` stands for one that is not there."""
    value = row.get(name, default)
    if type(value) is not kind:
        raise SchemeUnreadable(name)
    return value


def _values(row: Mapping[str, object], name: str, kind: type[_T], default: tuple[_T, ...]) -> tuple[_T, ...]:
    if name not in row:
        return default
    values = _value(row, name, list)
    if not all(type(value) is kind for value in values):
        raise SchemeUnreadable(name)
    return tuple(values)


def _number_or_none(row: Mapping[str, object], name: str) -> int | None:
    return None if row.get(name) is None else _value(row, name, int)


def _weight(row: Mapping[str, object]) -> Decimal:
    try:
        weight = Decimal(_value(row, "weight", str))
    except InvalidOperation as error:
        raise SchemeUnreadable("weight") from error
    if not weight.is_finite():
        raise SchemeUnreadable("weight")
    return weight


def _weight_text(weight: Decimal) -> str:
    return f"{weight.normalize():f}"
