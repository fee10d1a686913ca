import xml.etree.ElementTree as ET

from peer_review.charts.bars import Point
from peer_review.charts.trend import BOTTOM, HEIGHT, TOP, Moment, trend_line


def draw(*moments: Moment) -> ET.Element:
    return ET.fromstring(trend_line(moments, name="t", title="T", description="D", edges=(60, 70, 90)))


def of_class(root: ET.Element, css: str) -> list[ET.Element]:
    return [one for one in root.iter() if css in (one.get("class") or "").split()]


def test_rounds_run_from_left_to_right_and_points_from_bottom_to_top() -> None:
    root = draw(
        Moment("2024", Point(60, 60, 62)), Moment("2025", Point(80, 75, 85)), Moment("2026", Point(100, 98, 100))
    )
    dots = of_class(root, "ch-own-dot")
    assert [one.get("cx") for one in dots] == ["14.00%", "53.00%", "92.00%"]
    middle = (TOP + HEIGHT - BOTTOM) / 2
    assert [float(one.get("cy") or 0) for one in dots] == [HEIGHT - BOTTOM, middle, TOP]
    assert len(of_class(root, "ch-own-thread")) == 2


def test_each_round_stands_with_its_interval_its_value_and_its_name() -> None:
    root = draw(Moment("2025", Point(80, 70, 90)), Moment("<2026>", Point(82.5, 80, 85)))
    first = of_class(root, "ch-own-line")[0]
    assert (first.get("x1"), first.get("x2")) == ("14.00%", "14.00%")
    unit = (HEIGHT - BOTTOM - TOP) / 40
    assert float(first.get("y2") or 0) - float(first.get("y1") or 0) == 20 * unit
    assert len(of_class(root, "ch-own-cap")) == 4
    words = [one.text for one in root.iter() if one.text]
    assert words[:2] == ["T", "D"]
    assert {"80.0", "82.5", "2025", "<2026>"} <= set(words)


def test_one_round_is_no_trend() -> None:
    assert trend_line([Moment("2026", Point(80, 70, 90))], name="t", title="T", description="D") == ""
