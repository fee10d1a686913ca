"""Sentences about anomalies: what was found, and what chance alone would make."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from peer_review.domain.schemes.schemes import freeze_scheme
from peer_review.enums import AnomalyKind
from peer_review.models import Anomaly, AnomalyRun, Round, Subject
from peer_review.views.audit.anomaly_messages import anomaly_groups, looked_in_words, unanimous_messages
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def round() -> Round:
    round = RoundFactory()
    round.form = freeze_scheme(round.scheme).as_json()
    return round


def anomaly(kind: AnomalyKind, **fields: Any) -> Anomaly:
    about: dict[str, Any] = {"subject": Subject(label="甲"), "criterion": "quality"}
    if kind == AnomalyKind.RETURN:
        about = {"section_key": "a", "section_name": "Section a", "other_key": "b", "other_name": "Section b"}
    return Anomaly(kind=kind, **({"p": 0.004, "q": 0.2} | about | fields))


def run_of(*searches: tuple[AnomalyKind, int]) -> AnomalyRun:
    return AnomalyRun(searches=[{"kind": kind.value, "criterion": "", "tested": tested} for kind, tested in searches])


@pytest.mark.parametrize(
    ("kind", "high", "words"),
    [
        (AnomalyKind.END, True, "甲, Quality: the published figure is the highest that the scale has."),
        (AnomalyKind.END, False, "甲, Quality: the published figure is the lowest that the scale has."),
        (AnomalyKind.CAMPS, None, "甲, Quality: two camps of at least 3 ballots each, "),
        (AnomalyKind.RETURN, True, "points or more higher than all their other marks explain."),
        (AnomalyKind.RETURN, False, "points or more lower than all their other marks explain."),
        (AnomalyKind.CHANGE, True, "points or more above the last comparable round."),
        (AnomalyKind.CHANGE, False, "points or more below the last comparable round."),
    ],
)
def test_each_kind_is_said_in_its_own_sentence(round: Round, kind: AnomalyKind, high: bool | None, words: str) -> None:
    groups = anomaly_groups(run_of((kind, 9)), [anomaly(kind, high=high)], round.frozen_scheme, most=5)
    [group] = [one for one in groups if one.lines]
    assert group.key == kind.value
    assert words in group.lines[0].words
    assert (group.lines[0].p, group.lines[0].q) == ("0.4 %", "20 %")
    assert "does not say" in group.no_meaning


def test_groups_come_in_the_order_of_the_kinds_also_without_an_anomaly(round: Round) -> None:
    groups = anomaly_groups(run_of(), [], round.frozen_scheme, most=5)
    assert [(one.key, one.lines, one.more) for one in groups] == [(kind.value, [], 0) for kind in AnomalyKind]


def test_more_than_the_page_holds_are_counted(round: Round) -> None:
    found = [anomaly(AnomalyKind.END, high=True) for _number in range(7)]
    first = anomaly_groups(run_of((AnomalyKind.END, 40)), found, round.frozen_scheme, most=3)[0]
    assert (len(first.lines), first.more) == (3, 4)


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.0004, "under 0.1 %"), (0.001, "0.1 %"), (0.0999, "10.0 %"), (0.1, "10 %"), (1.0, "100 %")],
)
def test_chance_is_a_percentage_and_never_nothing(round: Round, p: float, words: str) -> None:
    groups = anomaly_groups(run_of(), [anomaly(AnomalyKind.END, high=True, p=p, q=None)], round.frozen_scheme, most=1)
    assert (groups[0].lines[0].p, groups[0].lines[0].q) == (words, "…")


def test_expected_by_chance_is_said_beside_what_was_found() -> None:
    words = looked_in_words(AnomalyKind.END, 120, 2)
    assert words.startswith("Looked at 120 places. Chance alone would make up to ")
    assert words.endswith("; found: 2.")
    assert looked_in_words(AnomalyKind.END, 1, 0).startswith("Looked at 1 place.")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (AnomalyKind.RETURN, "there are too few sections"),
        (AnomalyKind.CHANGE, "no subject can be compared"),
        (AnomalyKind.END, "no figures are large enough"),
        (AnomalyKind.CAMPS, "no figures are large enough"),
    ],
)
def test_where_nothing_could_be_looked_at_the_reason_is_said(kind: AnomalyKind, why: str) -> None:
    assert why in looked_in_words(kind, 0, 0)


def test_unanimous_ballots_are_said_for_each_criterion_that_tells_of_them(round: Round) -> None:
    alike = {"cells": 3, "alike": 9, "p": 0.02}
    run = AnomalyRun(
        searches=[
            {"kind": "end", "criterion": "quality", "tested": 9, "unanimous": alike},
            {"kind": "end", "criterion": "spirit", "tested": 9},
        ]
    )
    [sentence] = unanimous_messages(run, round.frozen_scheme)
    assert sentence.startswith("Quality: of 9 subjects whose ballots lie closest together, the ballots of 3 all say")
    assert sentence.endswith("so many in 2.0 % of cases.")
