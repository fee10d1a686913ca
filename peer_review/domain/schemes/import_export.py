"""Export and import of schemes as files."""

import json
from collections.abc import Mapping
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
_SCHEME = (
    "name",
    "description",
    "scale",
    "floor",
    "trim",
    "visibility",
    "paper",
    "sheet_rules",
    "grade_set",
    "bands",
    "comments",
    "comment_limit",
    "self_evaluation",
    "min_return",
    "excellent_quota",
    "quota_approval",
)
#: What files that were exported before there were quotas say of them.
_BEFORE_QUOTAS: Final[dict[str, object]] = {"excellent_quota": 0, "quota_approval": ""}
_CRITERION = ("key", "label", "description", "weight", "anchors", "comment_below", "comment_above", "classes")
_CLASS = ("key", "label", "weight")


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


def _row(row: Criterion | VoterClass, names: tuple[str, ...]) -> dict[str, object]:
    return {**{name: getattr(row, name) for name in names}, "weight": f"{Decimal(row.weight).normalize():f}"}


def _loaded(data: bytes) -> tuple[dict[str, object], dict[str, list[dict[str, object]]]]:
    """Return the fields of a scheme's file, and its rows: of "criteria" and of "classes"."""
    if len(data) > MAX_BYTES:
        raise SchemeFileInvalid(fault=f"> {MAX_BYTES // 1000} kB")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise SchemeFileInvalid(fault="JSON") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise SchemeFileInvalid(fault="format")
    value = {**_BEFORE_QUOTAS, **value}
    if missing := [name for name in (*_SCHEME, "criteria", "classes") if name not in value]:
        raise SchemeFileInvalid(fault=", ".join(missing))
    for name in ("criteria", "classes"):
        if not isinstance(value[name], list) or not all(isinstance(row, dict) for row in value[name]):
            raise SchemeFileInvalid(fault=name)
    return value, {name: value[name] for name in ("criteria", "classes")}


def _checked(row: Mapping[str, object], names: tuple[str, ...]) -> dict[str, object]:
    """Return the fields of one row, its weight a number."""
    if missing := [name for name in names if name not in row]:
        raise SchemeFileInvalid(fault=", ".join(missing))
    try:
        return {**{name: row[name] for name in names}, "weight": Decimal(str(row["weight"]))}
    except InvalidOperation as error:
        raise SchemeFileInvalid(fault="weight") from error


def _sentence(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
