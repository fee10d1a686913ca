"""Lists of results: who gets which, sorted and paged without loss, ties in view, and no figure under the floor."""

from typing import Any

import pytest
from django.test import Client

from peer_review.models import CriterionResult, DisclosureEntry, Result, Round
from peer_review.views.results import result_lists as lists
from peer_review.views.results.result_lists import falls, sort_heads
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers
from tests.factories.peer_review.decided_rounds import make_scored_round
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.views.results.pages import NAMES, address, make_thin_round, numbers, subject, text_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])
LISTS = ("section-results", "all-results", "summary")


@pytest.fixture
def head() -> Any:
    return make_user("科室负责人", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    return make_thin_round(head)


def test_section_head_sees_the_section_only(round: Round, head: Any, client: Client) -> None:
    client.force_login(head)
    text = text_of(client, address(round, "section-results"))
    assert all(name in text for name in NAMES)
    assert "辛" not in text
    assert client.get(address(round, "subject-result", subject(round, "丙").pk)).status_code == 200
    assert client.get(address(round, "subject-result", subject(round, "辛").pk)).status_code == 403
    assert client.get(address(round, "all-results")).status_code == 403


def test_leadership_sees_all_with_interval_and_number(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    page = client.get(address(round, "all-results"), headers={"accept-language": "en"})
    assert [row.row.label for row in page.context["rows"]] == [*reversed(NAMES), "辛"]
    assert page.context["rows"][-1].row.score is None
    text = page.content.decode()
    assert text.count("too few") >= 5
    assert not {31.0, 37.0, 33.4} & numbers(text)
    assert client.get(address(round, "subject-result", subject(round, "辛").pk)).status_code == 200


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("score", "庚", "辛"),
        ("-score", "甲", "辛"),
        ("roll", "甲", "辛"),
        ("-roll", "辛", "甲"),
        ("c.quality", "庚", "辛"),
        ("-c.spirit", "甲", "辛"),
        ("nonsense", "庚", "辛"),
    ],
)
def test_leadership_sorts_and_what_is_not_shown_comes_last(
    sort: str, first: str, last: str, round: Round, client: Client
) -> None:
    client.force_login(make_user("", "leadership"))
    rows = client.get(address(round, "all-results"), {"sort": sort}).context["rows"]
    assert (rows[0].row.label, rows[-1].row.label) == (first, last)


@pytest.mark.parametrize("sort", ["score", "-score", "name", "-roll", "c.quality", "-c.quality"])
def test_ranking_is_paged_by_key_without_loss(
    sort: str, round: Round, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user("", "leadership"))
    whole = [row.row.result for row in client.get(address(round, "all-results"), {"sort": sort}).context["rows"]]
    monkeypatch.setattr(lists, "PAGE", 3)
    seen: list[int] = []
    after = ""
    while True:
        page = client.get(address(round, "all-results"), {"sort": sort, "after": after})
        seen += [row.row.result for row in page.context["rows"]]
        after = page.context["paging"].after or ""
        if not after:
            break
    assert seen == whole
    assert len(seen) == 8


