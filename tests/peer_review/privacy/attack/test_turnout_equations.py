"""The numbers of the bulletin attacked: who did not draw.

Everybody draws all their papers or none. So each published number of drawn or counted papers is an equation over the
roll, whose unknowns are people: 1 who drew, 0 who did not. He has the whole roll, as anybody who sits in the house can
make it up, everything that a reader on the roll is shown, what the organiser saw while the round was open, and whether
he himself drew. He also guesses that whoever
drew cast all papers, which is true here and which nobody can know. He does not solve the equations: he goes through all
worlds that are possible, a million of them, and so misses nothing that elimination or bounds would find.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Assignment, Cell
from tests.factories.peer_review.counted_rounds import count_all, open_ready
from tests.factories.peer_review.rounds import (
    Evaluator,
    RunningRound,
    SchemeFactory,
    make_cell,
    make_member,
    make_ready_round,
    make_subject,
    make_user,
)
from tests.peer_review.api.conftest import token_of as api_key

pytestmark = pytest.mark.django_db(databases=["default", "box"])
FLOOR = 5
#: Eleven of one section, of whom the first six are evaluated by all others; nine of another, who lead the first three
#: and evaluate one of their own.
STAFF, LEADERS = range(11), range(11, 20)
PEOPLE = 20
#: Whom each paper is asked of, by whom it is about and its class.
PAPERS: dict[tuple[int, str], list[int]] = {
    **{(about, "staff"): [person for person in STAFF if person != about] for about in range(6)},
    (0, "leaders"): [11, 12, 13, 14, 15, 16],
    (1, "leaders"): [11, 12, 13, 14, 15, 16],
    (2, "leaders"): [*LEADERS],
    (11, "staff"): [12, 13, 14, 15, 16, 17],
}
#: Two sections; of one paper, asked of the first section and of one person of the second, fewer than the floor draw.
SECTIONS = [range(5), range(5, 16)]
SPLIT: dict[tuple[int, str], list[int]] = {(19, "staff"): [*range(6)], (18, "staff"): [*range(6, 16)]}
#: The one person, who draws or not, as the rest of the house does in either case.
ONE = 5
SPLIT_AWAY = {3, 4, 14, 15}
#: Two turnouts alike in all that may be told: papers joined, papers destroyed, as many people and ballots.
AWAY, AWAY_TOO = {1, 3, 7, 9, 12, 14, 16, 17}, {0, 4, 6, 10, 11, 13, 15, 18}


@dataclass
class Knowledge:
    """What is said of how people drew: sums over people, each with its least and its most."""

    rows: list[npt.NDArray[np.int16]] = field(default_factory=list)
    bounds: list[tuple[int, int]] = field(default_factory=list)

    def note(self, papers: Iterable[Iterable[int]], least: int, most: int) -> None:
        """Note that so many of these papers were drawn."""
        row = np.zeros(PEOPLE, dtype=np.int16)
        for holders in papers:
            row[list(holders)] += 1
        self.rows.append(row)
        self.bounds.append((least, most))

    def worlds(self) -> npt.NDArray[np.int16]:
        """Return every way in which people can have drawn, a row each."""
        numbers = np.arange(2**PEOPLE, dtype=np.int32)
        worlds = (numbers[:, None] >> np.arange(PEOPLE, dtype=np.int32) & 1).astype(np.int16)
        for row, (least, most) in zip(self.rows, self.bounds, strict=True):
            sums = worlds @ row
            worlds = worlds[(least <= sums) & (sums <= most)]
        return worlds


def certain(worlds: npt.NDArray[np.int16], *, reader: int, drew: bool) -> dict[int, bool]:
    """Return of whom a reader, who knows whether he drew himself, knows whether they drew."""
    mine = worlds[worlds[:, reader] == drew]
    assert len(mine)
    return {
        person: bool(mine[0, person])
        for person in range(PEOPLE)
        if person != reader and (mine[:, person] == mine[0, person]).all()
    }


def hold_round(away: set[int], *, leave_out: Mapping[int, int] | None = None) -> RunningRound:
    """Return a counted round in which all but some drew and cast. leave_out: how many papers a person does not cast."""
    running = collect_round(away, leave_out=leave_out)
    count_all(running)
    return running


def collect_round(
    away: set[int],
    *,
    of_papers: Mapping[tuple[int, str], Sequence[int]] = PAPERS,
    leave_out: Mapping[int, int] | None = None,
) -> RunningRound:
    """Return such a round before its count."""
    scheme = SchemeFactory(floor=FLOOR, classes=[("leaders", 50), ("staff", 50)])
    running = make_ready_round(evaluators=PEOPLE, subjects=0, scheme=scheme)
    members = list(running.round.members.order_by("pk"))
    for person, member in enumerate(members):
        member.section_key = member.section_name = str(sum(person >= section.stop for section in SECTIONS))
        member.save()
    subjects = {about: make_subject(running.round, members[about]) for about in sorted({who for who, _of in of_papers})}
    for (about, group), holders in of_papers.items():
        make_cell(subjects[about], [members[person].user for person in holders], group)
    running.evaluators = [Evaluator(member.user, running.round) for member in members]
    open_ready(running)
    for person, evaluator in enumerate(running.evaluators):
        if person in away or not evaluator.cells:
            continue
        papers = sorted(evaluator.cells)[(leave_out or {}).get(person, 0) :]
        running.stuff(evaluator, {cell: {"quality": 80, "spirit": 70} for cell in papers})
    return running


def watch(running: RunningRound) -> list[tuple[int, int]]:
    """Return every pair of numbers, of people and of those among them who drew, that the organiser is shown."""
    round = running.round
    token = Client(headers={"authorization": f"Api-Key {api_key(round.organiser)}"})
    answer = token.get(reverse("peer_review_api:participation", args=[round.public_id])).json()
    client = Client()
    client.force_login(round.organiser)
    page = client.get(reverse("peer_review:round-dashboard", args=[round.public_id])).content.decode()
    told = re.findall(r"\b(\d+) / (\d+)\b", re.sub(r"<[^>]*>", "", page))
    assert told
    return sorted({(answer["eligible"], answer["drawn"]), *((int(people), int(drew)) for drew, people in told)})


def roll(running: RunningRound) -> dict[str, list[int]]:
    """Return who was asked for each cell's paper."""
    numbers = {evaluator.user.pk: person for person, evaluator in enumerate(running.evaluators)}
    asked: dict[str, list[int]] = {}
    rows = Assignment.objects.filter(cell__round=running.round).values_list("cell__key", "evaluator_id")
    for cell, evaluator in rows:
        asked.setdefault(cell, []).append(numbers[evaluator])
    return asked


