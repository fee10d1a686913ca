"""The ledger: what was shown is remembered, by what, to which role, since which day; never by whom or when exactly."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from peer_review.domain.ledger.ledger import QueryAnswer, ask, ask_all, note, note_all
from peer_review.domain.ledger.queries import TableQuery
from peer_review.enums import Channel, RefusedReason, ResultScope
from peer_review.exceptions.base import RoundStateInvalid
from peer_review.models import DisclosureEntry, RefusedQuery, Round
from tests.factories.peer_review.counted_rounds import make_crossed_round, make_published_round, spread, thin
from tests.factories.peer_review.rounds import RoundFactory

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def test_what_was_shown_is_noted_once_a_channel_and_audience(django_assert_num_queries: Any) -> None:
    round = RoundFactory()
    note(round, scope="subject:p1", channel=Channel.PAGE, audience="subject")

    with django_assert_num_queries(1):
        note(round, scope="subject:p1", channel=Channel.PAGE, audience="subject")
    note(round, scope="subject:p1", channel=Channel.PDF, audience="subject")
    note(round, scope="subject:p1", channel=Channel.PAGE, audience="leadership")

    kept = DisclosureEntry.objects.values_list("scope", "channel", "audience", "statements", "first_date")
    today = timezone.localdate()
    assert list(kept) == [
        ("subject:p1", "page", "subject", [], today),
        ("subject:p1", "pdf", "subject", [], today),
        ("subject:p1", "page", "leadership", [], today),
    ]


def test_the_first_day_stays_when_it_is_shown_again() -> None:
    round = RoundFactory()
    note(round, scope="round", channel=Channel.XLSX, audience="leadership")
    DisclosureEntry.objects.update(first_date="2020-01-01")

    note_all(round, scopes=["round", "summary"], channel=Channel.XLSX, audience="leadership")

    assert [(one.scope, one.first_date.year) for one in DisclosureEntry.objects.all()] == [
        ("round", 2020),
        ("summary", timezone.localdate().year),
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_many_scopes_are_noted_in_two_queries(many: int, django_assert_num_queries: Any) -> None:
    round = RoundFactory()
    with django_assert_num_queries(2):
        note_all(round, scopes=[f"section:{at}" for at in range(many)], channel=Channel.PAGE, audience="leadership")
    assert DisclosureEntry.objects.count() == many


def test_no_line_is_kept_twice() -> None:
    round = RoundFactory()
    note(round, scope="round", channel=Channel.PAGE, audience="leadership")
    with pytest.raises(IntegrityError), transaction.atomic():
        DisclosureEntry.objects.create(
            round=round, scope="round", channel="page", audience="leadership", first_date=timezone.localdate()
        )


def test_an_entry_names_no_person_and_no_moment() -> None:
    """Who looked, and when, is not asked for: there is nowhere to write it."""
    fields = {field.name: field.get_internal_type() for field in DisclosureEntry._meta.concrete_fields}
    assert fields == {
        "id": "BigAutoField",
        "round": "ForeignKey",
        "scope": "CharField",
        "channel": "CharField",
        "audience": "CharField",
        "statements": "JSONField",
        "first_date": "DateField",
    }


# Questions


def thin_leaders() -> Round:
    """Two subjects in a section and one in another; of each one or two leaders who know, and staff enough."""
    return make_published_round(
        {
            ("甲", "leaders"): thin(1, 60),
            ("甲", "staff"): thin(6, 80),
            ("乙", "leaders"): thin(2, 60),
            ("乙", "staff"): thin(7, 80),
            ("丙", "leaders"): thin(5, 60),
            ("丙", "staff"): thin(5, 80),
        },
        sections={"甲": "a", "乙": "a", "丙": "b"},
        ranks={"甲": 1, "乙": 2, "丙": 2},
        trim=False,
    )


def test_a_question_about_what_was_published_has_the_published_answer() -> None:
    round = thin_leaders()
    section = round.results.get(scope=ResultScope.SECTION, section_key="a").criteria.get(criterion="quality")
    answer = ask(round, TableQuery("quality", section="a"), channel=Channel.PAGE, audience="leadership")
    assert answer == QueryAnswer(section.value)
    kept = DisclosureEntry.objects.get()
    assert kept.statements == [
        {
            "v": 1,
            "criterion": "quality",
            "section": "a",
            "rank": None,
            "class": None,
            "without": [],
            "new": False,
            "value": section.value,
        }
    ]


def test_of_a_round_whose_thin_subjects_were_shown_together_nothing_new_is_told() -> None:
    """The mean published then holds the two answers about 丙, a mean of today would not: their difference is two."""
    round = make_published_round({("甲", "all"): spread(6), ("乙", "all"): spread(7), ("丙", "all"): thin(2)})
    whole = TableQuery("quality")
    published = round.results.get(scope=ResultScope.UNIT).criteria.get(criterion="quality").value
    round.results.update(rules=2)
    assert ask(round, whole, channel=Channel.PAGE, audience="leadership") == QueryAnswer(None, RefusedReason.ISOLATES)

    RefusedQuery.objects.all().delete()
    round.results.update(rules=3)
    assert ask(round, whole, channel=Channel.PAGE, audience="leadership") == QueryAnswer(published)


def test_a_round_of_earlier_rules_without_thin_subjects_is_told_of_as_before() -> None:
    round = make_published_round({("甲", "all"): spread(6), ("乙", "all"): spread(7)})
    round.results.update(rules=2)
    assert ask(round, TableQuery("quality"), channel=Channel.PAGE, audience="leadership").value is not None


def test_a_class_that_would_single_out_a_few_is_refused_and_the_other_side_of_it_too() -> None:
    """The three leaders of section a are fewer than five; their colleagues' mean, less the whole, is the leaders'."""
    round = thin_leaders()
    for voter_class in ("leaders", "staff"):
        question = TableQuery("quality", section="a", voter_class=voter_class)
        answer = ask(round, question, channel=Channel.PAGE, audience="leadership")
        assert answer == QueryAnswer(None, RefusedReason.ISOLATES)
    assert not DisclosureEntry.objects.exists()
    assert [(one.scope, one.reason) for one in RefusedQuery.objects.all()] == [
        ('cell:["quality","a",null,"leaders"]', "isolates"),
        ('cell:["quality","a",null,"staff"]', "isolates"),
    ]


def test_what_one_reader_was_shown_stands_against_what_another_asks() -> None:
    """All leaders are eight. Of those eight, five are on 丙's page, and so the other three may not be told."""
    round = thin_leaders()
    answer = ask(round, TableQuery("quality", voter_class="leaders"), channel=Channel.PAGE, audience="leadership")
    assert answer == QueryAnswer(None, RefusedReason.ISOLATES)