def test_filter_shows_rows_and_makes_no_new_figure(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    everything = numbers(text_of(client, address(round, "all-results")))
    filtered = client.get(address(round, "all-results"), {"section": "b"}, headers={"accept-language": "en"})
    assert [row.row.label for row in filtered.context["rows"]] == ["辛"]
    # The strips' scale is the only number that may differ.
    assert numbers(filtered.content.decode()) - everything <= {60.0}


def test_section_that_is_not_there_filters_nothing(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    assert len(client.get(address(round, "all-results"), {"section": "nonsense"}).context["rows"]) == 8


def test_staff_read_a_summary_that_names_no_subject(round: Round, client: Client) -> None:
    client.force_login(make_user("", "staff"))
    text = text_of(client, address(round, "summary"))
    assert not any(name in text for name in (*NAMES, "辛"))
    shown = numbers(text)
    assert 73.8 in shown
    # Bounds of the means' intervals may happen to be somebody's score.
    means = CriterionResult.objects.exclude(result__scope="subject").values_list("low", "high")
    bounds = {bound for pair in means for bound in pair}
    assert not ({Result.objects.get(label=name).score for name in NAMES if name != "丁"} & shown) - bounds


def test_summary_of_few_subjects_shows_no_mean(client: Client) -> None:
    round = make_published_round({(name, "all"): papers(5, 64, 64) for name in "甲乙丙"})
    client.force_login(make_user("", "staff"))
    text = text_of(client, address(round, "summary"))
    assert "Too few subjects" in text
    assert 64.0 not in numbers(text)


def test_lists_cost_the_same_for_one_and_many(client: Client, django_assert_max_num_queries: Any) -> None:
    few = make_published_round({("甲", "all"): papers(5)})
    many = make_published_round(
        {(f"人{at}", "all"): papers(5) for at in range(20)}, sections={f"人{at}": str(at % 4) for at in range(20)}
    )
    client.force_login(make_user("", "leadership"))
    for round in (few, many):
        client.get(address(round, "all-results"))  # the ledger notes the first time
    with django_assert_max_num_queries(60) as one:
        client.get(address(few, "all-results"))
    with django_assert_max_num_queries(60) as more:
        client.get(address(many, "all-results"))
    assert len(one) == len(more)


def test_list_says_its_ties_before_its_order(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    text = text_of(client, address(round, "all-results"))
    assert text.index("overlap in one chain") < text.index("pr-table pr-ranking")
    assert "Nobody has a place of their own" in text
    rows = client.get(address(round, "all-results")).context["rows"]
    for one in rows[:-1]:
        assert f">{one.row.place.best}–{one.row.place.worst}</span>" in text
        assert f"like {one.row.place.alike} others" in text


def test_line_parts_the_list_only_where_no_interval_bridges_it(client: Client) -> None:
    round = make_published_round(
        {(name, "all"): papers(9, at, at) for name, at in (("甲", 90), ("乙", 91), ("丙", 60))}
    )
    client.force_login(make_user("", "leadership"))
    page = client.get(address(round, "all-results"), headers={"accept-language": "en"})
    assert [(one.row.label, one.breaks) for one in page.context["rows"]] == [("乙", False), ("甲", False), ("丙", True)]
    assert page.content.decode().count("no interval above this line") == 1
    by_name = client.get(address(round, "all-results"), {"sort": "name"})
    assert not any(one.breaks for one in by_name.context["rows"])


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("", ["a", "b", "c", ""]),
        ("score", ["b", "a", "c", ""]),
        ("-score", ["a", "b", "c", ""]),
        ("-name", ["c", "b", "a", ""]),
        ("c.spirit", ["a", "b", "c", ""]),
        ("nonsense", ["a", "b", "c", ""]),
    ],
)
def test_heat_map_is_sorted_with_the_whole_last_and_too_few_before_it(
    by: str, order: list[str], client: Client
) -> None:
    cells = {("甲", "all"): papers(6, 70, 90), ("乙", "all"): papers(6, 90, 80), ("丙", "all"): papers(3, 99, 99)}
    round = make_published_round(cells, sections={"甲": "a", "乙": "b", "丙": "c"})
    client.force_login(make_user("", "leadership"))
    page = client.get(address(round, "all-results"), {"by": by}, headers={"accept-language": "en"})
    assert [row.group.key for row in page.context["heat"]["rows"]] == order
    assert page.context["heat"]["rows"][order.index("c")].group.score is None


def test_head_finds_the_own_section_whatever_the_address_asks(head: Any, client: Client) -> None:
    round = make_published_round(
        {("甲", "all"): papers(6), ("乙", "all"): papers(6, 60, 60)},
        sections={"甲": "a", "乙": "b"},
        heads={"a": head},
    )
    round.members.filter(user=head).update(section_key="b", section_name="Section b")
    client.force_login(head)
    assert [one.row.label for one in client.get(address(round, "section-results")).context["rows"]] == ["乙"]
    foreign = client.get(address(round, "section-results"), {"section": "a"})
    assert [one.row.label for one in foreign.context["rows"]] == ["乙"]


def test_leader_cannot_read_the_order_without_the_quota_line_and_its_ties(client: Client) -> None:
    scores: dict[str, int | None] = {"甲": 97, "乙": 93, "丙": 93, "丁": 75, "戊": 70, "己": None}
    round = make_scored_round(scores | dict.fromkeys("子丑寅卯", 65), quota=20)  # two places of ten
    client.force_login(make_user("", "leadership"))
    page = client.get(address(round, "all-results"), headers={"accept-language": "en"})
    text = page.content.decode()
    assert [(one.row.label, one.line) for one in page.context["rows"] if one.line] == [("乙", "tied"), ("丁", "below")]
    before_list = text[: text.index("pr-table pr-ranking")]
    assert "Tied at the line:</strong> 乙, 丙" in before_list
    assert "The line lies at 93.0 points. Above it: 1." in before_list
    assert text.count("tied at the line</span>") == 2
    assert text.count('class="ch-quota"') == 9  # through every strip
    assert address(round, "decisions") in text
    turned = client.get(address(round, "all-results"), {"sort": "-score"})
    assert not any(one.line for one in turned.context["rows"])


def test_round_without_a_quota_draws_no_line(client: Client) -> None:
    round = make_scored_round({"甲": 97, "乙": 93}, quota=0)
    client.force_login(make_user("", "leadership"))
    text = text_of(client, address(round, "all-results"))
    assert "This round has no quota" in text
    assert "ch-quota" not in text


class TestSorting:
    @pytest.mark.parametrize(
        ("wanted", "falling"),
        [
            ("score", True),
            ("-score", False),
            ("c.quality", True),
            ("-c.quality", False),
            ("name", False),
            ("-name", True),
            ("roll", False),
            ("-roll", True),
        ],
    )
    def test_figures_begin_at_the_top_and_names_at_the_start_and_a_minus_turns_both(
        self, wanted: str, falling: bool
    ) -> None:
        assert falls(wanted) is falling

    def test_a_second_click_turns_a_column_round(self) -> None:
        sorts = {"name": "Name", "score": "Score"}

        assert [(one.key, one.next, one.now) for one in sort_heads(sorts, "score")] == [
            ("name", "name", ""),
            ("score", "-score", "descending"),
        ]
        assert [(one.key, one.next, one.now) for one in sort_heads(sorts, "-score")] == [
            ("name", "name", ""),
            ("score", "score", "ascending"),
        ]
        assert [(one.next, one.now) for one in sort_heads(sorts, "")] == [("name", ""), ("score", "")]

    @pytest.mark.parametrize(
        "query",
        [{"sort": "--score"}, {"sort": "c."}, {"sort": "pk"}, {"sort": "-"}, {"sort": ""}, {"sort": "subject__member"}],
    )
    def test_what_is_no_column_sorts_by_the_score(self, query: dict[str, str], round: Round, client: Client) -> None:
        client.force_login(make_user("", "leadership"))

        page = client.get(address(round, "all-results"), query)

        assert page.context["sort"] == "score"
        assert page.context["rows"][0].row.label == "庚"

    @pytest.mark.parametrize("after", ["x", "²", "9" * 30, "1:2:3", "\x00", "-1"])
    def test_an_odd_key_of_a_page_is_answered(self, after: str, round: Round, client: Client) -> None:
        client.force_login(make_user("", "leadership"))

        assert client.get(address(round, "all-results"), {"after": after}).status_code == 200

    def test_the_head_of_a_section_sorts_too(self, round: Round, head: Any, client: Client) -> None:
        client.force_login(head)
        for sort, first in (("score", "庚"), ("-score", "甲"), ("c.quality", "庚"), ("roll", "甲")):
            rows = client.get(address(round, "section-results"), {"sort": sort}).context["rows"]
            assert rows[0].row.label == first, sort


class TestRights:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            ("leadership", {"all-results", "summary"}),
            ("organiser", {"all-results", "summary"}),
            ("head", {"section-results", "summary"}),
            ("subject", {"summary"}),
            ("inspector", {"summary"}),
            ("superuser", {"summary"}),
        ],
    )
    def test_each_role_finds_its_lists(
        self, role: str, allowed: set[str], round: Round, head: Any, client: Client
    ) -> None:
        named = {"organiser": round.organiser, "head": head, "subject": subject(round, "丙").member.user}
        client.force_login(named.get(role) or make_user("", role, is_superuser=role == "superuser"))

        assert {name for name in LISTS if client.get(address(round, name)).status_code == 200} == allowed

    def test_of_no_round_there_are_no_lists(self, client: Client) -> None:
        client.force_login(make_user("", "leadership"))

        nowhere = Round(public_id="0" * 32)
        assert {client.get(address(nowhere, name)).status_code for name in LISTS} == {404}

    def test_before_publication_there_are_none(self, head: Any, client: Client) -> None:
        counted = make_counted_round({("甲", "all"): papers(6)}, heads={"a": head})
        for user in (head, counted.organiser, make_user("", "leadership")):
            client.force_login(user)
            assert {client.get(address(counted, name)).status_code for name in LISTS} <= {403, 404}

    def test_a_refused_reader_is_in_no_ledger(self, round: Round, client: Client) -> None:
        client.force_login(make_user("", "inspector"))

        client.get(address(round, "all-results"))

        assert not DisclosureEntry.objects.filter(scope="round").exists()