def read(bulletin: dict[str, Any], asked: Mapping[str, Sequence[int]], *, all_cast: bool) -> Knowledge:
    """Return what a bulletin, as it is or with numbers of cells and groups, says of people. `all_cast`: he guesses that
    whoever drew cast everything, and then fates and ballots are told of people too."""
    found, head = Knowledge(), bulletin["head"]
    rows = {row["cell"]: row for row in bulletin["cells"]}
    kept = [cell for cell, row in rows.items() if row["fate"] in ("counted", "merged")]
    joined: dict[int, list[str]] = {}
    for cell, row in rows.items():
        holders = asked[cell]
        if row["fate"] == "counted":
            found.note([holders], max(FLOOR, row.get("counted", 0)), len(holders))
        if row["fate"] == "merged":
            joined.setdefault(row["group"], []).append(cell)
        if row["fate"] == "few" and all_cast:
            found.note([holders], 0, FLOOR - 1)
        if "drawn" in row:
            found.note([holders], row["drawn"], row["drawn"])
    for group in bulletin["groups"]:
        papers = [asked[cell] for cell in joined[group["group"]]]
        found.note(papers, max(FLOOR, group.get("counted", 0)), sum(map(len, papers)))
        if "drawn" in group:
            found.note(papers, group["drawn"], group["drawn"])
        if all_cast:  # Nothing else is joined: each with one class under the floor.
            small = min(papers, key=len)
            found.note([small], 0, FLOOR - 1)
    if head["people"]:
        holders_of_kept = {person for cell in kept for person in asked[cell]}
        assert head["people"] == len(holders_of_kept)
        found.note([holders_of_kept], head["drawn"], head["drawn"])
    papers = [asked[cell] for cell in kept]
    found.note(papers, head["counted"], head["counted"] if all_cast else sum(map(len, papers)))
    return found


