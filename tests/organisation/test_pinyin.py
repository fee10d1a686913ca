"""Names are sorted and found by pinyin."""

import pytest

from organisation.pinyin import name_keys, needle

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "sort", "found_by", "not_by"),
    [
        ("张三", "zhang san", ["张", "三", "zhangsan", "Zhang San", "san", "zs", "zh"], ["hang", "s an g", "李"]),
        ("单晓华", "shan xiao hua", ["shanxiaohua", "dan", "xiaohua", "sxh", "dxh"], ["hua"]),
        ("欧阳娜娜", "ou yang na na", ["ouyang", "nana", "oynn", "阳娜"], ["yang"]),
        ("吕布", "lv bu", ["lvbu", "lübu", "lyubu", "lb", "LÜ"], ["lubu"]),
        ("John Smith", "johnsmith", ["john", "smith", "js", "JOHN SMITH"], ["mith"]),
        ("买买提·艾力", "mai mai ti ai li", ["买买提艾力", "maimaiti", "mmtal"], []),
        ("𠮷田", "𠮷 tian", ["田", "𠮷"], []),
    ],
)
def test_name_is_found_by_characters_pinyin_and_initials(
    name: str, sort: str, found_by: list[str], not_by: list[str]
) -> None:
    keys = name_keys(name)

    assert keys.sort == sort
    assert [words for words in found_by if needle(words) not in keys.search] == []
    assert [words for words in not_by if needle(words) in keys.search] == []
