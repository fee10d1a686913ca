"""A paper that the browser lets through is one that the server takes, and no other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

from peer_review.protocol import papers
from peer_review.protocol.papers import DONT_KNOW, Paper, SheetRule
from tests.e2e.client_server import serve_client
from zhengyan_crypto import canonical
from zhengyan_crypto.errors import BadAnswers, BadEncoding

pytestmark = pytest.mark.browser

LIMIT = 6
COMMENTS = Paper(kind=papers.COMMENT, limit=LIMIT)
#: Marks on both sides of every line that a rule may draw, so that drawn sheets break rules often.
MARKS = {"points": (0, 59, 60, 69, 70, 89, 90, 100), "anchors": (1, 2, 4, 5), "grades": (1, 2, 3, 4)}
LINES = (60, 70, 80, 90, 95, 100)


@pytest.fixture
def client(page: Page) -> Iterator[Page]:
    """A page that holds the module as `papers`."""
    with serve_client() as site:
        page.goto(site.address)
        page.evaluate("async () => { globalThis.papers = await import('/lib/papers.js'); }")
        yield page


@st.composite
def sheets(draw: st.DrawFn) -> tuple[Paper, dict[str, Any]]:
    """A sheet with rules, and answers that are each sound."""
    scale = draw(st.sampled_from(sorted(MARKS)))
    criteria = draw(st.lists(st.sampled_from((1, 1999, 3333, 5000, 10_000)), min_size=1, max_size=3))
    rules = st.builds(
        SheetRule, st.sampled_from(sorted(papers.SHEET_RULES)), n=st.integers(1, 3), points=st.sampled_from(LINES)
    )
    paper = Paper(
        kind=papers.SHEET,
        scale=scale,
        criteria=tuple((f"c{at}", weight) for at, weight in enumerate(criteria)),
        subjects=draw(st.integers(1, 5)),
        rules=tuple(draw(st.lists(rules, max_size=4, unique_by=lambda rule: rule.kind))),
    )
    # A few marks for the whole sheet, so that sheets whose answers are all alike are common.
    some = st.sampled_from(draw(st.lists(st.sampled_from((*MARKS[scale], DONT_KNOW)), min_size=1, max_size=3)))
    return paper, {key: draw(some) for key in paper.keys}


def accepted(answers: Any, paper: Paper) -> bool:
    """Whether the server takes these answers: as an entry's canonical form, then as this paper's."""
    try:
        canonical.loads(json.dumps(answers))
        papers.check_answers(answers, paper)
    except (BadEncoding, BadAnswers):
        return False
    return True


# Hundreds of sheets go into one question to the browser; making a failure smaller would ask it thousands of times.
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(cases=st.lists(sheets(), min_size=60, max_size=120))
def test_a_sheet_rule_is_never_kept_in_the_browser_and_refused_by_the_server_nor_the_reverse(
    client: Page, cases: list[tuple[Paper, dict[str, Any]]]
) -> None:
    found = client.evaluate(
        """(cases) => cases.map(([paper, answers]) => ({
            keys: papers.paperKeys(paper),
            broken: papers.brokenRules(answers, paper),
            accepted: papers.checkAnswers(answers, paper) === null,
            scores: Array.from({ length: paper.subjects }, (_, at) => {
                const score = papers.subjectScore(answers, paper, at + 1);
                return score && [score.total, score.weights];
            }),
        }))""",
        [[paper.as_dict(), answers] for paper, answers in cases],
    )
    for (paper, answers), result in zip(cases, found, strict=True):
        broken = papers.broken_rules(answers, paper)
        scores = [papers.subject_score(answers, paper, at) for at in range(1, paper.subjects + 1)]
        assert result == {
            "keys": list(paper.keys),
            "broken": [{"kind": rule.kind, "n": rule.n, "points": rule.points} for rule in broken],
            "accepted": accepted(answers, paper),
            "scores": [score and list(score) for score in scores],
        }
        assert result["accepted"] == (not broken)


RATING = Paper(kind=papers.RATING, scale="anchors", criteria=(("a", 60), ("b", 40)))
SHEET = Paper(kind=papers.SHEET, scale="points", criteria=(("a", 100),), subjects=2)
ANSWERS: list[tuple[Paper, Any]] = [
    (RATING, {"a": 1, "b": 5}),
    (RATING, {"a": 1, "b": "dk"}),
    (RATING, {"a": 0, "b": 5}),
    (RATING, {"a": 1, "b": 6}),
    (RATING, {"a": 1}),
    (RATING, {"a": 1, "b": 2, "c": 3}),
    (RATING, {"a": 1, "toString": 2}),
    (RATING, {"a": 1, "b": "4"}),
    (RATING, {"a": 1, "b": ""}),
    (SHEET, {"1.a": 0, "2.a": 100}),
    (SHEET, {"1.a": -1, "2.a": 100}),
    (SHEET, {"1.a": 50, "3.a": 50}),
    (SHEET, {"a": 50}),
    (COMMENTS, {"text": 5}),
    (COMMENTS, {}),
    (COMMENTS, {"text": "", "more": ""}),
]
#: Sound or not, as code points and not as UTF-16 units are counted; controls; halves of a pair.
TEXTS = [
    "",
    "六个字刚好。",
    "七个字就太长了",
    "😀" * LIMIT,
    "😀" * (LIMIT + 1),
    "👨\u200d👩\u200d👧",
    "e\u0301" * 3,
    "e\u0301" * 3 + "e",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "\x00",
    "\x1f",
    "\x7f",
    "\x85\u2028",
    "\ud83d",
    "\ude00\ud83d",
    "\ufeff\uffff",
]


def test_answers_and_words_are_taken_by_both_or_by_neither(client: Page) -> None:
    # Halves of a surrogate pair do not travel through the test's own wire: the page reads them from JSON's escapes.
    cases = [*ANSWERS, *((COMMENTS, {"text": text}) for text in TEXTS)]
    found = client.evaluate(
        "(cases) => JSON.parse(cases).map(([paper, answers]) => papers.checkAnswers(answers, paper) === null)",
        json.dumps([[paper.as_dict(), answers] for paper, answers in cases]),
    )

    assert found == [accepted(answers, paper) for paper, answers in cases]
    assert set(found) == {True, False}


def test_words_that_were_tidied_are_always_taken_unless_they_are_too_long(client: Page) -> None:
    tidied = client.evaluate(
        """(texts) => JSON.parse(texts).map((text) => {
            const tidy = papers.tidyText(text);
            return [tidy, papers.codePoints(tidy)];
        })""",
        json.dumps([*TEXTS, "  a\r\nb\rc\td \n"]),
    )

    assert tidied[-1] == ["a\nb\nc d", 7]
    for text, length in tidied:
        assert len(text) == length
        assert accepted({"text": text}, COMMENTS) == (length <= LIMIT)
