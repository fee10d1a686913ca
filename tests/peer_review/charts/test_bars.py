import xml.etree.ElementTree as ET

import pytest

from peer_review.charts.bars import Bar, DotRow, Point, bar_chart, dot_plot, scale_start, strip


def plot(rows: list[DotRow], *others: str) -> ET.Element:
    svg = dot_plot(rows, name="p", title="T", description="D", missing="too few", own="You", others=others)
    return ET.fromstring(f"<div>{svg}</div>")


def texts(root: ET.Element) -> list[str]:
    return [one.text or "" for one in root.iter() if one.text]


def test_dot_plot_draws_each_value_with_its_interval_and_names_itself() -> None:
    root = plot([DotRow("Work", Point(80, 70, 90), (Point(75, 72, 78),))], "Section")
    svg = next(one for one in root.iter("svg") if one.get("role") == "img")
    assert svg.get("aria-labelledby") == "p-title p-desc"
    assert texts(svg)[:2] == ["T", "D"]
    assert len([one for one in svg.iter("line") if one.get("class") == "ch-own-line"]) == 1
    assert len([one for one in svg.iter("line") if one.get("class") == "ch-other-line"]) == 1


def test_missing_value_is_said_in_words() -> None:
    root = plot([DotRow("Work", None)])
    assert "too few" in texts(root)
    assert not list(root.iter("circle"))


def test_words_are_escaped() -> None:
    root = plot([DotRow('<script>"&', Point(80, 70, 90))])
    assert '<script>"&' in texts(root)


def test_no_inline_style_and_no_handler() -> None:
    made = bar_chart([Bar("a", 3), Bar("b", 0)], name="b", title="T", description="D")
    made += strip(Point(80, 70, 90), start=60)
    assert "style=" not in made
    assert " on" not in made


def test_longest_bar_fills_the_width() -> None:
    root = ET.fromstring(bar_chart([Bar("a", 3), Bar("b", 6), Bar("c", 0)], name="b", title="T", description="D"))
    assert [one.get("width") for one in root.iter("rect") if one.get("class") == "ch-bar"] == ["50.00%", "100.00%"]


@pytest.mark.parametrize(("lows", "start"), [([], 60), ([82.0], 60), ([59.9, 70], 50), ([3.0], 0), ([0.0], 0)])
def test_scale_begins_at_a_full_ten_below_everything(lows: list[float], start: int) -> None:
    assert scale_start([Point(90, low, 95) for low in lows]) == start


def test_no_value_is_no_strip() -> None:
    assert strip(None, start=0) == ""


def test_strip_draws_the_edges_of_the_grades_across_every_row_alike() -> None:
    rows = [
        ET.fromstring(strip(point, start=60, edges=(60, 70, 90))) for point in (Point(80, 70, 90), Point(65, 61, 69))
    ]
    assert [[one.get("x1") for one in row.iter("line") if one.get("class") == "ch-grid"] for row in rows] == [
        ["25.75%", "74.25%"]
    ] * 2


def test_each_comparison_has_a_line_and_a_shape_of_its_own() -> None:
    others = (Point(75, 72, 78), None, Point(70, 69, 71))
    root = plot([DotRow("Work", Point(80, 70, 90), others)], "Section", "Rank", "All")
    svg = next(one for one in root.iter("svg") if one.get("role") == "img")
    marks = [one.get("class") for one in svg.iter() if (one.get("class") or "").endswith("-dot")]
    assert marks == ["ch-other-dot", "ch-unit-dot", "ch-own-dot"]
    named = next(one for one in root.iter("p") if one.get("class") == "pr-key")
    assert [text.strip() for text in named.itertext()] == ["You", "Section", "Rank", "All"]
