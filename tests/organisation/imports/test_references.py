"""What a cell means that names a section or a rank."""

import pytest

from organisation.imports.cells import CellError
from organisation.imports.model import PlannedRank, PlannedSection
from organisation.imports.references import References


def sections() -> dict[str, PlannedSection]:
    bureau = PlannedSection("B", "总局", pk=1)
    north, south = PlannedSection("N", "北局", bureau, pk=2), PlannedSection("S", "南局", bureau)
    offices = [PlannedSection("NO", "办公室", north, pk=3), PlannedSection("SO", "办公室", south)]
    return {section.code: section for section in (bureau, north, south, *offices)}


@pytest.mark.parametrize(
    ("reference", "code"),
    [("NO", "NO"), ("北局", "N"), ("北局/办公室", "NO"), ("总局/南局/办公室", "SO"), ("南局/办公室", "SO")],
)
def test_section_is_found_by_code_name_and_path(reference: str, code: str) -> None:
    references = References(sections())

    assert references.find(reference).code == code
    assert references.find(reference).code == code  # the second time from memory


def test_code_comes_before_a_name() -> None:
    ranks = {"科员": PlannedRank("科员", "科长", 1), "KY": PlannedRank("KY", "科员", 2)}

    assert References(ranks).find("科员").code == "科员"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [("办公室", "“办公室” can mean more than one. Give its code."), ("火星", "“火星” is not known.")],
)
def test_what_means_nothing_or_more_than_one_is_refused(in_english: None, reference: str, reason: str) -> None:
    with pytest.raises(CellError) as refusal:
        References(sections()).find(reference)

    assert str(refusal.value) == reason


def test_recorded_ones_are_known_by_primary_key() -> None:
    assert {pk: section.code for pk, section in References(sections()).by_pk.items()} == {1: "B", 2: "N", 3: "NO"}


def test_tree_with_a_cycle_is_read_to_an_end() -> None:
    first, second = PlannedSection("A", "甲"), PlannedSection("B", "乙")
    first.parent, second.parent = second, first

    assert References({"A": first, "B": second}).find("乙/甲") is first
