import xml.etree.ElementTree as ET

import pytest

from peer_review.charts.bars import Point
from peer_review.charts.radar import CENTRE, RADIUS, Spoke, radar, wrapped


def draw(spokes: list[Spoke], *others: str) -> ET.Element:
    svg = radar(spokes, name="r", title="T", description="D", missing="too few", own="You", others=others)
    return ET.fromstring(f"<div>{svg}</div>")


def of_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [one for one in root.iter() if css in (one.get("class") or "").split()]


def texts(root: ET.Element) -> list[str]:
    return [one.text for one in root.iter() if one.text]


THREE = [Spoke("Work", Point(100, 96, 100)), Spoke("Spirit", Point(80, 70, 90)), Spoke("Speed", Point(60, 60, 70))]


def test_values_lie_on_their_spokes_in_proportion_to_the_scale() -> None:
    """From 60 in the middle to 100 on the rim: 100 is at the top, 60 in the centre, 80 half way out."""
    root = draw(THREE)
    [area] = of_class(root, "ch-own-area")
    spots = [tuple(map(float, one.split(","))) for one in (area.get("points") or "").split()]
    assert spots[0] == (CENTRE[0], CENTRE[1] - RADIUS)
    half = RADIUS / 2
    assert spots[1] == pytest.approx((CENTRE[0] + half * 0.866, CENTRE[1] + half / 2), abs=0.1)
    assert spots[2] == CENTRE
    assert [one.text for one in of_class(root, "ch-tick")] == ["80", "100", "60"]


def test_each_own_value_has_its_interval_along_the_spoke_and_its_number() -> None:
    root = draw(THREE)
    assert len(of_class(root, "ch-own-bar")) == 3
    top = of_class(root, "ch-own-bar")[0]
    assert (top.get("x1"), top.get("x2")) == ("200.0", "200.0")
    assert float(top.get("y1") or 0) - float(top.get("y2") or 0) == pytest.approx(RADIUS * 4 / 40, abs=0.1)
    assert {"100.0", "80.0", "60.0"} <= set(texts(root))


def test_comparison_is_an_outline_with_a_shape_of_its_own_at_each_corner() -> None:
    spokes = [Spoke(one.label, one.own, (Point(70, 65, 75), Point(72, 70, 74))) for one in THREE]
    root = draw(spokes, "Section", "Rank")
    [svg] = of_class(root, "pr-radar")
    assert len(of_class(svg, "ch-other-line")) == len(of_class(svg, "ch-other-dot")) == 3
    assert len(of_class(svg, "ch-rank-line")) == len(of_class(svg, "ch-rank-dot")) == 3
    assert [one.tag for one in of_class(svg, "ch-own-dot") + of_class(svg, "ch-other-dot")] == ["circle"] * 3 + [
        "rect"
    ] * 3


def test_missing_criterion_leaves_a_gap_and_says_so() -> None:
    """A gap, and above all no corner at 0."""
    root = draw([*THREE[:2], Spoke("Speed", None), Spoke("Care", Point(75, 70, 80))])
    assert not of_class(root, "ch-own-area")
    assert len(of_class(root, "ch-own-line")) == 2  # of four, two ended at the gap
    assert len(of_class(root, "ch-own-dot")) == 3
    assert "too few" in texts(root)


@pytest.mark.parametrize("spokes", [THREE[:2], [Spoke("Work", None)] * 3, []])
def test_too_few_criteria_or_figures_make_no_radar(spokes: list[Spoke]) -> None:
    assert radar(spokes, name="r", title="T", description="D", missing="-", own="You") == ""


def test_name_description_and_labels_are_told_and_escaped() -> None:
    root = draw([Spoke("<b>&", Point(80, 70, 90)), *THREE[:2]])
    [svg] = of_class(root, "pr-radar")
    assert (svg.get("role"), svg.get("aria-labelledby")) == ("img", "r-title r-desc")
    assert texts(svg)[:2] == ["T", "D"]
    assert "<b>&" in texts(svg)
    assert "style" not in {name for one in root.iter() for name in one.attrib}


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("德", ["德"]),
        ("政治素质与职业道德", ["政治素质与职", "业道德"]),
        ("Quality of work", ["Quality of", "work"]),
        ("Responsiveness", ["Responsiven", "ess"]),
        ("办事 speed", ["办事 speed"]),
        ("", [""]),
    ],
)
def test_labels_are_wrapped_and_nothing_is_cut_off(label: str, lines: list[str]) -> None:
    assert wrapped(label, 6.5) == lines
    assert "".join(lines).replace(" ", "") == label.replace(" ", "")
