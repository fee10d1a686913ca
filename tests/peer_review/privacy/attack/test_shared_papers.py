"""Papers that classes share attacked: which class a ballot came from.

He is an inspector who also reads both databases. He has the package, so each token with the cell whose key signed it,
and the roll, so who belongs to which class; in a class of two the cell of a token names its author but for one other.
He says of each ballot in whose class it was cast. Where the classes share a paper all ballots look alike to him. Then
he attacks the same round in which each class keeps its own key, as it was before papers were shared, and is right.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from peer_review.domain.audit.audit_package import ballots_json, merged_json
from peer_review.domain.rounds import lifecycle
from peer_review.models import Assignment, Round
from tests.factories.peer_review.counted_rounds import count_all, open_ready
from tests.factories.peer_review.envelopes import make_envelopes
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_ready_round,
    make_subject,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

FLOOR, LEADERS, STAFF = 5, 2, 6


def hold_round(*, away: int | None = None) -> tuple[RunningRound, dict[str, str]]:
    """Return a counted round about one person, of two leaders and six of the staff, and the class of each public key.

    `away`: who of them does not vote, leaders first.
    """
    scheme = SchemeFactory(floor=FLOOR, classes=[("leaders", 50), ("staff", 50)])
    running = make_ready_round(evaluators=1 + LEADERS + STAFF, subjects=0, scheme=scheme)
    first, *others = running.round.members.order_by("pk")
    users = [member.user for member in others]
    subject = make_subject(running.round, first)
    for group, of in (("leaders", users[:LEADERS]), ("staff", users[LEADERS:])):
        make_cell(subject, of, group)
    running.evaluators = [Evaluator(user, running.round) for user in users]
    open_ready(running)
    class_of = {}
    for number, evaluator in enumerate(running.evaluators):
        if number == away:
            continue
        running.stuff(evaluator, {"quality": 10 + number, "spirit": 90 - number})
        for cast in evaluator.made:
            class_of[cast["entry"]["ballot"]["pk"]] = "leaders" if number < LEADERS else "staff"
    count_all(running)
    return running, class_of


def tokens(round: Round) -> Iterator[tuple[str, str]]:
    """Yield the public key of each ballot that auditors are given, with its cell."""
    for entry in json.loads(b"".join(ballots_json(round)))["entries"]:
        yield entry["ballot"]["pk"], entry["ballot"]["cell"]
    for group in json.loads(b"".join(merged_json(round)))["groups"]:
        yield from ((ballot["pk"], ballot["cell"]) for ballot in group["ballots"])


def guess(round: Round) -> dict[str, str]:
    """Return the class that the attacker names for each ballot: that of the people who could draw for its cell.

    Of a cell in which people of several classes could draw he names the class of most of them.
    """
    class_of_user = dict.fromkeys(
        Assignment.objects.filter(cell__round=round).values_list("evaluator_id", flat=True), "staff"
    )
    for user in sorted(class_of_user)[:LEADERS]:
        class_of_user[user] = "leaders"
    named = {}
    for public, cell in tokens(round):
        holders = Assignment.objects.filter(cell__round=round, cell__key=cell).values_list("evaluator_id", flat=True)
        classes = [class_of_user[user] for user in holders]
        named[public] = max(sorted(set(classes)), key=classes.count)
    return named


def right_about_leaders(running: RunningRound, class_of: dict[str, str]) -> int:
    """Return how many of the leaders' ballots the attacker knows for theirs."""
    named = guess(running.round)
    assert named.keys() == class_of.keys()
    return sum(named[public] == of == "leaders" for public, of in class_of.items())


def test_no_ballot_on_a_shared_paper_is_told_for_its_class() -> None:
    running, class_of = hold_round()
    assert right_about_leaders(running, class_of) == 0
    assert {cell for _public, cell in tokens(running.round)} == {running.round.cells.get().key}


def test_with_a_key_of_its_own_each_ballot_of_the_class_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the count joins both: each token is beside the cell whose key signed it."""
    monkeypatch.setattr(lifecycle, "share_papers", lambda round: 0)
    running, class_of = hold_round()
    assert right_about_leaders(running, class_of) == LEADERS


def told(running: RunningRound) -> dict[str, Any]:
    """Return what the bulletin says, without names of cells."""
    outcome, head = running.round.bulletin.read_outcome(), running.round.bulletin.read_head()
    rows = [{name: value for name, value in row.items() if name != "cell"} for row in outcome["cells"]]
    return {"cells": rows, "groups": len(outcome["groups"])} | {
        name: head[name]  # type: ignore[literal-required]
        for name in ("people", "drawn", "counted")
    }


def test_whether_a_leader_or_one_of_the_staff_stayed_away_shows_nowhere() -> None:
    leader, staff = (told(hold_round(away=number)[0]) for number in (0, LEADERS))
    assert leader == staff
    assert leader["cells"] == [{"eligible": 8, "fate": "counted"}]
    assert (leader["people"], leader["drawn"], leader["counted"]) == (8, 7, 7)


def test_no_table_says_who_is_in_which_class() -> None:
    """What is kept of a person and a paper is that they may draw it, and the paper is one."""
    running, _class_of = hold_round()
    rows = Assignment.objects.filter(cell__round=running.round)
    assert set(rows.values_list("cell", flat=True)) == {running.round.cells.get().pk}
    assert rows.count() == LEADERS + STAFF


@pytest.mark.parametrize(("at_computers", "fate"), [(5, "counted"), (4, "few")])
def test_envelopes_on_a_shared_paper_are_no_cover(at_computers: int, fate: str) -> None:
    """Three leaders on paper and one at a computer share the paper of five staff: whoever printed the envelopes may
    know three ballots of the eight, or seven."""
    scheme = SchemeFactory(floor=FLOOR, classes=[("leaders", 50), ("staff", 50)])
    running = make_ready_round(evaluators=10, subjects=1, scheme=scheme)
    round = running.round
    users = [evaluator.user for evaluator in running.evaluators]
    round.cells.all().delete()
    for group, of in (("leaders", users[:4]), ("staff", users[4:])):
        make_cell(round.subjects.get(), of, group)
    round.members.filter(user__in=users[:3]).update(on_paper=True)
    open_ready(running)
    assert running.round.cells.get().shared_by == ["leaders", "staff"]
    urn, envelopes = make_envelopes(running)
    assert urn.envelopes == len(envelopes) == 3
    for envelope in envelopes:
        assert all(answer["ok"] for answer in running.cast(envelope.entries({"quality": 50, "spirit": 50})))
    for evaluator in running.evaluators[3 : 3 + at_computers]:
        assert all(answer["ok"] for answer in running.vote(evaluator, {"quality": 60, "spirit": 60}))

    bulletin = count_all(running).bulletin
    [row] = bulletin.read_outcome()["cells"]

    assert row["fate"] == fate
    assert bulletin.size == (3 + at_computers if fate == "counted" else 0)
