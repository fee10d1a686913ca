"""What each role finds in the very bytes of its pages."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Result, Round
from peer_review.views import results as views
from tests.factories.peer_review import make_user
from tests.peer_review.counted import make_counted_round, make_published_round, papers, spread

pytestmark = pytest.mark.django_db(databases=["default", "box"])

PAGES = ("own-result", "section-results", "results", "summary")
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
    assert (page.context["score"].value, page.context["compared"].value) == (69.8, 73.8)
    assert page.context["other"].scope == "section"
    for name in "甲乙戊己庚":  # 丁 happens to have the section's mean
        assert Result.objects.get(label=name).score not in numbers(text)
    assert {31.0, 37.0} & numbers(text) == set()


def numbers(text: str) -> set[float]:
    """Return every number that stands in a page's text, tags and classes left out."""
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
    assert page.context["other"] is None
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
    assert client.get(address(round, "results")).status_code == 403


def test_leadership_sees_all_with_interval_and_number(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    page = client.get(address(round, "results"), headers={"accept-language": "en"})
    assert [row["result"].label for row in page.context["rows"]] == [*reversed(NAMES), "辛"]
    assert page.context["rows"][-1]["score"] is None
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
    rows = client.get(address(round, "results"), {"sort": sort}).context["rows"]
    assert (rows[0]["result"].label, rows[-1]["result"].label) == (first, last)


@pytest.mark.parametrize("sort", ["score", "-score", "name", "-roll", "c.quality", "-c.quality"])
def test_ranking_is_paged_by_key_without_loss(
    sort: str, round: Round, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(make_user("", "leadership"))
    whole = [row["result"].pk for row in client.get(address(round, "results"), {"sort": sort}).context["rows"]]
    monkeypatch.setattr(views, "PAGE", 3)
    seen: list[int] = []
    after = ""
    while True:
        page = client.get(address(round, "results"), {"sort": sort, "after": after})
        seen += [row["result"].pk for row in page.context["rows"]]
        after = page.context["after"] or ""
        if not after:
            break
    assert seen == whole
    assert len(seen) == 8


def test_filter_shows_rows_and_makes_no_new_figure(round: Round, client: Client) -> None:
    client.force_login(make_user("", "leadership"))
    everything = numbers(text_of(client, address(round, "results")))
    filtered = client.get(address(round, "results"), {"section": "b"})
    assert [row["result"].label for row in filtered.context["rows"]] == ["辛"]
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
    client.get(address(few, "results"))
    with django_assert_max_num_queries(60) as one:
        client.get(address(few, "results"))
    with django_assert_max_num_queries(60) as more:
        client.get(address(many, "results"))
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
    second = client.get(url, {"after": first["after"]}).context
    assert [row["round"].pk for page in (first, second) for row in page["rows"]] == whole
    assert second["after"] is None


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
    page = client.get(address(round, "results"), headers={"accept-language": "en"})
    assert page.status_code == 403
    assert not {61.8, 69.8, 73.8} & numbers(page.content.decode())
