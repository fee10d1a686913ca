"""A web server's access log attacked: every address that was asked for, in order, with the visit it belongs to.

The check page once asked for the path of each own leaf by an address that named it, right after a page with a sign-in.
The attacker of these tests has the whole log, although the rules for web servers keep these addresses out of it, and
the bulletin with every leaf.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from peer_review.domain.tally.bulletin import blocks_of
from peer_review.protocol.bulletin import leaves_of
from tests.factories.peer_review.counted_rounds import publish
from tests.factories.peer_review.rounds import Evaluator, RunningRound, make_open_round
from zhengyan_crypto import canonical, merkle

pytestmark = pytest.mark.django_db(databases=["default", "box"])

#: How many of all evaluators voted; the others open the same pages.
VOTERS = 4


@dataclass
class AccessLog:
    """What a proxy writes down, visit by visit: whoever sat there is known by the sign-in beside it."""

    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def visit(self, who: str, client: Client, address: str) -> HttpResponse:
        self.lines[who].append(address)
        answer: HttpResponse = client.get(address)
        assert answer.status_code == 200, address
        return answer

    def authors(self, leaves: set[str]) -> dict[str, str]:
        """Return who asked for which leaf."""
        return {leaf: who for who, lines in self.lines.items() for line in lines for leaf in leaves if leaf in line}


Check = Callable[[AccessLog, RunningRound, Evaluator], None]


def check_as_built(log: AccessLog, running: RunningRound, evaluator: Evaluator) -> None:
    """The requests of the check page: itself with the sign-in, then head and blocks of what it names, without."""
    who, client = evaluator.user.username, Client()
    client.force_login(evaluator.user)
    page = log.visit(who, client, reverse("peer_review:ballot-check", args=[running.round.public_id]))
    config = page.context["config"]  # type: ignore[attr-defined]
    log.visit(who, Client(), config["head"])
    answer = log.visit(who, Client(), f"{config['cells']}?{urlencode([('cell', cell) for cell in config['own']])}")
    # Enough to find what was cast: the page needs no further request.
    blocks = "".join(cell["block"] for cell in answer.json()["cells"])  # type: ignore[attr-defined]
    assert all(leaf in blocks for leaf in leaves_cast(evaluator))


def check_by_leaf(log: AccessLog, running: RunningRound, evaluator: Evaluator) -> None:
    """The check page as it first was: one address a leaf."""
    for leaf in leaves_cast(evaluator):
        log.lines[evaluator.user.username].append(f"/review/rounds/{running.round.public_id}/proof/{leaf}/")


def leaves_cast(evaluator: Evaluator) -> list[str]:
    return [merkle.leaf_hash(canonical.dumps(cast["entry"])).hex() for cast in evaluator.made]


def hold(check: Check) -> tuple[AccessLog, RunningRound, set[str]]:
    """Hold a round in which some of those asked vote and all of them check, and return the log and every leaf."""
    running = make_open_round(evaluators=9, subjects=2)
    for evaluator in running.evaluators[:VOTERS]:
        running.vote(evaluator)
    publish(running)
    log = AccessLog()
    for evaluator in running.evaluators:
        check(log, running, evaluator)
    leaves = {leaf.hex() for _row, block in blocks_of(running.round.bulletin) for leaf in leaves_of(block)}
    return log, running, leaves


def test_no_address_of_a_check_names_a_ballot() -> None:
    log, running, leaves = hold(check_as_built)

    assert sum(len(lines) for lines in log.lines.values()) == 3 * len(running.evaluators)
    assert log.authors(leaves) == {}
    for evaluator in running.evaluators:
        for cast in evaluator.made:
            ballot = cast["entry"]["ballot"]
            for value in (ballot["pk"], ballot["salt"], cast["entry"]["tok"], cast["rev"]):
                assert all(value not in line for lines in log.lines.values() for line in lines)


def test_whoever_voted_asks_for_the_same_as_whoever_did_not() -> None:
    """The lines of one visit repeat the roll: what the evaluator was asked, voted or not."""
    log, running, _leaves = hold(check_as_built)
    of_papers: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for evaluator in running.evaluators:
        of_papers[tuple(sorted(evaluator.cells))].add(tuple(log.lines[evaluator.user.username]))

    assert all(len(kinds) == 1 for kinds in of_papers.values())
    assert sum(1 for evaluator in running.evaluators if evaluator.made) == VOTERS


def test_a_check_that_asks_by_leaf_names_every_author() -> None:
    """The attack bites."""
    log, running, leaves = hold(check_by_leaf)

    found = log.authors(leaves)

    told = {leaf: voter.user.username for voter in running.evaluators for leaf in leaves_cast(voter)}
    assert found == told
    assert len(found) > VOTERS


def test_no_address_of_the_site_has_a_place_for_a_leaf(client: Client) -> None:
    """The route that took one is gone."""
    _log, running, leaves = hold(check_by_leaf)
    address = reverse("peer_review:round-detail", args=[running.round.public_id])

    codes = {client.get(f"{address}proof/{leaf}/").status_code for leaf in leaves}

    assert codes == {404}