def as_it_was(bulletin: dict[str, Any], asked: Mapping[str, Sequence[int]], away: set[int]) -> dict[str, Any]:
    """Return the bulletin with the numbers that rows of cells and groups had at first: here everybody cast what they
    drew, so both numbers are the same."""
    drew = {cell: sum(person not in away for person in holders) for cell, holders in asked.items()}
    cells = [
        row | ({"drawn": drew[row["cell"]], "counted": drew[row["cell"]]} if row["fate"] == "counted" else {})
        for row in bulletin["cells"]
    ]
    groups = []
    for group in bulletin["groups"]:
        many = sum(drew[row["cell"]] for row in bulletin["cells"] if row.get("group") == group["group"])
        groups.append(group | {"drawn": many, "counted": many})
    return bulletin | {"cells": cells, "groups": groups}


def published(running: RunningRound) -> dict[str, Any]:
    return json.loads(Client().get(reverse("peer_review:bulletin-json", args=[running.round.public_id])).content)


def note_whole(found: Knowledge, asked: Mapping[str, Sequence[int]], seen: Sequence[tuple[int, int]]) -> None:
    """Note what the organiser saw: one number, of everybody with a paper."""
    everybody = {person for holders in asked.values() for person in holders}
    ((people, drawn),) = seen
    assert people == len(everybody)
    found.note([everybody], drawn, drawn)


@pytest.fixture(scope="module")
def shapes() -> dict[str, int]:
    """How many cells end in which way, as both turnouts are built."""
    return {"counted": 5, "merged": 4, "few": 1}


@pytest.mark.parametrize("all_cast", [False, True])
def test_no_reader_learns_of_anybody_whether_they_drew(shapes: dict[str, int], all_cast: bool) -> None:
    running = collect_round(AWAY)
    seen = watch(running)
    count_all(running)
    bulletin, asked = published(running), roll(running)
    fates = [row["fate"] for row in bulletin["cells"]]
    assert {fate: fates.count(fate) for fate in set(fates)} == shapes
    assert (bulletin["head"]["people"], bulletin["head"]["drawn"]) == (PEOPLE, PEOPLE - len(AWAY))

    found = read(bulletin, asked, all_cast=all_cast)
    note_whole(found, asked, seen)
    worlds = found.worlds()

    truth = np.array([person not in AWAY for person in range(PEOPLE)], dtype=np.int16)
    assert (worlds == truth).all(axis=1).any()
    for reader in range(PEOPLE):
        assert certain(worlds, reader=reader, drew=reader not in AWAY) == {}


@pytest.mark.parametrize("all_cast", [False, True])
@pytest.mark.parametrize("one_draws", [False, True])
def test_who_watched_the_whole_house_learns_of_nobody(one_draws: bool, all_cast: bool) -> None:
    """Six hold only a paper that is destroyed. The bulletin then tells no people, so that nothing can be subtracted."""
    away = SPLIT_AWAY | (set() if one_draws else {ONE})
    running = collect_round(away, of_papers=SPLIT)
    seen = watch(running)
    count_all(running)
    bulletin, asked = published(running), roll(running)
    assert seen == [(16, 16 - len(away))]
    assert sorted(row["fate"] for row in bulletin["cells"]) == ["counted", "few"]
    assert (bulletin["head"]["people"], bulletin["head"]["drawn"]) == (0, 0)

    found = read(bulletin, asked, all_cast=all_cast)
    note_whole(found, asked, seen)
    worlds = found.worlds()

    for reader in range(PEOPLE):
        assert certain(worlds, reader=reader, drew=reader not in away) == {}


