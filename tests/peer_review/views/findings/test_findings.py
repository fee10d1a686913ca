"""Raising a finding from a result, and the list of those raised."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from peer_review.models import Comment, DisclosureEntry, RaisedFinding, Result, Round, Subject
from tests.factories.peer_review.counted_rounds import make_counted_round, make_published_round, spread
from tests.factories.peer_review.rounds import make_user

pytestmark = pytest.mark.django_db(databases=["default", "box"])


@pytest.fixture
def client() -> Client:
    """A browser that asks for English: sentences are compared in the language of the source."""
    return Client(headers={"accept-language": "en"})


TEXT = "The queue at the counter is too long; open a second one."


@pytest.fixture
def head() -> Any:
    return make_user("Head of A", "staff")


@pytest.fixture
def round(head: Any) -> Round:
    cells = {(name, "all"): spread(8, 80) for name in ("甲", "乙")}
    return make_published_round(cells, sections={"甲": "a", "乙": "b"}, heads={"a": head})


@pytest.fixture
def leader(client: Client) -> Client:
    client.force_login(make_user("Leader", "leadership"))
    return client


def address(round: Round, name: str = "finding-raise") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def filled(**fields: Any) -> dict[str, Any]:
    return {
        "text": TEXT,
        "source": "result",
        "section": "a",
        "criterion": "",
        "responsible": "",
        "due_date": "",
    } | fields


def test_leader_raises_a_finding_and_finds_it_in_the_list(leader: Client, round: Round, head: Any) -> None:
    answer = leader.post(address(round), filled(criterion="quality", responsible=head.pk, due_date="2099-06-30"))
    assert answer.status_code == 302
    assert answer["Location"] == address(round, "finding-list")
    text = leader.get(address(round, "finding-list")).content.decode()
    value = Result.objects.get(round=round, scope="section", section_key="a").criteria.get(criterion="quality").value
    for part in (TEXT, "Section a · Quality", f"<strong>{value:.1f}</strong>", "Head of A", "Raised by Leader"):
        assert part in text, part


def test_link_from_a_result_fills_the_form_in(leader: Client, round: Round) -> None:
    subject = Subject.objects.get(round=round, label="乙")
    page = leader.get(address(round), {"subject": subject.pk, "criterion": "spirit"})
    form, text = page.context["form"], page.content.decode()
    assert (form.initial["section"], form.initial["criterion"], form.initial["subject"]) == ("b", "spirit", subject)
    assert "From the result of" in text
    row = Result.objects.get(subject=subject).criteria.get(criterion="spirit")
    assert f"<strong>{row.value:.1f}</strong>" in text
    answer = leader.post(address(round), filled(section="b", subject=subject.pk, criterion="spirit"))
    assert answer.status_code == 302
    assert RaisedFinding.objects.get().figures[0]["result"] == row.result_id


def test_link_from_a_section_or_a_theme_fills_the_form_in(leader: Client, round: Round) -> None:
    section = leader.get(address(round), {"section": "b"}).context["form"]
    theme = leader.get(address(round), {"theme": "1"}).context["form"]
    assert (section.initial["section"], section.initial["source"]) == ("b", "result")
    assert (theme.initial["section"], theme.initial["source"]) == ("", "theme")


@pytest.mark.parametrize(
    "query", [{"subject": "x"}, {"subject": "9" * 30}, {"subject": "0"}, {"section": "z"}, {"criterion": "z"}]
)
def test_nonsense_in_the_address_begins_with_an_empty_form(query: dict[str, str], leader: Client, round: Round) -> None:
    page = leader.get(address(round), query)
    assert (page.status_code, page.context["subject"]) == (200, None)


def test_words_of_a_comment_are_refused_and_the_input_is_kept(leader: Client, round: Round) -> None:
    said = "He never listens to the people at the counter"
    Comment.objects.create(subject=Subject.objects.get(round=round, label="甲"), text=said)
    mine = f"As one wrote: {said}."
    answer = leader.post(address(round), filled(text=mine, criterion="spirit"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Part of the text stands word for word in a comment." in text
    assert mine in text
    assert answer.context["form"].data["criterion"] == "spirit"
    assert not RaisedFinding.objects.exists()


def test_day_in_the_past_is_refused_and_the_input_is_kept(leader: Client, round: Round) -> None:
    answer = leader.post(address(round), filled(due_date="2001-01-01"))
    assert answer.status_code == 422
    assert "lies in the past" in answer.content.decode()
    assert TEXT in answer.content.decode()


@pytest.mark.parametrize(
    "fields", [{"text": ""}, {"section": "z"}, {"criterion": "z"}, {"due_date": "soon"}, {"source": "theme"}]
)
def test_form_that_is_not_filled_in_right_comes_back(fields: dict[str, str], leader: Client, round: Round) -> None:
    """Theme is no source where the scheme asks for no comments."""
    answer = leader.post(address(round), filled(**fields))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not RaisedFinding.objects.exists()


def test_head_raises_about_the_own_section_only(client: Client, round: Round, head: Any) -> None:
    client.force_login(head)
    page = client.get(address(round))
    assert [key for key, _name in page.context["form"].fields["section"].choices] == ["a"]
    other = Subject.objects.get(round=round, label="乙")
    assert client.post(address(round), filled(section="b")).context["form"].errors.keys() == {"section"}
    assert client.post(address(round), filled(section="")).context["form"].errors.keys() == {"section"}
    assert "subject" in client.post(address(round), filled(subject=other.pk)).context["form"].errors
    assert not RaisedFinding.objects.exists()
    assert client.post(address(round), filled()).status_code == 302


def test_inspector_raises_without_reading_a_figure(client: Client, round: Round) -> None:
    client.force_login(make_user("", "inspector"))
    page = client.get(address(round), {"section": "a", "criterion": "quality"})
    assert page.context["figures"] == []
    assert client.post(address(round), filled(criterion="quality")).status_code == 302
    assert client.get(address(round, "finding-list")).context["findings"][0].figures == []


def test_figures_in_the_list_are_only_those_a_reader_may_read(client: Client, leader: Client, round: Round) -> None:
    """Whoever is named as responsible reads the words, and no figure that is not theirs to read."""
    leader.post(address(round), filled(section="b"))
    responsible = make_user("", "staff")
    RaisedFinding.objects.update(responsible=responsible)
    assert len(leader.get(address(round, "finding-list")).context["findings"][0].figures) == 1
    client = Client()
    client.force_login(responsible)
    page = client.get(address(round, "finding-list"))
    assert [(one.finding.text, one.figures) for one in page.context["findings"]] == [(TEXT, [])]
    assert "Raise a finding" not in page.content.decode()


@pytest.mark.parametrize("role", ["staff", "scrutineer", "superuser"])
def test_nobody_else_raises_or_reads(role: str, client: Client, round: Round) -> None:
    client.force_login(make_user("", role, is_superuser=role == "superuser"))
    for name in ("finding-raise", "finding-list"):
        assert client.get(address(round, name)).status_code == 403
    assert client.post(address(round), filled()).status_code == 403


def test_round_without_results_has_no_findings(client: Client) -> None:
    counted = make_counted_round({("甲", "all"): spread(8)})
    client.force_login(counted.organiser)
    for name in ("finding-raise", "finding-list"):
        assert client.get(address(counted, name)).status_code == 403


def test_what_was_shown_is_noted_in_the_ledger(leader: Client, round: Round) -> None:
    leader.get(address(round), {"section": "a"})
    leader.get(address(round))
    noted = set(DisclosureEntry.objects.filter(round=round).values_list("scope", "channel", "audience"))
    assert noted == {("section:a", "page", "leadership"), ("round", "page", "leadership")}


def test_list_asks_as_often_for_three_findings_as_for_one(
    leader: Client, round: Round, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    leader.post(address(round), filled())
    leader.get(address(round, "finding-list"))
    with django_assert_max_num_queries(30) as first:
        leader.get(address(round, "finding-list"))
    queries = len(first)
    leader.post(address(round), filled(criterion="quality"))
    leader.post(address(round), filled(criterion="spirit"))
    leader.get(address(round, "finding-list"))
    with django_assert_num_queries(queries):
        leader.get(address(round, "finding-list"))


def test_list_is_paged_by_key_without_loss(leader: Client, round: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    from peer_review.views.findings import findings

    monkeypatch.setattr(findings, "PAGE", 2)
    for _one in range(5):
        leader.post(address(round), filled())
    seen, after = [], None
    while True:
        page = leader.get(address(round, "finding-list"), {"after": after} if after else {})
        seen += [one.finding.pk for one in page.context["findings"]]
        after = page.context["paging"].after
        if not after:
            break
    assert seen == sorted(RaisedFinding.objects.values_list("pk", flat=True), reverse=True)
