"""Schemes: checks of a questionnaire, the copy that a round freezes, versions and copies."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import TypeAlias

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from peer_review import audit_log
from peer_review.conf import conf
from peer_review.enums import Audience, PaperKind, RoundState, ScaleKind
from peer_review.exceptions.base import SchemeInvalid
from peer_review.exceptions.schemes import SchemeInUse, SchemeNameTaken
from peer_review.models import Criterion, Round, Scheme, VoterClass
from peer_review.models.scheme import KEY_PATTERN
from peer_review.protocol.frozen_scheme import FrozenClass, FrozenCriterion, FrozenScheme, FrozenSheetRule
from peer_review.protocol.papers import LOW, QUOTA, SHEET_RULES
from peer_review.users import User

#: Lowest and highest answer of each scale.
SCALE_BOUNDS = {ScaleKind.POINTS: (0, 100), ScaleKind.ANCHORS: (1, 5), ScaleKind.GRADES: (1, 4)}
#: How many anchors a criterion must have; None where any words would be a fault.
ANCHOR_COUNTS = {ScaleKind.POINTS: 0, ScaleKind.ANCHORS: 5, ScaleKind.GRADES: 4}
MAX_CRITERIA = 40
MAX_CLASSES = 12


#: A criterion and a voter class: rows, or what a form would leave behind.
CriterionRow: TypeAlias = Criterion | SimpleNamespace
ClassRow: TypeAlias = VoterClass | SimpleNamespace


def scheme_problems(
    *,
    scale: str,
    floor: int,
    visibility: object,
    criteria: Iterable[CriterionRow],
    classes: Iterable[ClassRow],
    paper: str = PaperKind.SUBJECT,
    sheet_rules: object = (),
    bands: object = (90, 70, 60),
    quota: object = 0,
    quota_approval: str = "",
) -> list[str]:
    """Return a sentence for each fault of a questionnaire.

    Takes values rather than a Scheme, so that a form can ask before anything is saved. Criteria need `key`,
    `label`, `weight`, `anchors`, `comment_below`, `comment_above` and `classes`; classes `key`, `label`, `weight`.
    """
    criteria, classes = list(criteria), list(classes)
    problems = [
        *_size_problems(criteria, classes),
        *_term_problems(scale, floor, visibility),
        *_key_and_weight_problems(
            criteria,
            duplicate=_("Two criteria have the key “%(key)s”."),
            total=_("The weights of the criteria add up to %(n)s, not 100."),
        ),
        *_key_and_weight_problems(
            classes,
            duplicate=_("Two voter classes have the key “%(key)s”."),
            total=_("The weights of the voter classes add up to %(n)s, not 100."),
        ),
        *_anchor_problems(scale, criteria),
        *_bands_problems(bands),
        *_quota_problems(quota, quota_approval),
        *_asking_problems(scale, criteria, [row.key for row in classes]),
    ]
    return problems + (_rule_problems(sheet_rules) if paper == PaperKind.SHEET else [])


def _size_problems(criteria: Sequence[CriterionRow], classes: Sequence[ClassRow]) -> Iterator[str]:
    """Yield the faults of the number of criteria and voter classes."""
    if not criteria:
        yield _("A scheme needs at least one criterion.")
    if not classes:
        yield _("A scheme needs at least one voter class.")
    if len(criteria) > MAX_CRITERIA:
        yield _("A scheme has at most %(n)s criteria.") % {"n": MAX_CRITERIA}
    if len(classes) > MAX_CLASSES:
        yield _("A scheme has at most %(n)s voter classes.") % {"n": MAX_CLASSES}


def _term_problems(scale: str, floor: int | None, visibility: object) -> Iterator[str]:
    """Yield the faults of scale, floor and audiences."""
    if scale not in SCALE_BOUNDS:
        yield _("Choose a scale.")
    if floor is None or floor < conf.MINIMUM_FLOOR:
        yield _("The floor k is at least %(n)s.") % {"n": conf.MINIMUM_FLOOR}
    if not isinstance(visibility, dict) or set(visibility) != set(Audience.values):
        yield _("Say for every audience whether it sees results.")


def _key_and_weight_problems(rows: Sequence[CriterionRow | ClassRow], *, duplicate: str, total: str) -> Iterator[str]:
    """Yield the faults of the keys and weights of criteria or of voter classes."""
    for key, n in Counter(row.key for row in rows).items():
        if n > 1:
            yield duplicate % {"key": key}
    for row in rows:
        if not re.fullmatch(KEY_PATTERN, row.key or ""):
            yield _("“%(key)s” is not a usable key.") % {"key": row.key}
        if row.weight is None or not Decimal(row.weight).is_finite() or row.weight <= 0:
            yield _("The weight of “%(label)s” must be above 0.") % {"label": row.label}
    weights = [Decimal(row.weight) for row in rows if row.weight is not None and Decimal(row.weight).is_finite()]
    if rows and sum(weights) != 100:
        yield total % {"n": f"{sum(weights, Decimal(0)).normalize():f}"}


def _anchor_problems(scale: str, criteria: Sequence[CriterionRow]) -> Iterator[str]:
    """Yield the faults of the anchors: one for each answer of the scale, or none where the scale names them."""
    expected = ANCHOR_COUNTS.get(ScaleKind(scale)) if scale in SCALE_BOUNDS else None
    for criterion in criteria:
        anchors = criterion.anchors
        if not isinstance(anchors, list) or not all(isinstance(words, str) and words.strip() for words in anchors):
            yield _("The anchors of “%(label)s” must be sentences.") % {"label": criterion.label}
        elif expected is not None and len(anchors) != expected and (expected == 5 or anchors):
            yield _("“%(label)s” has %(n)s anchors; this scale takes %(expected)s.") % {
                "label": criterion.label,
                "n": len(anchors),
                "expected": expected,
            }


def _bands_problems(bands: object) -> list[str]:
    if isinstance(bands, list | tuple) and len(bands) == 3 and all(type(lowest) is int for lowest in bands):
        high, middle, low = bands
        if 100 >= high > middle > low >= 1:
            return []
    return [_("The grades need three lowest points between 100 and 1, each under the one before.")]


def _quota_problems(quota: object, approval: str) -> list[str]:
    """Return the faults of the quota: at most 20 %, up to 25 % with approval (docs/decisions.md#the-proposal)."""
    if not isinstance(quota, int) or isinstance(quota, bool) or not 0 <= quota <= 25:
        return [_("The quota of “excellent” lies between 0 and 25 percent.")]
    if quota > 20 and not approval.strip():
        return [_("A quota above 20 percent needs an approval: name its document.")]
    return []


def _asking_problems(scale: str, criteria: Sequence[CriterionRow], classes: list[str]) -> list[str]:
    """Return the faults of criteria: classes that the scheme does not have, and answers that require a reason."""
    problems = []
    low, high = SCALE_BOUNDS.get(ScaleKind(scale), (0, 100)) if scale in SCALE_BOUNDS else (0, 100)
    for criterion in criteria:
        if not isinstance(criterion.classes, list) or set(criterion.classes) - set(classes):
            problems.append(
                _("“%(label)s” names a voter class that the scheme does not have.") % {"label": criterion.label}
            )
        edges = [edge for edge in (criterion.comment_below, criterion.comment_above) if edge is not None]
        if any(type(edge) is not int or not low <= edge <= high for edge in edges):
            problems.append(
                _("The answers of “%(label)s” that want a reason must lie between %(low)s and %(high)s.")
                % {"label": criterion.label, "low": low, "high": high}
            )
        elif len(edges) == 2 and edges[1] < edges[0]:
            problems.append(_("Every answer of “%(label)s” would want a reason.") % {"label": criterion.label})
    asked = [set(criterion.classes or classes) for criterion in criteria if isinstance(criterion.classes, list)]
    return problems + [
        _("Nothing is asked of the voter class “%(key)s”.") % {"key": key}
        for key in classes
        if criteria and not any(key in keys for keys in asked)
    ]


def _rule_problems(rules: object) -> list[str]:
    """Return the faults of the rules about a whole sheet (protocol.papers.SheetRule)."""
    if not isinstance(rules, list | tuple) or not all(isinstance(rule, dict) for rule in rules):
        return [_("The rules about a whole sheet are not in their form.")]
    problems = []
    if {rule.get("kind") for rule in rules} - SHEET_RULES:
        problems.append(_("There is no such rule about a whole sheet."))
    if len({rule.get("kind") for rule in rules}) < len(rules):
        problems.append(_("Each rule about a whole sheet can be set once."))
    for rule in rules:
        if rule.get("kind") not in (QUOTA, LOW):
            continue
        n, percent, points = (rule.get(name) for name in ("n", "percent", "points"))
        if (n is None) == (percent is None):
            problems.append(_("A quota is a number or a percentage, one of the two."))
        elif not (type(n) is int and 1 <= n <= 500) and not (type(percent) is int and 1 <= percent <= 100):
            problems.append(_("A quota is at least 1, a percentage at most 100."))
        if type(points) is not int or not 1 <= points <= 100:
            problems.append(_("A rule about a whole sheet counts from between 1 and 100 points."))
    return problems


def check_scheme(scheme: Scheme) -> None:
    """Refuse a scheme that cannot be asked.

    Raises: SchemeInvalid.
    """
    problems = scheme_problems(
        scale=scheme.scale,
        floor=scheme.floor,
        visibility=scheme.visibility,
        criteria=scheme.criteria.all(),
        classes=scheme.voter_classes.all(),
        paper=scheme.paper,
        sheet_rules=scheme.sheet_rules,
        bands=scheme.bands,
        quota=scheme.excellent_quota,
        quota_approval=scheme.quota_approval,
    )
    if problems:
        raise SchemeInvalid(problems)


def check_unused(scheme: Scheme) -> None:
    """Refuse to delete a scheme that a round, whatever its state, was made from.

    Raises: SchemeInUse.
    """
    if scheme.rounds.exists():
        raise SchemeInUse


def is_in_use(scheme: Scheme) -> bool:
    """Return whether an opened round was made from this version, which may then no longer change."""
    return scheme.rounds.exclude(state=RoundState.DRAFT).exists()


def next_version(name: str) -> int:
    """Return the number that the next version of a scheme of this name gets."""
    return (Scheme.objects.filter(name=name).aggregate(last=Max("version"))["last"] or 0) + 1


@transaction.atomic
def make_version(scheme: Scheme, *, by: User) -> Scheme:
    """Return a new version of a scheme, equal to it until it is edited. Rounds keep the version they were made with.

    The old one is retired: not offered for new rounds.
    """
    new_version = _duplicate(scheme, name=scheme.name, version=next_version(scheme.name), previous=scheme)
    Scheme.objects.filter(pk=scheme.pk).update(retired=True)
    audit_log.record(
        new_version, "peer_review.scheme.version", by=by, name=new_version.name, version=new_version.version
    )
    return new_version


@transaction.atomic
def copy_scheme(scheme: Scheme, *, name: str, by: User) -> Scheme:
    """Return a new scheme that starts as a copy of another.

    Raises: SchemeNameTaken.
    """
    if Scheme.objects.filter(name=name).exists():
        raise SchemeNameTaken
    copy = _duplicate(scheme, name=name, version=1, previous=None)
    audit_log.record(copy, "peer_review.scheme.copy", by=by, source=str(scheme))
    return copy


def _duplicate(scheme: Scheme, *, name: str, version: int, previous: Scheme | None) -> Scheme:
    own = {"id", "name", "version", "previous", "retired"}
    fields = [field.name for field in Scheme._meta.concrete_fields if field.name not in own]
    terms = {field: getattr(scheme, field) for field in fields}
    duplicate: Scheme = Scheme.objects.create(name=name, version=version, previous=previous, **terms)
    for rows in (scheme.criteria, scheme.voter_classes):
        for row in rows.all():
            row.pk, row.scheme = None, duplicate
            row.save(force_insert=True)
    return duplicate


def freeze_for(round: Round) -> FrozenScheme:
    """Return the copy of its scheme that a round would keep now, with the voter classes it declares not anonymous."""
    return freeze_scheme(round.scheme, not_anonymous=round.not_anonymous)


def freeze_scheme(scheme: Scheme, *, not_anonymous: Collection[str] = ()) -> FrozenScheme:
    """Return the copy of a scheme that a round keeps, as JSON, in `Round.form`. `not_anonymous`: keys of classes."""
    low, high = SCALE_BOUNDS[ScaleKind(scheme.scale)]
    classes = tuple(
        FrozenClass(
            key=voters.key,
            label=voters.label,
            weight=Decimal(voters.weight),
            anonymous=voters.key not in not_anonymous,
        )
        for voters in scheme.voter_classes.all()
    )
    return FrozenScheme(
        name=scheme.name,
        version=scheme.version,
        scale=str(scheme.scale),
        min=low,
        max=high,
        criteria=tuple(
            FrozenCriterion(
                key=criterion.key,
                label=criterion.label,
                description=criterion.description,
                weight=Decimal(criterion.weight),
                anchors=tuple(criterion.anchors),
                comment_below=criterion.comment_below,
                comment_above=criterion.comment_above,
                classes=tuple(
                    voters.key for voters in classes if not criterion.classes or voters.key in criterion.classes
                ),
            )
            for criterion in scheme.criteria.all()
        ),
        classes=classes,
        floor=scheme.floor,
        trim=scheme.trim,
        grade_set=str(scheme.grade_set),
        bands=tuple(scheme.bands),
        paper=str(scheme.paper),
        sheet_rules=(
            tuple(FrozenSheetRule.from_json(rule) for rule in scheme.sheet_rules)
            if scheme.paper == PaperKind.SHEET
            else ()
        ),
        comments=scheme.comments,
        comment_limit=scheme.comment_limit,
        self_evaluation=scheme.self_evaluation,
        min_return=scheme.min_return,
        excellent_quota=scheme.excellent_quota,
        quota_approval=scheme.quota_approval,
        audiences=frozenset(audience for audience in Audience.values if scheme.visibility.get(audience)),
        exact_scores=scheme.exact_scores,
    )
