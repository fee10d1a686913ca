"""What a round will show of whom, told from its roll: every subject and class, at full and at lower turnout."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from peer_review.counting.exposure import Fate
from peer_review.domain.preflight.comparability import comparable_rounds
from peer_review.domain.preflight.opening_proof import exposure_refusals
from peer_review.domain.preflight.preflight import preflight
from peer_review.domain.preflight.roll_arrays import read_papers
from peer_review.domain.rounds.opening_checks import opening_refusals
from peer_review.domain.schemes.schemes import freeze_for
from peer_review.domain.tally.fates import decide_fates
from peer_review.exceptions.preflight import SheetListsDiffer, SheetNamesReceiver
from peer_review.models import Assignment, Cell, Round, Subject, Ticket, Urn
from peer_review.protocol.bulletin import Fate as CellFate
from tests.factories.peer_review.counted_rounds import make_published_round, papers
from tests.factories.peer_review.frozen_schemes import frozen_scheme
from tests.factories.peer_review.rounds import (
    STAGE,
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


CLASSES = [("superiors", 50), ("peers", 30), ("staff", 20)]


@pytest.fixture
def people() -> list[Any]:
    return [make_user(f"Person {n}") for n in range(12)]


def draft(*, floor: int = 5, classes: list[tuple[str, int]] = CLASSES, scheme: Any = None, **fields: Any) -> Round:
    return RoundFactory(scheme=scheme or SchemeFactory(floor=floor, classes=classes), **fields)


def about(round: Round, name: str, cells: dict[str, list[Any]], *, section: str = "a") -> Subject:
    subject = make_subject(round, make_member(round, make_user(name), section=section))
    for voter_class, users in cells.items():
        make_cell(subject, users, voter_class)
    return subject


def fates(row: Any) -> list[Fate]:
    return [Fate(int(one)) for one in row]


def test_each_subject_and_class_is_told_its_fate(people: list[Any]) -> None:
    round = draft()
    about(round, "Li", {"peers": people[:6], "staff": people[6:]})
    about(round, "Wang", {"superiors": people[:1], "peers": people[1:6], "staff": people[6:]})
    about(round, "Zhao", {"peers": people[:4]}, section="b")
    about(round, "Qian", {"peers": people[4:8]}, section="b")
    about(round, "Sun", {"peers": people[:2]}, section="c")

    found = preflight(round)

    assert fates(found.full.subjects) == [Fate.ALONE, Fate.ALONE, *[Fate.WITHHELD] * 3]
    assert fates(found.full.classes[0]) == [Fate.ABSENT, Fate.ALONE, Fate.ALONE]
    assert fates(found.full.classes[1]) == [Fate.JOINED, Fate.JOINED, Fate.ALONE]
    assert fates(found.full.classes[2]) == [Fate.ABSENT, Fate.DESTROYED, Fate.ABSENT]
    assert found.full.joined == {(0, 1): 1}
    assert found.full.smallest.tolist() == [6, 6, 0, 0, 0]
    assert found.lost == [(2, 1), (3, 1), (4, 1)]
    assert found.single_voter_pairs == [(1, 0)]
    assert found.lacking == [(2, 1), (3, 1), (4, 3)]
    # 80 % of 6 and 6 are 5 and 5, still enough by class.
    assert (found.share, found.share_from) == (0.8, "")
    assert fates(found.expected.classes[0]) == [Fate.ABSENT, Fate.ALONE, Fate.ALONE]
    assert fates(found.just_under.classes[0]) == [Fate.ABSENT, Fate.JOINED, Fate.JOINED]
    assert found.certificate.breach is None


@pytest.mark.parametrize("seed", range(6))
def test_where_all_vote_every_paper_ends_as_the_count_decides(seed: int, people: list[Any]) -> None:
    """Rolls by chance: thin classes, envelopes with tickets, a whole sheet, a class declared not anonymous."""
    chance = Random(seed)
    round = draft(not_anonymous=[["superiors"], [], ["staff"]][seed % 3])
    for person in people:
        member = make_member(round, person)
        member.on_paper = chance.random() < 0.25
        member.save()
    for name in ("Li", "Wang", "Zhao", "Qian"):
        sizes = {key: chance.choice([0, 1, 3, 4, 6, 8]) for key, _weight in CLASSES}
        about(round, name, {key: chance.sample(people, size) for key, size in sizes.items() if size})
    listed = [about(round, name, {}) for name in ("Sun", "Zhou")]
    sheet = make_sheet(listed, people[:6], "peers").sheet
    few = Cell.objects.create(round=round, kind="sheet", sheet=sheet, voter_class="staff")
    Assignment.objects.bulk_create(Assignment(cell=few, evaluator=person) for person in people[6:9])
    with_envelopes = Cell.objects.filter(round=round, assignments__evaluator__in=on_paper(round)).distinct()
    for number, cell in enumerate(with_envelopes, 1):
        many = cell.assignments.filter(evaluator__in=on_paper(round)).count()
        urn = Urn.objects.create(round=round, number=number, envelopes=many)
        urn.cells.set([cell])
        Ticket.objects.bulk_create(Ticket(urn=urn, digest=bytes([number, ticket]) * 16) for ticket in range(many))
    round.form = freeze_for(round).as_json()
    round.save()

    found = preflight(round).full
    decided = decide_fates(round, {cell.key: cell.eligible for cell in round.cells.with_eligible()}, written={})

    ends = {
        Fate.ALONE: CellFate.COUNTED,
        Fate.WITHHELD: CellFate.COUNTED,
        Fate.JOINED: CellFate.MERGED,
        Fate.DESTROYED: CellFate.FEW,
    }
    place = {pk: at for at, pk in enumerate(round.subjects.order_by("sort_order", "pk").values_list("pk", flat=True))}
    numbers = {key: at for at, (key, _weight) in enumerate(CLASSES)}
    told = {
        cell.key: ends[Fate(int(found.classes[place[cell.subject_id or listed[0].pk], numbers[cell.voter_class]]))]
        for cell in round.cells.all()
    }
    assert told == decided.cells
    classes = dict(round.cells.values_list("key", "voter_class"))
    groups = Counter(tuple(sorted(numbers[classes[cell]] for cell in group)) for group in decided.groups.values())
    assert found.joined == groups
    # Not every roll has each of them, but joining and destroying must not be missing everywhere.
    assert CellFate.MERGED in decided.cells.values()


def on_paper(round: Round) -> list[int]:
    return list(round.members.filter(on_paper=True).values_list("user_id", flat=True))


def test_lower_turnouts_tell_which_classes_join(people: list[Any]) -> None:
    round = draft()
    about(round, "Li", {"superiors": people[:7], "peers": people[2:8]})
    about(round, "Wang", {"peers": people[:9], "staff": people[9:]})

    found = preflight(round)

    # 7 and 6 are 6 and 5 at 80 %, 5 and 4 at 70 %, 4 and 4 at 60 %; three of staff are always too few.
    assert found.full.joined == {(1, 2): 1}
    assert {percent: at.joined for percent, at in found.turnouts.items()} == {
        60: {(0, 1): 1, (1, 2): 1},
        70: {(0, 1): 1, (1, 2): 1},
        80: {(1, 2): 1},
    }


def test_a_class_declared_not_anonymous_is_no_cover(people: list[Any]) -> None:
    round = draft()
    about(round, "Li", {"superiors": people[:6], "peers": people[6:10]})
    assert preflight(round).full.joined == {(0, 1): 1}

    round.not_anonymous = ["superiors"]
    round.save()
    found = preflight(round)

    assert fates(found.full.classes[0]) == [Fate.WITHHELD, Fate.DESTROYED, Fate.ABSENT]
    assert fates(found.full.subjects) == [Fate.WITHHELD]
    assert found.lacking == [(0, 1)]
    assert found.certificate.smallest == 0


def test_merging_is_advised_only_where_it_helps(people: list[Any]) -> None:
    round = draft()
    about(round, "Li", {"superiors": people[:1], "peers": people[1:7], "staff": people[7:]})
    about(round, "Wang", {"superiors": people[:1], "peers": people[1:7], "staff": people[7:]})
    about(round, "Zhao", {"superiors": people[:2], "peers": people[2:7]})
    about(round, "Qian", {"peers": people[:6], "staff": people[6:]})

    found = preflight(round)

    (merge,) = found.merges
    assert (merge.source, merge.target) == (0, 1)
    # Zhao would be left with one class, which tells no more than the whole does; Qian needs nothing.
    assert (merge.opens, merge.shields) == ((0, 1), (0, 1))


def test_criteria_that_a_class_is_not_asked_do_not_count_for_it(people: list[Any]) -> None:
    round = draft()
    round.scheme.criteria.filter(key="spirit").update(classes=["peers"])
    about(round, "Li", {"peers": people[:5], "staff": people[5:]})
    about(round, "Wang", {"peers": people[:3], "staff": people[3:]})

    found = preflight(round)

    assert fates(found.full.classes[0]) == [Fate.ABSENT, Fate.ALONE, Fate.ALONE]
    # Three are asked what nobody else is: they can join nobody.
    assert fates(found.full.classes[1]) == [Fate.ABSENT, Fate.DESTROYED, Fate.ALONE]
    assert found.merges == []


def test_two_stages_say_which_papers_close_at_the_barrier(people: list[Any]) -> None:
    """The lone superior shares the paper of the peers, which does not close; of Wang too few may vote at all."""
    round = draft(collection="two_stage", casts_at=timezone.now() + STAGE)
    about(round, "Li", {"superiors": people[:1], "peers": people[1:7], "staff": people[7:]})
    about(round, "Wang", {"superiors": people[:1], "peers": people[1:3]})

    found = preflight(round)

    assert found.closing == [(1, 0), (1, 1)]
    assert fates(found.full.classes[0]) == [Fate.JOINED, Fate.JOINED, Fate.ALONE]
    assert fates(found.full.classes[1]) == [Fate.ABSENT, Fate.ABSENT, Fate.ABSENT]


def test_a_paper_of_a_declared_class_does_not_close_at_the_barrier(people: list[Any]) -> None:
    round = draft(collection="two_stage", casts_at=timezone.now() + STAGE, not_anonymous=["superiors"])
    about(round, "Li", {"superiors": people[:1], "peers": people[1:7]})
    about(round, "Wang", {"superiors": people[:1], "peers": people[1:3]})

    found = preflight(round)

    assert found.closing == [(1, 1)]
    assert fates(found.full.classes[0])[:2] == [Fate.ALONE, Fate.ALONE]
    assert found.full.ballots[1].tolist() == [1, 0, 0]


def test_whole_sheets_count_for_every_subject_they_list(people: list[Any]) -> None:
    round = draft(classes=[("all", 100)])
    li, wang = about(round, "Li", {}), about(round, "Wang", {})
    make_sheet([li, wang], people[:7])
    make_comment_cell(li, people[:7])

    assert preflight(round).setting.eligible.tolist() == [[7], [7]]


@pytest.mark.parametrize(("declared", "silent"), [(0, 0), (2, 0), (3, 1)])
def test_subjects_are_silent_of_whom_too_few_may_write_but_declared_ones(
    people: list[Any], declared: int, silent: int
) -> None:
    """Seven hold each comment paper, and five is the floor; one of the subjects is on a whole sheet."""
    scheme = SchemeFactory(classes=[("peers", 50), ("staff", 50)], floor=5, comments=True)
    round = RoundFactory(scheme=scheme, not_anonymous=["staff"])
    li, wang = about(round, "Li", {}), about(round, "Wang", {})
    make_sheet([li], people[: 7 - declared], "peers")
    if declared:
        make_sheet([li], people[7 - declared : 7], "staff")
    make_cell(wang, people[:7], "peers")
    for subject in (li, wang):
        make_comment_cell(subject, people[:7])

    assert preflight(round).silent == silent


def test_classes_are_joined_on_a_whole_sheet_for_all_its_subjects(people: list[Any]) -> None:
    round = draft()
    li, wang = about(round, "Li", {}), about(round, "Wang", {})
    sheet = make_sheet([li, wang], people[:6], "peers").sheet
    few = Cell.objects.create(round=round, kind="sheet", sheet=sheet, voter_class="staff")
    Assignment.objects.bulk_create(Assignment(cell=few, evaluator=person) for person in people[6:9])

    found = preflight(round)

    assert found.full.joined == {(1, 2): 1}
    assert found.full.papers.tolist() == [[0, 1], [0, 2]]
    assert found.full.smallest.tolist() == [9, 9]


def test_a_list_that_names_its_receiver_is_refused(people: list[Any]) -> None:
    round = draft(classes=[("all", 100)])
    li, wang = about(round, "Li", {}), about(round, "Wang", {})
    make_sheet([li, wang], [*people[:6], wang.member.user])

    (refusal,) = [one for one in opening_refusals(round) if isinstance(one, SheetNamesReceiver)]

    assert refusal.details == {"names": "Wang"}


def test_whose_list_differs_is_said_by_name(people: list[Any]) -> None:
    round = draft(classes=[("all", 100)])
    li, wang = about(round, "Li", {}), about(round, "Wang", {})
    for user in people:
        make_member(round, user)
    make_sheet([li, wang], people)
    assert list(exposure_refusals(round)) == []

    make_sheet([li], people[:7])
    (refusal,) = exposure_refusals(round)
    assert isinstance(refusal, SheetListsDiffer)
    # The five who lack the second sheet are fewer than the seven who have it.
    assert refusal.details["names"] == "Person 10, Person 11, Person 7, Person 8, Person 9"

    make_sheet([wang], people[6:7])
    (refusal,) = exposure_refusals(round)
    assert refusal.details["names"] == "Person 10, Person 11, Person 6, Person 7, Person 8 and 1 more"


def test_sets_of_papers_may_differ_where_each_subject_has_its_own(people: list[Any]) -> None:
    round = draft(classes=[("all", 100)])
    about(round, "Li", {"all": people})
    about(round, "Wang", {"all": people[:6]})

    assert list(exposure_refusals(round)) == []


def repeat(earlier: Round, voters: dict[str, list[Any]]) -> Round:
    """Return a draft of the same scheme about the same people."""
    round = draft(scheme=earlier.scheme)
    for member in earlier.members.filter(subject__isnull=False):
        subject = make_subject(round, make_member(round, member.user, section=member.section_key))
        make_cell(subject, voters[member.name], "all")
    return round


def test_a_comparison_that_would_tell_of_a_few_is_held_back() -> None:
    earlier = make_published_round({("Li", "all"): papers(8), ("Wang", "all"): papers(8), ("Zhao", "all"): papers(8)})
    voters = [one.evaluator for one in earlier.cells.get(subject__label="Li").assignments.all()]
    strangers = [make_user() for _one in range(6)]
    round = repeat(earlier, {"Li": voters, "Wang": [*voters, strangers[0]], "Zhao": strangers})

    found = preflight(round)

    (beside,) = found.earlier
    assert (beside.shared, beside.held_back) == ((0, 1, 2), (1,))
    assert beside.no_trend(found.papers) == {
        "subjects": [round.subjects.get(label="Wang").key],
        "sections": [],
        "ranks": [],
        "unit": False,
    }
    # What came back then is what is expected now.
    assert (found.share, found.share_from) == (1.0, earlier.title)


def test_rounds_of_another_scheme_are_not_compared() -> None:
    make_published_round({("Li", "all"): papers(8)})
    round = draft(classes=[("all", 100)])
    about(round, "Li", {"all": [make_user()]})

    assert preflight(round).earlier == []


def test_queries_do_not_grow_with_the_round(people: list[Any]) -> None:
    counts = []
    for size in (1, 4):
        round = draft()
        for n in range(size):
            about(round, f"Subject {n}", {"peers": people[:6], "staff": people[6:]})
        round = Round.objects.select_related("scheme").get(pk=round.pk)
        with CaptureQueriesContext(connection) as queries:
            preflight(round)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_papers_of_unknown_classes_are_left_out(people: list[Any]) -> None:
    round = draft()
    about(round, "Li", {"peers": people[:6], "gone": people[6:]})
    scheme = frozen_scheme()

    found = read_papers(round, scheme)

    assert found.eligible.tolist() == [[6]]
    assert comparable_rounds(round, scheme, found) == []
