"""Schemes: is the questionnaire sound, what does a round freeze of it, and the three it ships with."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from peer_review import audit
from peer_review.conf import conf
from peer_review.enums import Audience, PaperKind, ScaleKind
from peer_review.exceptions import SchemeInUse, SchemeInvalid
from peer_review.models import Criterion, Scheme, VoterClass
from peer_review.models.scheme import KEY_PATTERN, default_visibility

#: Lowest and highest answer of each scale.
SCALE_BOUNDS = {ScaleKind.POINTS: (0, 100), ScaleKind.ANCHORS: (1, 5), ScaleKind.GRADES: (1, 4)}
#: How many anchors a criterion must have; None where any words would be a fault.
ANCHOR_COUNTS = {ScaleKind.POINTS: 0, ScaleKind.ANCHORS: 5, ScaleKind.GRADES: 4}
MAX_CRITERIA = 40
MAX_CLASSES = 12


def scheme_problems(
    *,
    scale: str,
    floor: int,
    visibility: Any,
    criteria: Iterable[Any],
    classes: Iterable[Any],
) -> list[str]:
    """Return what is wrong with a questionnaire, as sentences; an empty list if nothing is.

    Takes values rather than a Scheme, so that a form can ask before anything is saved. Criteria need `key`,
    `label`, `weight` and `anchors`, classes `key`, `label` and `weight`.
    """
    criteria, classes = list(criteria), list(classes)
    problems: list[str] = []
    if not criteria:
        problems.append(_("A scheme needs at least one criterion."))
    if not classes:
        problems.append(_("A scheme needs at least one voter class."))
    if len(criteria) > MAX_CRITERIA:
        problems.append(_("A scheme has at most %(n)s criteria.") % {"n": MAX_CRITERIA})
    if len(classes) > MAX_CLASSES:
        problems.append(_("A scheme has at most %(n)s voter classes.") % {"n": MAX_CLASSES})
    if scale not in SCALE_BOUNDS:
        problems.append(_("Choose a scale."))
    if floor is None or floor < conf.MINIMUM_FLOOR:
        problems.append(_("The floor k is at least %(n)s.") % {"n": conf.MINIMUM_FLOOR})
    if not isinstance(visibility, dict) or set(visibility) != set(Audience.values):
        problems.append(_("Say for every audience whether it sees results."))
    for rows, duplicate, total in (
        (
            criteria,
            _("Two criteria have the key “%(key)s”."),
            _("The weights of the criteria add up to %(n)s, not 100."),
        ),
        (
            classes,
            _("Two voter classes have the key “%(key)s”."),
            _("The weights of the voter classes add up to %(n)s, not 100."),
        ),
    ):
        problems += [duplicate % {"key": key} for key, n in Counter(row.key for row in rows).items() if n > 1]
        for row in rows:
            if not re.fullmatch(KEY_PATTERN, row.key or ""):
                problems.append(_("“%(key)s” is not a usable key.") % {"key": row.key})
            if row.weight is None or not Decimal(row.weight).is_finite() or row.weight <= 0:
                problems.append(_("The weight of “%(label)s” must be above 0.") % {"label": row.label})
        weights = [Decimal(row.weight) for row in rows if row.weight is not None and Decimal(row.weight).is_finite()]
        if rows and sum(weights) != 100:
            problems.append(total % {"n": f"{sum(weights, Decimal(0)).normalize():f}"})
    expected = ANCHOR_COUNTS.get(ScaleKind(scale)) if scale in SCALE_BOUNDS else None
    for criterion in criteria:
        anchors = criterion.anchors
        if not isinstance(anchors, list) or not all(isinstance(words, str) and words.strip() for words in anchors):
            problems.append(_("The anchors of “%(label)s” must be sentences.") % {"label": criterion.label})
        elif expected is not None and len(anchors) != expected and (expected == 5 or anchors):
            problems.append(
                _("“%(label)s” has %(n)s anchors; this scale takes %(expected)s.")
                % {"label": criterion.label, "n": len(anchors), "expected": expected}
            )
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
    )
    if problems:
        raise SchemeInvalid(problems)


def check_unused(scheme: Scheme) -> None:
    """Refuse to give up a scheme that a round, whatever its state, was made from.

    Raises: SchemeInUse.
    """
    if scheme.rounds.exists():
        raise SchemeInUse


def freeze_scheme(scheme: Scheme) -> dict[str, Any]:
    """Return the copy of a scheme that a round keeps as `Round.form`. Weights are strings, never floats."""
    low, high = SCALE_BOUNDS[ScaleKind(scheme.scale)]
    classes = [voters.key for voters in scheme.voter_classes.all()]
    return {
        "v": 2,
        "scheme": {"name": scheme.name, "version": scheme.version},
        "scale": str(scheme.scale),
        "min": low,
        "max": high,
        "criteria": [
            {
                "key": criterion.key,
                "label": criterion.label,
                "description": criterion.description,
                "weight": f"{Decimal(criterion.weight).normalize():f}",
                "anchors": list(criterion.anchors),
                "comment_below": criterion.comment_below,
                "comment_above": criterion.comment_above,
                "classes": [key for key in classes if not criterion.classes or key in criterion.classes],
            }
            for criterion in scheme.criteria.all()
        ],
        "classes": [
            {"key": voters.key, "label": voters.label, "weight": f"{Decimal(voters.weight).normalize():f}"}
            for voters in scheme.voter_classes.all()
        ],
        "floor": scheme.floor,
        "trim": scheme.trim,
        "grade_set": str(scheme.grade_set),
        "bands": list(scheme.bands),
        "paper": str(scheme.paper),
        "sheet_rules": [dict(rule) for rule in scheme.sheet_rules] if scheme.paper == PaperKind.SHEET else [],
        "comments": scheme.comments,
        "comment_limit": scheme.comment_limit,
        "self_evaluation": scheme.self_evaluation,
        "min_return": scheme.min_return,
        "visibility": {audience: bool(scheme.visibility.get(audience)) for audience in Audience.values},
    }


#: Five aspects of an official's assessment: 公务员法 art. 35. The weights are practice, not law.
_ANNUAL = (
    ("de", "德", "政治素质、职业道德、社会公德、家庭美德、个人品德", 20),
    ("neng", "能", "履行职责的业务素质和能力", 20),
    ("qin", "勤", "责任心、工作态度、工作作风", 20),
    ("ji", "绩", "完成工作的数量、质量、效率和所产生的效益", 30),
    ("lian", "廉", "廉洁自律，遵守纪律规定", 10),
)
_SECTION = (
    (
        "fuwu",
        "服务与响应",
        "对其他科室请求的答复速度与质量",
        30,
        ("经常不答复", "答复很慢", "按时答复", "答复快而完整", "主动提前服务"),
    ),
    (
        "peihe",
        "协作配合",
        "跨科室工作中的配合",
        30,
        ("推诿", "需要反复催促", "能够配合", "配合主动", "为整体承担额外工作"),
    ),
    (
        "zhiliang",
        "工作质量",
        "移交工作的准确与完整",
        25,
        ("常需返工", "时有差错", "基本准确", "准确完整", "可作范例"),
    ),
    (
        "gaijin",
        "持续改进",
        "对意见与不符合项的整改",
        15,
        ("不整改", "整改拖延", "按期整改", "整改有效", "举一反三"),
    ),
)
_GRADED = (
    ("zhengzhi", "政治表现", "", 20),
    ("lvzhi", "履职能力", "", 30),
    ("zuofeng", "工作作风", "", 20),
    ("shiji", "工作实绩", "", 30),
)
_GRADES_LOWEST_FIRST = ("不称职", "基本称职", "称职", "优秀")


@transaction.atomic
def create_default_schemes(*, by: Any = None) -> list[Scheme]:
    """Return the three schemes that the plugin ships with, creating those that are missing (known by their name).

    They are content, so Chinese whatever the language of the page. Weights 0.5 / 0.3 / 0.2 over leaders, section
    heads and staff are common practice, without a rule behind them; every number can be changed.
    """
    house = [("leaders", "A 票：局领导", 50), ("section_heads", "B 票：科室负责人", 30), ("staff", "C 票：科员", 20)]
    tiers = [("superiors", "上级", 50), ("peers", "同级", 30), ("subordinates", "下级", 20)]
    sections = [("section_heads", "各科室负责人", 60), ("staff", "各科室人员", 40)]
    wanted: list[tuple[str, str, ScaleKind, list[Any], list[tuple[str, str, int]], dict[str, bool]]] = [
        (
            "年度考核民主测评（德能勤绩廉）",
            "按德、能、勤、绩、廉五个方面评分，百分制。依据：公务员法第三十五条。",
            ScaleKind.POINTS,
            [(key, label, words, weight, ()) for key, label, words, weight in _ANNUAL],
            house,
            default_visibility(),
        ),
        (
            "科室互评（内部顾客满意度）",
            "各科室以内部顾客的身份评价其他科室，一至五分，每分有文字说明。",
            ScaleKind.ANCHORS,
            list(_SECTION),
            sections,
            {**default_visibility(), "staff": True},
        ),
        (
            "分级互评（四等次）",
            "优秀、称职、基本称职、不称职四个等次，由上级、同级、下级分别评价。",
            ScaleKind.GRADES,
            [(key, label, words, weight, _GRADES_LOWEST_FIRST) for key, label, words, weight in _GRADED],
            tiers,
            default_visibility(),
        ),
    ]
    schemes = []
    for name, description, scale, criteria, classes, visibility in wanted:
        scheme, created = Scheme.objects.get_or_create(
            name=name,
            defaults={
                "description": description,
                "scale": scale,
                "floor": conf.FLOOR,
                "trim": True,
                "visibility": visibility,
            },
        )
        schemes.append(scheme)
        if not created:
            continue
        Criterion.objects.bulk_create(
            Criterion(
                scheme=scheme,
                key=key,
                label=label,
                description=words,
                weight=weight,
                anchors=list(anchors),
                sort_order=order,
            )
            for order, (key, label, words, weight, anchors) in enumerate(criteria)
        )
        VoterClass.objects.bulk_create(
            VoterClass(scheme=scheme, key=key, label=label, weight=weight, sort_order=order)
            for order, (key, label, weight) in enumerate(classes)
        )
        check_scheme(scheme)
        audit.record(scheme, "peer_review.scheme.create_defaults", by=by)
    return schemes
