"""Figures beside a finding: those that the reader may read, each on record for the section it is about."""

from typing import Any

import pytest

from peer_review.domain.findings.findings import raise_finding
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.results.finding_figures import read_figures, read_findings
from peer_review.enums import Channel
from peer_review.models import DisclosureEntry, RaisedFinding, Round
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def head() -> Any:
    return make_user("", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    names = "甲乙丙丁"
    sections = dict(zip(names, "aabb", strict=True))
    return make_published_round({(name, "all"): papers(6) for name in names}, sections=sections, heads={"a": head})


def lines() -> list[tuple[str, str, str]]:
    return list(DisclosureEntry.objects.order_by("scope").values_list("scope", "channel", "audience"))


def test_figures_of_a_new_finding_are_recorded_for_its_section(round: Round, head: Any) -> None:
    reader = Reader(head, Channel.API)
    [figure] = read_figures(round, reader=reader, subject=None, section="a", criterion="quality")

    assert (figure["scope"], figure["value"], figure["n"]) == ("section:a", 80.0, 12)
    assert lines() == [("section:a", "api", "section_head:a")]


def test_figures_that_one_may_not_read_are_neither_shown_nor_recorded(round: Round) -> None:
    reader = Reader(make_user("", "inspector"))

    assert read_figures(round, reader=reader, subject=round.subjects.first(), section="", criterion="") == []
    assert lines() == []


def test_findings_come_with_the_figures_of_the_reader_and_leave_one_line_each(round: Round, head: Any) -> None:
    leader = make_user("", "leadership")
    about = round.subjects.get(label="丙")
    raise_finding(round, by=leader, text="The counter opens late.", section="a")
    raise_finding(round, by=leader, text="The archive is hard to search.", subject=about)
    findings = list(RaisedFinding.objects.order_by("pk"))

    of_head = read_findings(round, findings, reader=Reader(head))
    assert [[one["scope"] for one in reading.figures] for reading in of_head] == [["section:a"], []]
    assert lines() == [("section:a", "page", "section_head:a")]

    of_leader = read_findings(round, findings, reader=Reader(leader))
    subject_scope = f"subject:{about.key}"
    assert [reading.finding for reading in of_leader] == findings
    assert [[one["scope"] for one in reading.figures] for reading in of_leader] == [["section:a"], [subject_scope]]
    assert {line for line in lines() if line[2] == "leadership"} == {
        ("section:a", "page", "leadership"),
        (subject_scope, "page", "leadership"),
    }


def test_no_findings_no_lines(round: Round, head: Any) -> None:
    assert read_findings(round, [], reader=Reader(head)) == []
    assert lines() == []