@pytest.mark.parametrize("one_draws", [False, True])
def test_the_numbers_of_sections_named_the_one_whom_papers_and_sections_divide(one_draws: bool) -> None:
    """The attack bites: from the numbers by section and the bulletin's of a part of the house, as both first were."""
    away = SPLIT_AWAY | (set() if one_draws else {ONE})
    running = collect_round(away, of_papers=SPLIT)
    seen = watch(running)
    count_all(running)
    bulletin, asked = published(running), roll(running)
    kept = SPLIT[18, "staff"]
    bulletin["head"] |= {"people": len(kept), "drawn": sum(person not in away for person in kept)}

    found = read(bulletin, asked, all_cast=False)
    note_whole(found, asked, seen)
    for section in SECTIONS:
        assert len(section) >= FLOOR
        drew = sum(person not in away for person in section)
        found.note([section], drew, drew)

    assert certain(found.worlds(), reader=18, drew=False).get(ONE) is one_draws


def test_the_number_of_a_section_of_which_nobody_drew_named_all_of_it() -> None:
    """The attack bites without the bulletin's numbers of people, too."""
    away = {*SECTIONS[0], 14, 15}
    running = collect_round(away, of_papers={(19, "staff"): [*range(5), 6, 7, 8], (18, "staff"): [5, *range(9, 16)]})
    seen = watch(running)
    count_all(running)
    bulletin, asked = published(running), roll(running)

    found = read(bulletin, asked, all_cast=False)
    note_whole(found, asked, seen)
    worlds = found.worlds()
    assert [certain(worlds, reader=reader, drew=reader not in away) for reader in range(PEOPLE)] == [{}] * PEOPLE
    found.note([SECTIONS[0]], 0, 0)

    assert certain(found.worlds(), reader=18, drew=False) == dict.fromkeys(SECTIONS[0], False)


def test_where_all_ballots_of_those_who_drew_are_kept_nobody_else_drew() -> None:
    """What remains, and docs/anonymity.md says so: the organiser counts as many ballots as people drew at most cast."""
    away = {*range(6), 14, 15}
    running = collect_round(away, of_papers=SPLIT)
    seen = watch(running)
    count_all(running)
    bulletin, asked = published(running), roll(running)

    found = read(bulletin, asked, all_cast=False)
    assert certain(found.worlds(), reader=18, drew=False) == {}
    note_whole(found, asked, seen)

    assert certain(found.worlds(), reader=18, drew=False) == dict.fromkeys(range(6), False)


def test_the_numbers_of_cells_named_people() -> None:
    """The attack bites: from the rows as they first were, with nothing guessed, he names who stayed away."""
    running = hold_round(AWAY)
    bulletin, asked = published(running), roll(running)

    worlds = read(as_it_was(bulletin, asked, AWAY), asked, all_cast=False).worlds()

    for reader in range(PEOPLE):
        known = certain(worlds, reader=reader, drew=reader not in AWAY)
        assert all(drew == (person not in AWAY) for person, drew in known.items())
        assert {1, 3} - {reader} <= {person for person, drew in known.items() if not drew}
        assert len(known) >= 5


def test_two_turnouts_alike_in_total_are_alike_in_all_that_anybody_is_shown() -> None:
    assert shown(hold_round(AWAY)) == shown(hold_round(AWAY_TOO))


def test_another_total_is_told() -> None:
    """The comparison bites."""
    assert shown(hold_round(AWAY)) != shown(hold_round(AWAY - {7}))