class TestRanks:
    def test_are_a_heat_map_of_their_own_where_there_are_several(self, client: Client) -> None:
        ranks = {name: 1 + at % 2 for at, name in enumerate("甲乙丙丁戊己庚辛壬癸")}
        round = make_published_round(
            {(name, "all"): papers(6, 60 + 10 * rank) for name, rank in ranks.items()}, ranks=ranks
        )
        client.force_login(make_user("", "leadership"))

        ranked = client.get(address(round, "all-results")).context["ranks"]

        assert ranked is not None
        assert len(ranked["rows"]) == 2

    def test_lists_of_sections_cost_the_same_for_few_and_many(
        self, head: Any, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        counts = []
        for many in (3, 9):
            round = make_published_round({(f"人{at}", "all"): papers(5) for at in range(many)}, heads={"a": head})
            client.force_login(head)
            client.get(address(round, "section-results"))
            with django_assert_max_num_queries(60) as queries:
                client.get(address(round, "section-results"))
            counts.append(len(queries))

        assert counts[0] == counts[1]


def test_a_list_offers_decisions_and_withdrawals_to_whom_they_belong(round: Round, client: Client) -> None:
    offered = {}
    for name, user in (("leader", make_user("", "leadership")), ("organiser", round.organiser)):
        client.force_login(user)
        context = client.get(address(round, "all-results")).context
        offered[name] = (context["may_decide"], context["may_withdraw"])

    assert offered == {"leader": (True, False), "organiser": (False, True)}