def test_whoever_asks_first_is_answered_and_another_is_refused_what_would_complete_it() -> None:
    """By section the leaders are six, by rank too. Sections and one pair crosswise would tell of three."""
    round = make_crossed_round()
    first = TableQuery("quality", section="a", voter_class="leaders")
    second = TableQuery("quality", section="a", rank="rank1", voter_class="leaders")
    assert ask(round, first, channel=Channel.PAGE, audience="leadership").value is not None
    assert ask(round, second, channel=Channel.PDF, audience="section_head:a").reason == RefusedReason.TOO_FEW
    by_rank = TableQuery("quality", rank="rank1", voter_class="leaders")
    assert ask(round, by_rank, channel=Channel.PAGE, audience="organiser").value is not None


def test_an_answer_once_given_is_given_again_without_opening_the_box(django_assert_num_queries: Any) -> None:
    round = make_crossed_round()
    question = TableQuery("quality", section="a", voter_class="leaders")
    first = ask(round, question, channel=Channel.PAGE, audience="leadership")
    with django_assert_num_queries(6) as seen:  # a savepoint among them
        assert ask(round, question, channel=Channel.PAGE, audience="leadership") == first
    assert not [one for one in seen.captured_queries if "ballots" in one["sql"]]
    ask(round, question, channel=Channel.XLSX, audience="organiser")
    assert [(one.channel, one.audience, len(one.statements)) for one in DisclosureEntry.objects.all()] == [
        ("page", "leadership", 1),
        ("xlsx", "organiser", 1),
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_new_questions_cost_the_same_queries_however_many(many: int, django_assert_max_num_queries: Any) -> None:
    round = make_crossed_round()
    asked = [TableQuery("quality", section="a"), TableQuery("quality", rank="rank1"), TableQuery("quality")][:many]
    with django_assert_max_num_queries(20):
        ask_all(round, asked, channel=Channel.PAGE, audience="leadership")


def test_a_refusal_depends_on_no_mark() -> None:
    """Two rounds alike in sizes, unlike in every mark: the same outcome for every question."""
    outcomes = []
    for middle in (30, 90):
        round = make_published_round(
            {(name, group): thin(n, middle) for name in "甲乙" for group, n in (("leaders", 2), ("staff", 6))}
        )
        questions = [
            TableQuery(one, None, None, of) for one in ("quality", "spirit") for of in (None, "leaders", "staff")
        ]
        answers = ask_all(round, questions, channel=Channel.PAGE, audience="leadership")
        outcomes.append([answers[question].reason for question in questions])
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {"", "isolates"}


def test_a_group_that_does_not_exist_and_one_that_is_too_small_are_told_alike() -> None:
    round = thin_leaders()
    nobody = ask(round, TableQuery("quality", section="nowhere"), channel=Channel.PAGE, audience="leadership")
    few = ask(round, TableQuery("quality", "a", None, "leaders"), channel=Channel.PAGE, audience="leadership")
    assert (nobody.value, few.value) == (None, None)


@pytest.mark.parametrize("state", ["draft", "open", "closed", "counted", "void"])
def test_nothing_is_answered_before_publication(state: str) -> None:
    round = make_crossed_round()
    Round.objects.filter(pk=round.pk).update(state=state)
    with pytest.raises(RoundStateInvalid):
        ask(round, TableQuery("quality"), channel=Channel.PAGE, audience="leadership")
    assert not DisclosureEntry.objects.exists()


def test_names_of_sections_cannot_be_mistaken_for_other_questions() -> None:
    assert TableQuery("q", 'a",null,"x').scope != TableQuery("q", "a", None, "x").scope


def test_tables_are_made_without_those_whose_figures_are_in_half_steps() -> None:
    """Whatever marks 甲 got: a table's exact mean says nothing of them. Without half-steps it does."""
    answers = {}
    for coarse in ([], ["甲"]):
        for middle in (60, 85):
            cells = {(name, "all"): spread(8, 75) for name in "乙丙丁"} | {("甲", "all"): spread(8, middle)}
            round = make_published_round(cells, coarse=coarse)
            query = TableQuery("quality", section="a", voter_class="all")
            answers[bool(coarse), middle] = ask(round, query, channel=Channel.PAGE, audience="leadership").value
    assert answers[True, 60] == answers[True, 85] is not None
    assert answers[False, 60] != answers[False, 85]
