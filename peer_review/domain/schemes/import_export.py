"""Export and import of schemes as files."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from peer_review import audit_log
from peer_review.domain.schemes.schemes import check_scheme, next_version
from peer_review.exceptions.schemes import SchemeFileInvalid
from peer_review.models import Criterion, Scheme, VoterClass
from peer_review.users import User

FORMAT: Final = "zhengyan.scheme/1"
MAX_BYTES: Final = 200_000
#: What a field of a file may hold, as a question to its value.
_Check = Callable[[object], bool]


def _is_text(value: object) -> bool:
    """Whether every database takes this text: no NUL, and no half of a pair."""
    return isinstance(value, str) and not _UNWRITABLE.search(value)


def _is_integer(value: object) -> bool:
    return type(value) is int


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_bound(value: object) -> bool:
    return value is None or _is_integer(value)


def _is_number(value: object) -> bool:
    return _is_integer(value) or _is_text(value)


def _list_of(check: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(check(item) for item in value)


def _dict_of(check: _Check) -> _Check:
    return lambda value: isinstance(value, dict) and all(_is_text(key) and check(item) for key, item in value.items())


_UNWRITABLE: Final = re.compile("[\x00\ud800-\udfff]")
_SCHEME: Final[dict[str, _Check]] = {
    "name": _is_text,
    "description": _is_text,
    "scale": _is_text,
    "floor": _is_integer,
    "trim": _is_flag,
    "exact_scores": _is_flag,
    "visibility": _dict_of(_is_flag),
    "paper": _is_text,
    "sheet_rules": _list_of(_dict_of(_is_number)),
    "grade_set": _is_text,
    "bands": _list_of(_is_integer),
    "comments": _is_flag,
    "comment_limit": _is_integer,
    "self_evaluation": _is_flag,
    "min_return": _is_integer,
    "excellent_quota": _is_integer,
    "quota_approval": _is_text,
}
#: What files say of fields that are younger than they are.
_BEFORE: Final[dict[str, object]] = {"excellent_quota": 0, "quota_approval": "", "exact_scores": False}
_CRITERION: Final[dict[str, _Check]] = {
    "key": _is_text,
    "label": _is_text,
    "description": _is_text,
    "weight": _is_number,
    "anchors": _list_of(_is_text),
    "comment_below": _is_bound,
    "comment_above": _is_bound,
    "classes": _list_of(_is_text),
}
_CLASS: Final[dict[str, _Check]] = {"key": _is_text, "label": _is_text, "weight": _is_number}


def export_scheme(scheme: Scheme) -> bytes:
    """Return a scheme as readable JSON. Weights are strings, never floats."""
    data = {"format": FORMAT, **{name: getattr(scheme, name) for name in _SCHEME}}
    data["criteria"] = [_row(criterion, _CRITERION) for criterion in scheme.criteria.all()]
    data["classes"] = [_row(voter_class, _CLASS) for voter_class in scheme.voter_classes.all()]
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


@transaction.atomic
def import_scheme(data: bytes, *, by: User) -> Scheme:
    """Return the scheme that a file describes. Where one of its name is there already, it becomes its next version.

    Raises: SchemeFileInvalid for what is no such file; SchemeInvalid if it could not be asked. Nothing is kept then.
    """
    value, rows = _loaded(data)
    scheme = Scheme(**{name: value[name] for name in _SCHEME}, version=next_version(str(value["name"])))
    criteria = [
        Criterion(**_checked(row, _CRITERION), scheme=scheme, sort_order=at) for at, row in enumerate(rows["criteria"])
    ]
    classes = [
        VoterClass(**_checked(row, _CLASS), scheme=scheme, sort_order=at) for at, row in enumerate(rows["classes"])
    ]
    try:
        scheme.full_clean()
        scheme.save()
        for part in (*criteria, *classes):
            part.full_clean(exclude=["scheme"])
    except (ValidationError, TypeError, ValueError) as error:
        raise SchemeFileInvalid(fault=_sentence(error)) from error
    Criterion.objects.bulk_create(criteria)
    VoterClass.objects.bulk_create(classes)
    check_scheme(scheme)
    audit_log.record(scheme, "peer_review.scheme.import", by=by, name=scheme.name, version=scheme.version)
    return scheme


def _row(row: Criterion | VoterClass, names: Iterable[str]) -> dict[str, object]:
    return {**{name: getattr(row, name) for name in names}, "weight": f"{Decimal(row.weight).normalize():f}"}


def _loaded(data: bytes) -> tuple[dict[str, object], dict[str, list[dict[str, object]]]]:
    """Return the fields of a scheme's file, and its rows: of "criteria" and of "classes"."""
    if len(data) > MAX_BYTES:
        raise SchemeFileInvalid(fault=f"> {MAX_BYTES // 1000} kB")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SchemeFileInvalid(fault="JSON") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise SchemeFileInvalid(fault="format")
    value = {**_BEFORE, **value}
    if missing := [name for name in (*_SCHEME, "criteria", "classes") if name not in value]:
        raise SchemeFileInvalid(fault=", ".join(missing))
    for name in ("criteria", "classes"):
        if not isinstance(value[name], list) or not all(isinstance(row, dict) for row in value[name]):
            raise SchemeFileInvalid(fault=name)
    _check_kinds(value, _SCHEME)
    return value, {name: value[name] for name in ("criteria", "classes")}


def _check_kinds(row: Mapping[str, object], checks: Mapping[str, _Check]) -> None:
    """Refuse a row of which a field is missing or of another kind, naming it."""
    if wrong := [name for name, check in checks.items() if name not in row or not check(row[name])]:
        raise SchemeFileInvalid(fault=", ".join(wrong))


def _checked(row: Mapping[str, object], checks: Mapping[str, _Check]) -> dict[str, object]:
    """Return the fields of one row, its weight a number."""
    _check_kinds(row, checks)
    try:
        return {**{name: row[name] for name in checks}, "weight": Decimal(str(row["weight"]))}
    except InvalidOperation as error:
        raise SchemeFileInvalid(fault="weight") from error


def _sentence(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
