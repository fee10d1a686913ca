"""The invented people of the demonstration: the same for every run and every size."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

SECTIONS: list[tuple[str, str, int]] = [
    # key, name, share of the staff in the reference organisation
    ("leaders", "局领导", 5),
    ("office", "办公室", 13),
    ("personnel", "政工人事科", 9),
    ("discipline", "纪检监察室", 7),
    ("legal", "法制综合科", 10),
    ("passenger", "旅检科", 24),
    ("cargo", "货检科", 20),
    ("health", "卫生检疫科", 17),
    ("lab", "技术保障科", 15),
]
RANKS: list[tuple[str, str]] = [("leader", "局领导"), ("head", "科室负责人"), ("officer", "科员")]

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫"
    "孔向汤"
)
GIVEN_ONE = "伟芳娜敏静丽强磊洋艳勇军杰娟涛超霞平刚玲桂辉健明华慧建文利彬宁晨睿颖琳岩帆川"
GIVEN_TWO = [
    "子轩",
    "思远",
    "雨桐",
    "浩然",
    "一诺",
    "佳宁",
    "明哲",
    "晓彤",
    "志强",
    "文静",
    "海燕",
    "国华",
    "秀英",
    "建国",
    "春梅",
    "立新",
    "小龙",
    "永康",
    "嘉怡",
    "天宇",
    "俊杰",
    "雅婷",
    "诗涵",
    "梓涵",
    "博文",
    "欣怡",
    "景行",
    "若溪",
    "书瑶",
    "知远",
    "安然",
    "宏伟",
    "玉兰",
    "志远",
    "晓峰",
    "丽华",
    "振宇",
    "梦洁",
    "承志",
    "清扬",
]
POSITIONS = {
    "leaders": ["局长", "副局长", "纪检组长", "副局长", "总检疫师"],
    "office": ["主任", "副主任", "文秘", "后勤管理", "财务"],
    "personnel": ["科长", "副科长", "组织干事", "人事干事", "宣传干事"],
    "discipline": ["主任", "副主任", "监察员"],
    "legal": ["科长", "副科长", "法制审核员", "内审员"],
    "passenger": ["科长", "副科长", "旅检查验员", "现场带班"],
    "cargo": ["科长", "副科长", "货检查验员", "单证审核员"],
    "health": ["科长", "副科长", "检疫医师", "卫生监督员"],
    "lab": ["科长", "副科长", "检测员", "信息技术员", "计量管理员"],
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One invented employee. `username` is the employee number in lower case, or a role's name."""

    number: str
    username: str
    name: str
    section: str
    rank: str
    position: str
    phone: str
    joined_year: int
    is_head: bool
    roles: tuple[str, ...]


# The sign-ins that `make demo` prints, one per role: (section, place in the section) -> user name and extra roles.
ROLE_SEATS: dict[tuple[str, int], tuple[str, tuple[str, ...]]] = {
    ("leaders", 0): ("leader", ("leadership",)),
    ("passenger", 0): ("head", ("section_head",)),
    ("passenger", 4): ("staff", ()),
    ("office", 3): ("editor", ("editor",)),
    ("personnel", 3): ("moderator", ("moderator",)),
    ("personnel", 2): ("organiser", ("organiser",)),
    ("legal", 3): ("scrutineer", ("scrutineer",)),
    ("discipline", 2): ("inspector", ("inspector",)),
    ("lab", 4): ("admin", ("administrator",)),
}


def names() -> Iterator[str]:
    """Yield invented names without end; of those already given, every third comes again, as among people."""
    chance = random.Random(20260101)  # noqa: S311 - names of invented people, not secrets
    seen: set[str] = set()
    serial = 0
    while True:
        given = chance.choice(GIVEN_TWO) if chance.random() < 0.6 else chance.choice(GIVEN_ONE)
        name = chance.choice(SURNAMES) + given
        if name in seen:
            serial += 1
            if serial % 3:
                continue
        seen.add(name)
        yield name


def position_title(section: str, place: int) -> str:
    """Return the position at a place of a section: head and deputy first, then the others in turn."""
    titles = POSITIONS[section]
    if place < len(titles):
        return titles[place]
    ordinary = titles[2:]
    return ordinary[place % len(ordinary)]


def people(size: int = 120) -> Iterator[DemoPerson]:
    """Return `size` employees over the nine sections, in the proportions of the reference organisation.

    The first places of each section are its head and deputy, so the role sign-ins sit at the same desk in every size.
    """
    total = sum(share for _key, _name, share in SECTIONS)
    name = names()
    left = size
    for position, (section, _title, share) in enumerate(SECTIONS):
        last = position == len(SECTIONS) - 1
        count = left if last else max(share if size >= total else 3, round(size * share / total))
        if section == "leaders":
            count = min(count, 9)
        count = min(count, left)
        left -= count
        for place in range(count):
            # A number tells section and place, so that a larger demonstration only adds to a smaller one.
            serial = (position + 1) * 100_000 + place + 1
            username, roles = ROLE_SEATS.get((section, place), (f"y{serial}", ()))
            if section == "leaders":
                rank = "leader"
                roles = tuple({*roles, "leadership"})
            elif place < 2:
                rank = "head"
                roles = tuple({*roles, "section_head"}) if place == 0 else roles
            else:
                rank = "officer"
            yield DemoPerson(
                number=f"Y{serial}",
                username=username,
                name=next(name),
                section=section,
                rank=rank,
                position=position_title(section, place),
                phone=f"0000-{serial}",
                joined_year=1996 + (serial * 7) % 29,
                is_head=place == 0,
                roles=roles,
            )
