"""The library of schemes that the plugin ships with. They are content, so Chinese whatever the language of the page.

Weights and bounds are common practice where no rule is named, and every number can be changed.
"""

from dataclasses import dataclass, field
from typing import Final, TypedDict

from django.db import transaction

from peer_review import audit_log
from peer_review.conf import conf
from peer_review.domain.schemes.schemes import check_scheme
from peer_review.enums import PaperKind, ScaleKind
from peer_review.models import Criterion, Scheme, VoterClass
from peer_review.models.scheme import default_visibility
from peer_review.protocol.frozen_scheme import SheetRuleJson
from peer_review.users import User


class SchemeTerms(TypedDict, total=False):
    """Terms of a scheme that differ from what a new one begins with."""

    paper: str
    sheet_rules: list[SheetRuleJson]
    comments: bool
    self_evaluation: bool
    min_return: int
    trim: bool
    visibility: dict[str, bool]
    excellent_quota: int


@dataclass(frozen=True, slots=True)
class LibraryScheme:
    """One scheme: criteria are (key, label, description, weight, anchors), classes (key, label, weight)."""

    name: str
    description: str
    scale: ScaleKind
    criteria: tuple[tuple[str, str, str, int, tuple[str, ...]], ...]
    classes: tuple[tuple[str, str, int], ...]
    more: SchemeTerms = field(default_factory=SchemeTerms)
    reason_below: int | None = None


