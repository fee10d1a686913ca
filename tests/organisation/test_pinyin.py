"""Names are sorted and found by pinyin."""

import pytest

from organisation.pinyin import is_chinese, name_keys, needle, plain, readings_of

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


@pytest.mark.parametrize(
    ("text", "letters"),
    [("Zhāng Sān", "zhangsan"), ("LÜ", "lv"), ("张·三", "张三"), ("１２", "12"), (" .", ""), ("", "")],
)
def test_plain_text_has_no_case_accents_space_or_punctuation(text: str, letters: str) -> None:
    assert plain(text) == letters


@pytest.mark.parametrize(("character", "readings"), [("张", ("zhang",)), ("吕", ("lv",)), ("a", ()), ("·", ())])
def test_readings_of_a_character(character: str, readings: tuple[str, ...]) -> None:
    assert readings_of(character)[: len(readings) or 1] == readings
    assert is_chinese(character) is bool(readings)


def test_latin_letters_are_looked_for_at_the_start_of_a_reading() -> None:
    assert [needle(words) for words in ("zs", "张", " ", "张s")] == [" zs", "张", "", "张s"]


def test_name_without_letters_has_no_keys_and_a_long_one_is_cut() -> None:
    assert (name_keys("…").sort, name_keys("…").search) == ("", "")
    keys = name_keys("行" * 60)
    assert (len(keys.sort) <= 80, len(keys.search) <= 400) == (True, True)
