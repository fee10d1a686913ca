"""What each role finds in the very bytes of its pages."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import DisclosureEntry, Result, Round
from peer_review.views.results import results as views
from tests.factories.peer_review.counted_rounds import (
    make_counted_round,
    make_published_round,
    papers,
    spread,
    thin,
)
from tests.factories.peer_review.rounds import make_user
from tests.peer_review.views.results.pages import NAMES, address, make_thin_round, numbers, subject, text_of

pytestmark = pytest.mark.django_db(databases=["default", "box"])

PAGES = ("own-result", "section-results", "all-results", "summary")


@pytest.fixture
def head() -> Any:
    return make_user("科室负责人", "section_head")


@pytest.fixture
def round(head: Any) -> Round:
    return make_thin_round(head)


def test_subject_sees_own_figures_beside_the_sections_and_nobody_elses(round: Round, client: Client) -> None:
    client.force_login(subject(round, "丙").member.user)
    page = client.get(address(round, "own-result"), headers={"accept-language": "en"})
    text = page.content.decode()
    reading = page.context["reading"]
    assert (reading.score.value, reading.comparisons[0].score.value) == (69.8, 73.8)
    assert reading.comparisons[0].scope == "section"
    for name in "甲乙己庚":  # 丁 happens to have the section's mean, 戊 the upper bound of one of the own criteria
        assert Result.objects.get(label=name).score not in numbers(text)
    assert {31.0, 37.0} & numbers(text) == set()


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
    assert "too few ballots came in from one of them: Leaders and Staff." in text
    assert not {13.0, 17.0, 83.0, 87.0} & numbers(text)


def test_class_with_too_few_answers_is_shown_with_the_others_only(client: Client) -> None:
    round = make_published_round({("甲", "leaders"): thin(2, 13), ("甲", "staff"): papers(9, 83, 87)})
    client.force_login(subject(round, "甲").member.user)
    text = text_of(client, address(round, "own-result"))
    assert "shown together only" in text
    assert not {13.0, 83.0, 87.0} & numbers(text)


def test_class_of_one_possible_voter_is_counted_with_another_and_named_nowhere(client: Client) -> None:
    round = make_published_round({("甲", "leaders"): papers(1, 13, 17), ("甲", "staff"): papers(9, 83, 87)})
    client.force_login(subject(round, "甲").member.user)
    text = text_of(client, address(round, "own-result"))
    assert "too few ballots came in from one of them: Leaders and Staff." in text
    assert "not anonymous" not in text
    assert not {13.0, 17.0} & numbers(text)


def test_unanimous_subject_has_no_distribution_in_the_page(client: Client) -> None:
    round = make_published_round({("甲", "all"): papers(9, 88, 88), ("乙", "all"): spread(24, 88)})
    client.force_login(subject(round, "甲").member.user)
    assert "ch-bar" not in text_of(client, address(round, "own-result"))
    client.force_login(subject(round, "乙").member.user)
    assert "ch-bar" in text_of(client, address(round, "own-result"))


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


def test_figures_of_few_are_written_as_ranges_on_the_page_and_in_its_pictures(client: Client) -> None:
    """Five of 96 and 60: the exact score 81.6 and the mean 96 are in no byte, attributes and pictures among them."""
    round = make_published_round({("甲", "all"): papers(5, 96, 60)}, exact=False)
    for name, user in (
        ("own-result", subject(round, "甲").member.user),
        ("all-results", make_user("领导", "leadership")),
    ):
        client.force_login(user)
        text = client.get(address(round, name), headers={"accept-language": "en"}).content.decode()
        assert "78 or more" in text
        assert "70–89.9" in text
        assert "81.6" not in text
        assert not {81.6, 96.0} & numbers(text)
    client.force_login(subject(round, "甲").member.user)
    text = client.get(address(round, "own-result"), headers={"accept-language": "en"}).content.decode()
    picture = text[text.index('aria-labelledby="dots-title') : text.index("</svg>", text.index("dots-title"))]
    assert "78 or more" in picture


def test_a_grade_that_is_left_open_is_said_as_one(client: Client) -> None:
    round = make_published_round({("甲", "all"): [{"quality": 96}] * 5}, criteria=[("quality", 100)], exact=False)
    client.force_login(subject(round, "甲").member.user)
    text = client.get(address(round, "own-result"), headers={"accept-language": "en"}).content.decode()
    assert "Competent or Excellent" in text
