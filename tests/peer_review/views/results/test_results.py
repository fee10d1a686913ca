"""What each role finds in the very bytes of its pages."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import DisclosureEntry, Result, Round
from peer_review.views.results import result_lists as lists
from peer_review.views.results import results as views
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, papers, spread
from tests.factories.peer_review.decided_rounds import make_scored_round
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])

PAGES = ("own-result", "section-results", "all-results", "summary")
NAMES = "甲乙丙丁戊己庚"


def address(round: Round, name: str, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def subject(round: Round, name: str) -> Any:
    return round.subjects.get(label=name)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url, headers={"accept-language": "en"})
    assert answer.status_code == 200, url
    return answer.content.decode()


@pytest.fixture
def head() -> Any:
    return make_user("科室负责人", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    """Seven subjects in section a, scores apart; a thin one in b, whose 31 and 37 must be nowhere."""
    cells = {(name, "all"): papers(6, 61 + 4 * at, 63 + 4 * at) for at, name in enumerate(NAMES)}
    cells["辛", "all"] = papers(3, 31, 37)
    return make_published_round(cells, sections={"辛": "b"}, heads={"a": head})


def test_subject_sees_own_figures_beside_the_sections_and_nobody_elses(round: Round, client: Client) -> None:
    client.force_login(subject(round, "丙").member.user)
    page = client.get(address(round, "own-result"), headers={"accept-language": "en"})
    text = page.content.decode()
    reading = page.context["reading"]
    assert (reading.score.value, reading.comparisons[0].score.value) == (69.8, 73.8)
    assert reading.comparisons[0].scope == "section"
    for name in "甲乙戊己庚":  # 丁 happens to have the section's mean
        assert Result.objects.get(label=name).score not in numbers(text)
    assert {31.0, 37.0} & numbers(text) == set()


def numbers(text: str) -> set[float]:
    """Return every number that stands in a page's text, tags and classes left out, and codes, which are no figures."""
    text = re.sub(r'<dd class="pr-print">.*?</dd>', " ", text)
    return {float(one) for one in re.findall(r"\d+\.\d|\d+", re.sub(r"<[^>]*>", " ", text))}


def test_own_picture_stands_with_its_table(round: Round, client: Client) -> None:
    client.force_login(subject(round, "丙").member.user)
    text = text_of(client, address(round, "own-result"))
    assert text.index('<title id="dots-title">') < text.index("<caption>")
    assert "style=" not in text
    assert "onclick" not in text


def test_subject_of_a_small_section_is_not_compared_with_it(client: Client) -> None:
    sections = {"甲": "a", "乙": "a"}
    round = make_published_round(
        {(name, "all"): papers(5, 53 if name == "甲" else 97, 53 if name == "甲" else 97) for name in "甲乙"},
        sections=sections,
    )
    client.force_login(subject(round, "甲").member.user)
    page = client.get(address(round, "own-result"))
    assert page.context["reading"].comparisons == ()
    assert not {97.0, 75.0} & numbers(page.content.decode())


def test_thin_subject_reads_too_few_everywhere_and_no_figure(round: Round, client: Client) -> None:
    client.force_login(subject(round, "辛").member.user)
    text = text_of(client, address(round, "own-result"))
    assert "Too few ballots" in text
    assert text.count("too few") >= 6
    assert not {31.0, 37.0, 33.4} & numbers(text)


def test_thin_class_is_not_in_the_page(client: Client) -> None:
    round = make_published_round({("甲", "leaders"): papers(2, 13, 17), ("甲", "staff"): papers(9, 83, 87)})
    client.force_login(subject(round, "甲").member.user)
    text = text_of(client, address(round, "own-result"))
    assert "shown together only" in text
    assert not {13.0, 17.0, 83.0, 87.0} & numbers(text)


def test_class_of_one_possible_voter_is_labelled_not_anonymous(client: Client) -> None:
    round = make_published_round({("甲", "leaders"): papers(1, 13, 17), ("甲", "staff"): papers(9)})
    client.force_login(subject(round, "甲").member.user)
    assert "not anonymous" in text_of(client, address(round, "own-result"))