_HOUSE = (("leaders", "A 票：局领导", 50), ("section_heads", "B 票：科室负责人", 30), ("staff", "C 票：科员", 20))
_TIERS = (("superiors", "上级", 50), ("peers", "同级", 30), ("subordinates", "下级", 20))
#: Five aspects of an official's assessment: 公务员法 art. 35. The weights are practice, not law.
_ASPECTS = (
    ("de", "德", "政治素质、职业道德、社会公德、家庭美德、个人品德", 20, ()),
    ("neng", "能", "履行职责的业务素质和能力", 20, ()),
    ("qin", "勤", "责任心、工作态度、工作作风", 20, ()),
    ("ji", "绩", "完成工作的数量、质量、效率和所产生的效益", 30, ()),
    ("lian", "廉", "廉洁自律，遵守纪律规定", 10, ()),
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
_GRADES_LOWEST_FIRST = ("不称职", "基本称职", "称职", "优秀")
_GRADED = (
    ("zhengzhi", "政治表现", "", 20, _GRADES_LOWEST_FIRST),
    ("lvzhi", "履职能力", "", 30, _GRADES_LOWEST_FIRST),
    ("zuofeng", "工作作风", "", 20, _GRADES_LOWEST_FIRST),
    ("shiji", "工作实绩", "", 30, _GRADES_LOWEST_FIRST),
)
_BEHAVIOUR = (
    (
        "goutong",
        "沟通与倾听",
        "听得进不同意见，把事情说清楚",
        25,
        (
            "打断他人，听不进意见",
            "常常说不清、听不全",
            "能听完，也能说明白",
            "主动征求意见并作出回应",
            "让分歧变成更好的办法",
        ),
    ),
    (
        "dandang",
        "责任担当",
        "对结果负责，不推不拖",
        25,
        ("出了问题推给别人", "需要反复催办", "分内的事按时做好", "主动补位，敢于认错", "难事面前站在最前面"),
    ),
    (
        "xiezuo",
        "团队协作",
        "帮助他人把事情办成",
        25,
        ("只顾自己", "勉强配合", "按要求配合", "主动分享信息和经验", "成就他人，带动整个团队"),
    ),
    (
        "gaijin",
        "学习与改进",
        "接受意见，持续改进",
        25,
        ("拒绝改变", "被要求时才改", "能根据意见改进", "主动寻找改进的地方", "把经验变成大家的做法"),
    ),
)
_AGREE = ("完全不同意", "不太同意", "说不上", "比较同意", "完全同意")
_PULSE = (
    ("zhichi", "工作得到了需要的支持", "近一个月内", 34, _AGREE),
    ("xinxi", "需要知道的事情能及时知道", "近一个月内", 33, _AGREE),
    ("jianyan", "有意见时愿意当面说出来", "近一个月内", 33, _AGREE),
)

LIBRARY: Final[dict[str, LibraryScheme]] = {
    "annual": LibraryScheme(
        "年度考核民主测评（德能勤绩廉）",
        "按德、能、勤、绩、廉五个方面评分，百分制，得分对应优秀、称职、基本称职、不称职四个等次。"
        "依据：公务员法第三十五条、第三十六条。",
        ScaleKind.POINTS,
        _ASPECTS,
        _HOUSE,
    ),
    "section": LibraryScheme(
        "科室互评（内部顾客满意度）",
        "各科室以内部顾客的身份评价其他科室，一至五分，每分有文字说明。",
        ScaleKind.ANCHORS,
        _SECTION,
        (("section_heads", "各科室负责人", 60), ("staff", "各科室人员", 40)),
        {"visibility": {**default_visibility(), "staff": True}},
    ),
    "graded": LibraryScheme(
        "分级互评（四等次）",
        "优秀、称职、基本称职、不称职四个等次，由上级、同级、下级分别评价。",
        ScaleKind.GRADES,
        _GRADED,
        _TIERS,
    ),
    "full_circle": LibraryScheme(
        "三百六十度评价（行为锚定）",
        "上级、同级、下级按具体行为评价，每分对应一种看得见的做法；本人自评对照；可写意见，两分以下请说明理由。",
        ScaleKind.ANCHORS,
        _BEHAVIOUR,
        (("superiors", "上级", 40), ("peers", "同级", 30), ("subordinates", "下级", 30)),
        {"comments": True, "self_evaluation": True},
        reason_below=2,
    ),
    "sheet": LibraryScheme(
        "领导干部民主测评（整张票）",
        "一张票列出全部测评对象，按德、能、勤、绩、廉评分。九十分以上不超过名单人数的四分之一；"
        "全部相同或者全部满分的票无效。不去掉最高分和最低分，另外列出去除各票评分宽严影响后的得分。"
        "只用于评价人不在名单上、名单人人相同的测评。",
        ScaleKind.POINTS,
        _ASPECTS,
        (("section_heads", "B 票：科室负责人", 60), ("staff", "C 票：科员", 40)),
        {
            "paper": PaperKind.SHEET,
            "sheet_rules": [
                {"kind": "quota", "percent": 25, "points": 90},
                {"kind": "not_all_equal"},
                {"kind": "not_all_max"},
            ],
            "min_return": 50,
            # A trimmed mean forbids the score without severity beside it, which takes a harsh sheet's edge off better.
            "trim": False,
        },
    ),
    "pulse": LibraryScheme(
        "快速问卷（脉搏调查）",
        "三个问题，一分钟答完，了解科室里的感受。一至五分，不分票类。",
        ScaleKind.ANCHORS,
        _PULSE,
        (("all", "全体人员", 100),),
        # A pulse grades nobody.
        {"trim": False, "excellent_quota": 0},
    ),
}


@transaction.atomic
def create_default_schemes(*, by: User | None = None) -> dict[str, Scheme]:
    """Return the schemes of the library by their key, creating those that are missing (known by their name).

    Of a scheme that has been developed further, the newest version is returned.
    """
    return {key: _existing(entry) or _create(entry, by=by) for key, entry in LIBRARY.items()}


def _existing(entry: LibraryScheme) -> Scheme | None:
    scheme: Scheme | None = Scheme.objects.filter(name=entry.name).order_by("-version").first()
    return scheme


def _create(entry: LibraryScheme, *, by: User | None) -> Scheme:
    terms = {"floor": conf.FLOOR, "visibility": default_visibility(), **entry.more}
    scheme: Scheme = Scheme.objects.create(name=entry.name, description=entry.description, scale=entry.scale, **terms)
    Criterion.objects.bulk_create(
        Criterion(
            scheme=scheme,
            key=key,
            label=label,
            description=words,
            weight=weight,
            anchors=list(anchors),
            comment_below=entry.reason_below,
            sort_order=order,
        )
        for order, (key, label, words, weight, anchors) in enumerate(entry.criteria)
    )
    VoterClass.objects.bulk_create(
        VoterClass(scheme=scheme, key=key, label=label, weight=weight, sort_order=order)
        for order, (key, label, weight) in enumerate(entry.classes)
    )
    check_scheme(scheme)
    audit_log.record(scheme, "peer_review.scheme.create_defaults", by=by)
    return scheme
