"""The organiser's pre-flight page: the answer first, then what to change, with the button that does it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from peer_review.models import Round
from peer_review.views.preflight import preflight as views
from tests.factories.peer_review.beside_rounds import freeze, make_draft_about
from tests.factories.peer_review.rounds import (
    RoundFactory,
    SchemeFactory,
    make_cell,
    make_member,
    make_open_round,
    make_sheet,
    make_subject,
    make_user,
)

pytestmark = pytest.mark.django_db(databases=["default", "box"])

CLASSES = [("superiors", 50), ("peers", 30), ("staff", 20)]


@pytest.fixture(autouse=True)
def english(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def round(client: Client) -> Round:
    """A draft of the signed-in organiser: one subject with a lone superior, one too thin to be shown."""
    made = RoundFactory(scheme=SchemeFactory(floor=5, classes=CLASSES))
    people = [make_user(f"Person {n}") for n in range(12)]
    li, wang = (make_subject(made, make_member(made, make_user(name))) for name in ("Li", "Wang"))
    make_cell(li, people[:1], "superiors")
    make_cell(li, people[1:6], "peers")
    make_cell(li, people[6:], "staff")
    make_cell(wang, people[:2], "peers")
    client.force_login(made.organiser)
    return made


def address(round: Round, name: str = "round-preflight") -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id])


def test_the_page_answers_first_and_says_what_would_help(client: Client, round: Round) -> None:
    page = client.get(address(round)).content.decode()

    assert "Nothing found here stands in the way of opening." in page
    assert "Merge “Superiors” into “Peers” for 1 subject: Li" in page
    assert "The mark of the one voter in “Superiors” is then one of several." in page
    assert "Give 1 subject more evaluators:" in page
    assert "Wang, 3 more" in page
    assert "together with Superiors" in page
    assert "Superiors, Peers" in page
    assert "Where fewer than 5 may vote in a class at computers" in page
    assert '<li>Superiors and Peers <span class="pr-muted">1 paper</span></li>' in page
    assert "It is destroyed even if all vote: Wang (Peers)" in " ".join(page.split())
    assert page.index("Nothing found here") < page.index("What would help") < page.index("The guarantee")


def test_the_guarantee_says_what_becomes_of_too_few_and_of_a_declared_class(client: Client, round: Round) -> None:
    declared = "Ballots of a class that was declared not anonymous are not among these groups"
    page = client.get(address(round)).content.decode()
    assert "Where fewer than 5 come in, the count puts their answers together" in page
    assert declared not in page

    Round.objects.update(not_anonymous=["superiors"])

    assert declared in client.get(address(round)).content.decode()


def test_the_button_merges_and_the_advice_goes_away(client: Client, round: Round) -> None:
    answer = client.post(address(round, "class-merge"), {"source": "superiors", "target": "peers"}, follow=True)

    page = answer.content.decode()
    assert "Merged: 1 ballot paper moved." in page
    assert "Merge “Superiors”" not in page
    cells = round.cells.filter(subject__label="Li").with_eligible()
    assert {cell.voter_class: cell.eligible for cell in cells} == {"peers": 6, "staff": 6}


@pytest.mark.parametrize("posted", [{}, {"source": "peers", "target": "staff"}, {"source": "x", "target": "y"}])
def test_what_is_not_advised_is_not_done(client: Client, round: Round, posted: dict[str, str]) -> None:
    answer = client.post(address(round, "class-merge"), posted, follow=True)

    assert "There is nothing to merge" in answer.content.decode()


def test_sheets_that_may_not_be_say_why(client: Client, round: Round) -> None:
    li, wang = round.subjects.order_by("sort_order")
    make_sheet([li, wang], [wang.member.user], "staff")

    page = client.get(address(round)).content.decode()

    assert "The round may not open like this." in page
    assert "On a list they receive: Wang." in page


def test_an_opened_round_shows_what_was_frozen(client: Client) -> None:
    running = make_open_round(evaluators=5, subjects=1)
    client.force_login(running.round.organiser)

    page = client.get(address(running.round)).content.decode()
    assert "Frozen when the round was opened." in page
    assert "The same as frozen at opening." in page
    assert "What would help" not in page
    posted = client.post(address(running.round, "class-merge"), {"source": "a", "target": "b"}, follow=True)
    assert "can no longer change" in posted.content.decode()

    Round.objects.filter(pk=running.round.pk).update(form={**running.round.form, "floor": 4})
    assert "Altered." in client.get(address(running.round)).content.decode()


def test_a_round_without_a_roll_says_what_will_appear(client: Client) -> None:
    round = RoundFactory()
    client.force_login(round.organiser)

    assert "Nobody is evaluated yet." in client.get(address(round)).content.decode()
    round.scheme.criteria.all().delete()
    assert "A scheme needs at least one criterion." in client.get(address(round)).content.decode()


def test_only_the_responsible_organiser_sees_it(client: Client, round: Round) -> None:
    for user, status in (
        (make_user("", "organiser"), 404),
        (round.scrutineers.get(), 403),
        (make_user("", "staff"), 404),
    ):
        client.force_login(user)
        assert client.get(address(round)).status_code == status
        assert client.post(address(round, "class-merge")).status_code == status


def test_subjects_are_paged_at_one_query_count(client: Client, round: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 1)
    with CaptureQueriesContext(connection) as one:
        first = client.get(address(round))
    last = round.subjects.get(label="Li").pk
    assert f"?after={last}" in first.content.decode()

    second = client.get(address(round), {"after": last}).content.decode()
    assert ">Wang</a>" in second
    assert ">Li</a>" not in second
    assert "Next page" not in second

    monkeypatch.setattr(views, "PAGE", 30)
    with CaptureQueriesContext(connection) as all_of_them:
        client.get(address(round), {"show": "changed", "after": "x"})
    assert len(all_of_them) == len(one)


class TestRisks:
    def test_papers_that_may_fall_under_the_floor_are_grouped_with_their_chances(
        self, client: Client, round: Round
    ) -> None:
        page = client.get(address(round))

        # Of Li six on the paper that one superior shares with five peers, and six; of Wang two.
        assert [(risk.voters, risk.papers, risk.percents) for risk in page.context["exposure"].risks] == [
            (2, 1, (100, 100, 100)),
            (6, 2, (77, 58, 34)),
        ]
        assert "Papers that may fall under the floor" in page.content.decode()

    def test_a_group_leads_to_its_subjects(self, client: Client, round: Round) -> None:
        labels = {
            voters: [one.label for one in client.get(address(round), {"voters": voters}).context["subjects"]]
            for voters in ("2", "5", "6")
        }

        assert labels == {"2": ["Wang"], "5": [], "6": ["Li"]}
        for odd in ("", "x", "-1", "\x00", "9" * 40):
            assert len(client.get(address(round), {"voters": odd}).context["subjects"]) == 2

    def test_people_on_paper_who_give_no_cover_are_named_with_letters_to_print(
        self, client: Client, round: Round
    ) -> None:
        # Only peers vote about Li, so that no other class can take them in.
        round.cells.filter(subject__label="Li").exclude(voter_class="peers").delete()
        papers = {cell.voter_class: cell for cell in round.cells.filter(subject__label="Li")}
        on_paper = [paper.evaluator for paper in papers["peers"].assignments.order_by("pk")[:3]]
        for user in on_paper:
            make_member(round, user)
        round.members.filter(user__in=on_paper).update(on_paper=True)
        names = sorted(user.get_full_name() for user in on_paper)

        page = client.get(address(round))

        html = page.content.decode()
        assert "3 people vote on paper where fewer than 5 vote at computers" in html
        assert sorted(page.context["without_cover"]) == names
        assert "(3 on paper)" in html
        letters = client.get(address(round, "paper-letters")).content.decode()
        assert [name for name in names if name not in letters] == []
        assert letters.count("one-time sign-in slip") == 3
        Round.objects.filter(pk=round.pk).update(state="open")
        assert client.get(address(round, "paper-letters")).status_code == 404

    def test_without_anybody_on_paper_there_are_no_letters(self, client: Client, round: Round) -> None:
        assert "Nobody votes on paper" in client.get(address(round, "paper-letters")).content.decode()
        client.force_login(make_user("", "organiser"))
        assert client.get(address(round, "paper-letters")).status_code == 404


# Rounds that subtract


@pytest.fixture
def beside(client: Client) -> Round:
    """A draft of the signed-in organiser about Li, with one voter more than in a round of another scheme last month."""
    li, users = make_user("Li"), [make_user(f"Voter {n}") for n in range(7)]
    made = make_draft_about({li: {"all": users}})
    freeze(make_draft_about({li: {"all": users[:6]}}, title="Spring", organiser=made.organiser))
    client.force_login(made.organiser)
    return made


def test_a_subject_that_other_rounds_lay_bare_is_listed_with_two_steps_and_no_voter(
    client: Client, beside: Round
) -> None:
    page = client.get(address(beside)).content.decode()

    assert "The round may not open like this." in page
    assert "Nearly the same people vote as in: “Spring”" in page
    assert "Newcomers get no paper" in page
    assert "Leave out" in page
    assert "Voter" not in page.partition('id="subtraction"')[2].partition("</section>")[0]
    dashboard = client.get(address(beside, "round-dashboard")).content.decode()
    assert f'href="{address(beside)}#subtraction"' in dashboard


def test_rounds_that_the_organiser_may_not_know_have_no_name(client: Client, beside: Round) -> None:
    Round.objects.filter(title="Spring").update(organiser=make_user("", "organiser"))
    page = client.get(address(beside)).content.decode()
    assert "Spring" not in page
    assert "Nearly the same people vote as in: a round that somebody else runs" in page


@pytest.mark.parametrize(
    ("step", "message"),
    [("newcomers-withdraw", "1 paper taken away."), ("subject-leave-out", "Li is not evaluated in this round.")],
)
def test_one_step_clears_the_way(client: Client, beside: Round, step: str, message: str) -> None:
    subject = beside.subjects.get().pk

    page = client.post(address(beside, step), {"subject": subject}, follow=True).content.decode()

    assert message in page
    assert "may not open" not in page
    assert "Rounds that subtract" not in page


@pytest.mark.parametrize("step", ["newcomers-withdraw", "subject-leave-out"])
@pytest.mark.parametrize("posted", ["", "x", "-1", str(2**63), "١", "0"])
def test_a_step_for_no_such_subject_is_refused_in_words(client: Client, beside: Round, step: str, posted: str) -> None:
    answer = client.post(address(beside, step), {"subject": posted}, follow=True)
    assert "Taking papers from newcomers would not help" in answer.content.decode()
    assert beside.subjects.count() == 1


def test_steps_are_the_responsible_organisers(client: Client, beside: Round) -> None:
    subject = beside.subjects.get().pk
    for user, status in ((make_user("", "organiser"), 404), (make_user("", "staff"), 404)):
        client.force_login(user)
        for step in ("newcomers-withdraw", "subject-leave-out"):
            assert client.post(address(beside, step), {"subject": subject}).status_code == status


def test_an_organiser_who_is_evaluated_is_offered_nothing_that_tells_of_newcomers(client: Client) -> None:
    li, users = make_user("Li", "organiser"), [make_user() for _voter in range(7)]
    freeze(make_draft_about({li: {"all": users[:6]}}))
    made = make_draft_about({li: {"all": users}}, organiser=li)
    client.force_login(li)
    page = client.get(address(made)).content.decode()
    assert "Newcomers get no paper" not in page
    assert "Leave out" in page