def test_unanimous_subject_has_no_distribution_in_the_page(client: Client) -> None:
    round = make_published_round({("甲", "all"): papers(9, 88, 88), ("乙", "all"): spread(24, 88)})
    client.force_login(subject(round, "甲").member.user)
    assert "ch-bar" not in text_of(client, address(round, "own-result"))
    client.force_login(subject(round, "乙").member.user)
    assert "ch-bar" in text_of(client, address(round, "own-result"))


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


def test_staff_read_a_summary_that_names_no_subject(round: Round, client: Client) -> None:
    client.force_login(make_user("", "staff"))
    text = text_of(client, address(round, "summary"))
    assert not any(name in text for name in (*NAMES, "辛"))
    shown = numbers(text)
    assert 73.8 in shown
    assert not {Result.objects.get(label=name).score for name in NAMES if name != "丁"} & shown


def test_summary_of_few_subjects_shows_no_mean(client: Client) -> None:
    round = make_published_round({(name, "all"): papers(5, 64, 64) for name in "甲乙丙"})
    client.force_login(make_user("", "staff"))
    text = text_of(client, address(round, "summary"))
    assert "Too few subjects" in text
    assert 64.0 not in numbers(text)


@pytest.mark.parametrize(
    "role", ["organiser", "leadership", "inspector", "scrutineer", "staff", "superuser", "subject"]
)
def test_before_publication_there_is_nothing_for_anyone(role: str, client: Client) -> None:
    round = make_counted_round({("甲", "all"): papers(6)})
    users = {"organiser": round.organiser, "subject": subject(round, "甲").member.user}
    client.force_login(users.get(role) or make_user("", role, is_superuser=role == "superuser"))
    for name in PAGES:
        assert client.get(address(round, name)).status_code in (403, 404), name
    assert client.get(address(round, "subject-result", subject(round, "甲").pk)).status_code in (403, 404)


def test_superuser_sees_no_more_than_any_staff(round: Round, client: Client) -> None:
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert [client.get(address(round, name)).status_code for name in PAGES] == [403, 403, 403, 200]
    assert client.get(address(round, "subject-result", subject(round, "甲").pk)).status_code == 403


def test_scheme_that_shows_nothing_shows_nothing(client: Client, head: Any) -> None:
    hidden = dict.fromkeys(["subject", "section_head", "leadership", "staff"], False)
    round = make_published_round({("甲", "all"): papers(6)}, visibility=hidden, heads={"a": head})
    for user in (subject(round, "甲").member.user, head, make_user("", "leadership"), make_user("", "staff")):
        client.force_login(user)
        assert {client.get(address(round, name)).status_code for name in PAGES} <= {403, 404}


def test_stranger_is_asked_to_sign_in(round: Round, client: Client) -> None:
    assert {client.get(address(round, name)).status_code for name in PAGES} == {302}


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


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("leadership", ["results", "summary"]),
        ("staff", ["summary"]),
        ("organiser", ["summary"]),
        ("subject", ["my-result", "summary"]),
    ],
)
def test_list_leads_each_role_to_what_it_may_read(role: str, links: list[str], round: Round, client: Client) -> None:
    make_counted_round({("甲", "all"): papers(5)})
    client.force_login(subject(round, "丙").member.user if role == "subject" else make_user("", role))
    [row] = client.get(reverse("peer_review:result-list")).context["rows"]
    assert row["round"] == round
    assert [link["url"].rstrip("/").rpartition("/")[2] for link in row["links"]] == links
    assert {client.get(link["url"]).status_code for link in row["links"]} == {200}


def test_list_is_paged_by_key_and_costs_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    make_published_round({("甲", "all"): papers(5)})
    client.force_login(make_user("", "leadership"))
    url = reverse("peer_review:result-list")
    client.get(url)
    with django_assert_max_num_queries(40) as one:
        client.get(url)
    for _number in range(3):
        make_published_round({("甲", "all"): papers(5)})
    with django_assert_max_num_queries(40) as four:
        whole = [row["round"].pk for row in client.get(url).context["rows"]]
    assert len(one) == len(four)
    monkeypatch.setattr(views, "LIST_PAGE", 2)
    first = client.get(url).context
    second = client.get(url, {"after": first["paging"].after}).context
    assert [row["round"].pk for page in (first, second) for row in page["rows"]] == whole
    assert second["paging"].after is None