def shown(running: RunningRound) -> dict[str, Any]:
    """Return every number that readers on the roll and inspectors are shown of the count, cells in the roll's order."""
    round = running.round
    keys = Cell.objects.filter(round=round).order_by("pk").values_list("key", flat=True)
    order = {key: place for place, key in enumerate(keys)}
    address = [round.public_id]
    bulletin = published(running)
    reader, inspector = running.evaluators[7].user, make_user("Inspector", "inspector")
    make_member(round, inspector, section="c")
    pages = {}
    for name, user in (("bulletin", reader), ("audit-round", inspector)):
        client = Client()
        client.force_login(user)
        page = client.get(reverse(f"peer_review:{name}", args=address), headers={"accept-language": "en"})
        assert page.status_code == 200
        pages[name] = _numbers(page.content.decode(), order)
    proofs = Client().get(reverse("peer_review:bulletin-cells", args=address), {"cell": list(order)}).json()["cells"]
    token = Client(headers={"authorization": f"Api-Key {api_key(reader)}"})
    api = token.get(reverse("peer_review_api:bulletin", args=address)).json()
    return {
        "head": {name: value for name, value in bulletin["head"].items() if isinstance(value, int)},
        "rows": sorted((order[row["cell"]], row["eligible"], row["fate"], len(row)) for row in bulletin["cells"]),
        "groups": [sorted(group) for group in bulletin["groups"]],
        "blocks": sorted(map(len, bulletin["blocks"])),
        "proofs": sorted((order[one["row"]["cell"]], sorted(one["row"]), len(one["block"])) for one in proofs),
        "api": {name: value for name, value in api.items() if isinstance(value, int)},
        **pages,
    }


def _numbers(text: str, order: Mapping[str, int]) -> list[Any]:
    """Return the numbers of a page: of its sentences, of each line of its tables of cells, and of its facts; random
    names and hashes left out."""
    lines = []
    for line in re.findall(r"<tr.*?</tr>", text.partition('id="cells"')[2], re.DOTALL):
        place = next((place for key, place in order.items() if key in line), -1)
        words = re.sub(r"<[^>]*>|\b[0-9a-f]{16,}\b", " ", line)
        # Groups are numbered by the cells' random names.
        lines.append((place, re.sub(r"group \d", "group", words).split() if place >= 0 else words.split()[-2:]))
    sentences = re.findall(r'<p class="pr-sentence">(.*?)</p>', text, re.DOTALL)
    facts = re.findall(r'<dd class="pr-nums">(\d+)</dd>', text)
    assert sentences
    assert any(place >= 0 for place, _words in lines)
    return [sorted(lines), sentences, facts]


def test_of_the_only_one_who_stayed_away_no_number_of_papers_is_told() -> None:
    """A sum of papers drawn would tell how many the one person holds. People are told, and ballots: who left out a
    paper hides as many of theirs."""
    away, leave_out = {13}, {7: 2}
    running = hold_round(away, leave_out=leave_out)
    bulletin, asked = published(running), roll(running)
    head = bulletin["head"]
    papers = {person: sum(person in holders for holders in asked.values()) for person in range(PEOPLE)}
    drawn = sum(many for person, many in papers.items() if person not in away)

    assert (head["people"], head["drawn"]) == (PEOPLE, PEOPLE - 1)
    numbers = {value for value in head.values() if isinstance(value, int)}
    assert drawn not in numbers
    assert head["counted"] == drawn - sum(leave_out.values())
    worlds = read(bulletin, asked, all_cast=False).worlds()
    assert all(certain(worlds, reader=reader, drew=True) == {} for reader in range(PEOPLE) if reader not in away)


def test_where_all_cast_what_they_drew_the_ballots_tell_how_many_papers_the_only_one_away_has() -> None:
    """What remains, and docs/anonymity.md says so: nobody is named who is not alone in holding so many papers."""
    running = hold_round({13})
    bulletin, asked = published(running), roll(running)
    papers = {person: sum(person in holders for holders in asked.values()) for person in range(PEOPLE)}

    worlds = read(bulletin, asked, all_cast=True).worlds()

    away = {person for person in range(PEOPLE) if (worlds[:, person] == 0).any()}
    assert away == {12, 13, 14, 15, 16}
    assert {papers[person] for person in away} == {papers[13]}
