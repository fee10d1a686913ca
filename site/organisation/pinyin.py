"""Names in Latin letters, for sorting and for finding 张三 by zhangsan, zhang, san or zs. No Django import."""

import itertools
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, pinyin

# Family names whose reading differs from the usual one of the character.
FAMILY_NAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "区": "ou", "盖": "ge",
    "任": "ren", "华": "hua", "覃": "qin", "翟": "zhai", "乐": "yue", "缪": "miao", "冼": "xian", "员": "yun",
    "召": "shao", "燕": "yan", "折": "she", "秘": "bi", "繁": "po", "种": "chong", "重": "chong", "晁": "chao",
    "逄": "pang", "纪": "ji", "哈": "ha", "那": "na", "祭": "zhai", "隗": "wei", "谌": "chen", "都": "du",
    "相": "xiang", "车": "che", "石": "shi", "句": "gou", "阚": "kan", "过": "guo", "要": "yao", "柏": "bai",
    "宿": "su", "葛": "ge", "於": "yu", "令": "ling", "尉": "wei", "郗": "xi", "粘": "nian", "臧": "zang",
}  # fmt: skip
# Family names of two characters; the reading given here is that of the whole.
DOUBLE_FAMILY_NAMES = {
    "欧阳": "ou yang", "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "令狐": "ling hu", "澹台": "tan tai",
    "司马": "si ma", "诸葛": "zhu ge", "上官": "shang guan", "司徒": "si tu", "皇甫": "huang fu", "夏侯": "xia hou",
    "慕容": "mu rong", "宇文": "yu wen", "东方": "dong fang", "南宫": "nan gong", "端木": "duan mu", "独孤": "du gu",
    "呼延": "hu yan", "轩辕": "xuan yuan", "公孙": "gong sun", "钟离": "zhong li", "闻人": "wen ren", "申屠": "shen tu",
}  # fmt: skip
MAX_READINGS = 12


@dataclass(frozen=True, slots=True)
class NameKeys:
    """The keys stored beside a name: one to sort by, and a text in which to search."""

    sort: str
    search: str


@lru_cache(maxsize=20_000)
def readings_of(character: str) -> tuple[str, ...]:
    """Return the one or two commonest readings of a Chinese character; empty for anything else."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    if not readings:
        return ()
    return tuple(dict.fromkeys(reading.replace("ü", "v") for reading in readings[0]))[:2]


def plain(text: str) -> str:
    """Return the text in lower case, without accents, spaces or punctuation; ü becomes v as on a keyboard."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ü", "v"))
    return "".join(character for character in folded if character.isalnum())


def is_chinese(character: str) -> bool:
    """True of a character that has a reading in pinyin."""
    return bool(readings_of(character))


def needle(words: str) -> str:
    """Return what to look for in `NameKeys.search`, or an empty text when nothing useful was typed.

    Latin letters match from the start of a reading only; Chinese characters match anywhere in the name.
    """
    typed = plain(words)
    if not typed:
        return ""
    return typed if any(map(is_chinese, typed)) else f" {typed}"


def _syllables(name: str) -> tuple[list[tuple[str, ...]], int]:
    """Return the possible readings of each character, and how many of them are the family name."""
    for family, reading in DOUBLE_FAMILY_NAMES.items():
        if name.startswith(family) and len(name) > len(family):
            return [(part,) for part in reading.split()] + [readings_of(c) or (c,) for c in name[2:]], 2
    first = readings_of(name[0]) or (name[0],)
    if name[0] in FAMILY_NAMES:
        first = tuple(dict.fromkeys((FAMILY_NAMES[name[0]], *first)))[:2]
    return [first] + [readings_of(c) or (c,) for c in name[1:]], 1


def name_keys(name: str) -> NameKeys:
    """Return the sort key and the search text of a name, Chinese or not."""
    letters = plain(name)
    if not letters:
        return NameKeys(sort="", search="")
    if not any(map(is_chinese, letters)):
        words = [plain(word) for word in name.split()]
        tokens = [letters, *words, "".join(word[:1] for word in words)]
        return NameKeys(sort=letters[:80], search=_search_text(letters, tokens))
    choices, family = _syllables(letters)
    tokens = []
    for syllables in itertools.islice(itertools.product(*choices), MAX_READINGS):
        tokens += ["".join(syllables), "".join(syllables[family:]), "".join(syllable[0] for syllable in syllables)]
        if any("v" in syllable for syllable in syllables):
            tokens.append("".join(syllables).replace("v", "yu"))
    return NameKeys(sort=" ".join(choice[0] for choice in choices)[:80], search=_search_text(letters, tokens))


def _search_text(letters: str, tokens: list[str]) -> str:
    """Join the distinct tokens, each after a space so that a search can ask for the start of one."""
    return " ".join(["", letters, *(token for token in dict.fromkeys(tokens) if token and token != letters)])[:400]