@pytest.mark.parametrize("change", [{"visibility": {"staff": False}}, {"floor": 1}])
def test_nothing_is_shown_once_the_terms_were_altered_behind_the_form(
    round: Round, client: Client, change: dict[str, Any]
) -> None:
    """An anonymity switch that can be turned back: with SQL, past every door of ours."""
    form = {**round.form, **change}
    Round.objects.filter(pk=round.pk).update(
        form={**form, "visibility": {**round.form["visibility"], **form["visibility"]}}
    )
    client.force_login(make_user("", "leadership"))
    page = client.get(address(round, "all-results"), headers={"accept-language": "en"})
    assert page.status_code == 403
    assert not {61.8, 69.8, 73.8} & numbers(page.content.decode())


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


def test_every_page_of_figures_is_in_the_ledger_under_the_readers_role(round: Round, head: Any, client: Client) -> None:
    mine, leader = subject(round, "丙"), make_user("", "leadership")
    for user, url in (
        (mine.member.user, address(round, "own-result")),
        (leader, address(round, "subject-result", mine.pk)),
        (head, address(round, "section-results")),
        (leader, address(round, "all-results")),
        (make_user("", "staff"), address(round, "summary")),
    ):
        client.force_login(user)
        for _twice in range(2):
            assert client.get(url).status_code == 200
    assert list(DisclosureEntry.objects.order_by("pk").values_list("scope", "channel", "audience")) == [
        (f"subject:{mine.key}", "page", "subject"),
        (f"subject:{mine.key}", "page", "leadership"),
        ("section:a", "page", "section_head:a"),
        ("round", "page", "leadership"),
        ("summary", "page", "staff"),
    ]


def test_pictures_say_in_words_what_the_table_holds(round: Round, client: Client) -> None:
    client.force_login(subject(round, "丙").member.user)
    page = client.get(address(round, "own-result"), headers={"accept-language": "en"})
    told = re.search(r'<desc id="dots-desc">(.*?)</desc>', page.content.decode()).group(1)
    for line in page.context["lines"]:
        own, *beside = (one for one in (line.own, *line.others))
        assert f"{line.label}: {own.value:.1f} ({own.low:.1f}–{own.high:.1f})" in told
        for name, mark in zip(page.context["other_names"], beside, strict=True):
            assert f"{name} {mark.value:.1f} ({mark.low:.1f}–{mark.high:.1f})" in told


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


def test_trend_stands_as_a_picture_with_its_table_and_held_back_rounds_in_words(client: Client) -> None:
    first = make_published_round({(name, "all"): papers(8, 70) for name in NAMES})
    second = make_published_round({(name, "all"): papers(8, 72) for name in NAMES}, earlier=first, strangers=0)
    third = make_published_round({(name, "all"): papers(8, 74) for name in NAMES}, earlier=second, strangers=1)
    client.force_login(make_user("", "leadership"))
    text = text_of(client, address(second, "subject-result", subject(second, "甲").pk))
    assert f"{first.title}: 70.0 (" in re.search(r'<desc id="trend-desc">(.*?)</desc>', text).group(1)
    assert text.index("trend-title") < text.index(f'<th scope="row">{first.title}</th>')
    text = text_of(client, address(third, "subject-result", subject(third, "甲").pk))
    assert "trend-title" not in text
    assert "2 earlier rounds are not set beside these" in text
    assert first.title not in text


def test_lone_round_has_no_trend_and_no_heading_for_it(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    assert "Over the rounds" not in text_of(client, address(round, "all-results"))


def test_figures_lead_to_a_finding_for_whoever_may_raise_one(round: Round, head: Any, client: Client) -> None:
    mine = subject(round, "丙")
    form = reverse("peer_review:finding-raise", args=[round.public_id])
    client.force_login(mine.member.user)
    assert form not in text_of(client, address(round, "own-result"))
    client.force_login(head)
    text = text_of(client, address(round, "subject-result", mine.pk))
    assert f'href="{form}?subject={mine.pk}&amp;criterion=quality"' in text
    listed = text_of(client, address(round, "section-results"))
    assert f'href="{form}?section=a&amp;criterion=spirit"' in listed
    assert client.get(f"{form}?section=a&criterion=spirit").status_code == 200


def test_section_that_is_not_there_filters_nothing(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    assert len(client.get(address(round, "all-results"), {"section": "nonsense"}).context["rows"]) == 8
