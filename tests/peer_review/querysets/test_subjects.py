"""Which subjects: whose figures and outcomes somebody may read, decide or contest, and how they are found."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from peer_review.enums import RoundState
from peer_review.models import Contest, ContestStage, Round, Subject
from tests.factories.peer_review.decided_rounds import make_inspector, make_leader, make_told_round, subject
from tests.factories.peer_review.rounds import (
    RoundFactory,
    make_cell,
    make_comment_cell,
    make_member,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])
AUDIENCES = ("subject", "section_head", "leadership", "staff")
ASKED = ["with_result_for", "decidable_by", "contestable_by", "with_outcome_for"]


def labels(subjects: Iterable[Subject]) -> set[str]:
    return {one.label for one in subjects}


def make_round(state: str = "published", *, shown: Iterable[str] = AUDIENCES) -> Round:
    """Two people in section a, one in b, and section b as a whole."""
    round: Round = RoundFactory(state=state, form={"visibility": {name: name in [*shown] for name in AUDIENCES}})
    for name, section in (("Ada", "a"), ("Ben", "a"), ("Cho", "b")):
        make_subject(round, make_member(round, make_user(name), section=section))
    Subject.objects.create(round=round, key="sb", label="All of b", section_key="b", section_name="Section b")
    return round


def person(round: Round, name: str) -> Any:
    member = round.subjects.get(label=name).member
    assert member is not None
    return member.user


def head_of(round: Round, section: str) -> Any:
    head = make_user(f"Head of {section}", "section_head")
    make_member(round, head, section=section, is_head=True)
    return head


class TestResults:
    def test_are_read_by_the_person_the_head_the_leaders_and_the_organiser(self) -> None:
        round = make_round()
        heads = {section: head_of(round, section) for section in "ab"}

        def read(user: Any) -> set[str]:
            return labels(Subject.objects.with_result_for(user))

        assert read(person(round, "Ada")) == {"Ada"}
        assert read(heads["a"]) == {"Ada", "Ben"}
        assert read(heads["b"]) == {"Cho", "All of b"}
        assert read(make_leader()) == read(round.organiser) == {"Ada", "Ben", "Cho", "All of b"}
        for other in (
            make_inspector(),
            make_user("", "organiser"),
            make_user("", "scrutineer"),
            round.scrutineers.get(),
        ):
            assert read(other) == set()

    @pytest.mark.parametrize("state", [state for state in RoundState if state not in ("published", "archived")])
    def test_are_read_by_nobody_before_they_are_out(self, state: RoundState) -> None:
        round = make_round(state)

        for user in (person(round, "Ada"), head_of(round, "a"), make_leader(), round.organiser):
            assert not Subject.objects.with_result_for(user).exists()

    @pytest.mark.parametrize("audience", ["subject", "section_head", "leadership"])
    def test_are_read_by_the_audiences_of_the_form_alone(self, audience: str) -> None:
        round = make_round(shown=[audience])
        readers = {
            "subject": person(round, "Ada"),
            "section_head": head_of(round, "a"),
            "leadership": make_leader(),
            "staff": make_user("", "staff"),
        }

        reading = {name for name, user in readers.items() if Subject.objects.with_result_for(user).exists()}

        assert reading == {audience}

    def test_a_head_of_the_same_section_in_another_round_reads_nothing_here(self) -> None:
        make_round()
        head = head_of(make_round("open"), "a")

        assert not Subject.objects.with_result_for(head).exists()

    def test_an_inspector_reads_those_whose_appeal_is_theirs_to_decide(self) -> None:
        round, other = make_round(), make_inspector("Other")
        inspector = make_inspector()
        for name, kind, responsible in (
            ("Ada", "appeal", inspector),
            ("Ben", "review", inspector),
            ("Cho", "appeal", other),
        ):
            contest = Contest.objects.create(
                subject=round.subjects.get(label=name), by=person(round, name), status="appealed"
            )
            ContestStage.objects.create(
                contest=contest,
                kind=kind,
                grounds="x",
                asked_date="2030-01-01",
                due_date="2030-01-31",
                responsible=responsible,
            )

        assert labels(Subject.objects.with_result_for(inspector)) == {"Ada"}
        Round.objects.update(form={"visibility": dict.fromkeys(AUDIENCES, False)})
        assert not Subject.objects.with_result_for(inspector).exists()
        inspector.groups.clear()
        Round.objects.update(form={"visibility": dict.fromkeys(AUDIENCES, True)})
        assert not Subject.objects.with_result_for(type(inspector).objects.get(pk=inspector.pk)).exists()


class TestAddressees:
    def test_one_is_addressed_by_what_is_about_oneself_or_the_section_one_heads(self) -> None:
        round = make_round()
        head = head_of(round, "b")

        assert labels(Subject.objects.not_addressed_to(person(round, "Cho"))) == {"Ada", "Ben", "All of b"}
        # A head is addressed for the section as a whole, not for its people.
        assert labels(Subject.objects.not_addressed_to(head)) == {"Ada", "Ben", "Cho"}
        assert labels(Subject.objects.not_addressed_to(head_of(round, "a"))) == {"Ada", "Ben", "Cho", "All of b"}
        for stranger in (None, AnonymousUser()):
            assert Subject.objects.not_addressed_to(stranger).count() == 4

    def test_leaders_decide_on_all_but_themselves(self) -> None:
        round = make_round()
        ada = person(round, "Ada")
        ada.groups.add(make_leader().groups.get(name="leadership"))

        assert labels(Subject.objects.decidable_by(ada)) == {"Ben", "Cho", "All of b"}
        for user in (make_inspector(), round.organiser, person(round, "Ben")):
            assert not Subject.objects.decidable_by(user).exists()

    @pytest.mark.parametrize(("state", "shown"), [("counted", AUDIENCES), ("published", ("subject", "staff"))])
    def test_nobody_decides_on_what_leaders_do_not_read(self, state: str, shown: tuple[str, ...]) -> None:
        make_round(state, shown=shown)

        assert not Subject.objects.decidable_by(make_leader()).exists()


class TestOutcomes:
    def test_are_known_to_whom_they_were_told_to_those_who_decide_and_inspectors(self) -> None:
        round, leader = make_told_round({"Ada": 85, "Ben": 80})
        ada = subject(round, "Ada").member
        assert ada is not None

        def known(user: Any) -> set[str]:
            return labels(Subject.objects.with_outcome_for(user))

        assert known(ada.user) == labels(Subject.objects.contestable_by(ada.user)) == {"Ada"}
        assert known(leader) == known(make_inspector()) == known(round.organiser) == {"Ada", "Ben"}
        assert not Subject.objects.contestable_by(leader).exists()
        assert known(make_user("", "staff")) == set()

    def test_are_known_to_nobody_but_deciders_before_they_are_told(self) -> None:
        round = make_round()

        assert len(Subject.objects.with_outcome_for(make_leader())) == 4
        for user in (person(round, "Ada"), head_of(round, "a"), make_inspector(), round.organiser):
            assert not Subject.objects.with_outcome_for(user).exists()


@pytest.mark.parametrize("method", ASKED)
def test_strangers_find_nothing(method: str) -> None:
    round, _leader = make_told_round({"Ada": 85})
    member = subject(round, "Ada").member
    assert member is not None
    gone = member.user
    gone.is_active = False
    gone.save()

    for stranger in (None, AnonymousUser(), gone):
        assert not getattr(Subject.objects, method)(stranger).exists(), stranger


@pytest.mark.parametrize("method", ASKED)
def test_each_costs_one_query_however_many_rounds(method: str, django_assert_num_queries: Any) -> None:
    for _number in range(3):
        make_round()
    user = make_user("", "leadership", "inspector", "organiser")
    list(Subject.objects.with_outcome_for(user))  # roles are read once

    with django_assert_num_queries(1):
        list(getattr(Subject.objects, method)(user))


def test_evaluated_are_those_of_whom_one_holds_a_paper() -> None:
    round, voter = make_round(), make_user()
    ada, ben, cho = (round.subjects.get(label=name) for name in ("Ada", "Ben", "Cho"))
    make_cell(ada, [voter])
    make_comment_cell(ada, [voter])
    make_cell(ben, [make_user()])
    make_sheet([cho], [voter])

    assert list(Subject.objects.evaluated_by(voter)) == [ada]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"Ada", "Ben", "Cho", "All of b"}),
        ("ad", {"Ada"}),
        ("section B", {"Cho", "All of b"}),
        ("%", set()),
        ("_", set()),
        ("' OR 1=1 --", set()),
    ],
)
def test_matching_searches_labels_and_sections(text: str, found: set[str]) -> None:
    assert labels(make_round().subjects.matching(text)) == found
