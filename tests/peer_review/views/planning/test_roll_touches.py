"""Pages of what was done to a roll by hand: the organiser reads them, the second person reads and confirms."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from organisation.enums import Role
from peer_review.domain.planning.eligibility import ProposedSubject
from peer_review.domain.planning.exclusions import add_exclusion
from peer_review.domain.planning.roll_confirmation import standing_confirmation
from peer_review.domain.planning.roll_edits import set_class, set_on_paper
from peer_review.domain.planning.roll_touches import touch_roll
from peer_review.domain.rounds.lifecycle import open_round
from peer_review.enums import RollTouchKind
from peer_review.models import Round
from peer_review.providers.roll import Person
from tests.factories.organisation import hold
from tests.factories.peer_review.decided_rounds import make_inspector
from tests.factories.peer_review.rounds import RunningRound, make_ready_round, make_user

pytestmark = [pytest.mark.django_db(databases=["default", "box"]), pytest.mark.usefixtures("in_english")]


@pytest.fixture
def ready() -> RunningRound:
    return make_ready_round(evaluators=9)


def page(name: str, round: Round, *more: Any) -> str:
    return reverse(f"peer_review:{name}", args=[round.public_id, *more])


def browser(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def change(running: RunningRound) -> Round:
    round = running.round
    member = round.members.get(user=running.evaluators[0].user)
    set_class(round, by=round.organiser, member=member, subject=round.subjects.get(), voter_class=None)
    round.refresh_from_db()
    return round


def test_from_the_checklist_to_the_confirmation_and_the_opening(ready: RunningRound) -> None:
    round, inspector = change(ready), make_inspector()
    organiser = browser(round.organiser)
    dashboard = organiser.get(page("round-dashboard", round)).content.decode()
    assert "The roll was changed by hand." in dashboard
    assert page("roll-touches", round) in dashboard
    own = organiser.get(page("roll-touches", round)).content.decode()
    assert "does not evaluate" in own
    assert page("roll-confirm", round) not in own

    seen = browser(inspector).get(page("roll-touches", round))
    html = seen.content.decode()
    assert "does not evaluate" in html
    assert "Organiser" in html
    answer = browser(inspector).post(
        page("roll-confirm", round), {"fingerprint": seen.context["fingerprint"]}, follow=True
    )

    assert "Any later change voids it." in answer.content.decode()
    assert page("roll-confirm", round) not in answer.content.decode()
    assert organiser.post(page("round-open", round)).status_code == 302
    round.refresh_from_db()
    assert round.state == "open"
    # What was done stays readable for whoever inspects.
    assert "does not evaluate" in browser(inspector).get(page("roll-touches", round)).content.decode()


def test_changed_while_it_was_read_it_is_not_confirmed(ready: RunningRound) -> None:
    round, inspector = change(ready), make_inspector()
    client = browser(inspector)
    read = client.get(page("roll-touches", round)).context["fingerprint"]
    set_on_paper(round, by=round.organiser, member=round.members.all()[5], on_paper=True)

    for fingerprint in (read, "", "\x00", "中"):
        answer = client.post(page("roll-confirm", round), {"fingerprint": fingerprint}, follow=True)
        assert "have changed while you were reading" in answer.content.decode()
    assert standing_confirmation(round) is None


def test_pages_are_the_organisers_and_the_second_persons_alone(ready: RunningRound) -> None:
    round, inspector = change(ready), make_inspector()
    touch = round.roll_touches.get().pk
    subject = round.subjects.get().member.user  # type: ignore[union-attr]  # a person is evaluated
    others = [
        subject,
        ready.evaluators[1].user,
        round.scrutineers.get(),
        make_user("", "leadership"),
        make_user("", "organiser"),
    ]

    for user in others:
        client = browser(user)
        assert client.get(page("roll-touches", round)).status_code == 404
        assert client.get(page("roll-touch", round, touch)).status_code == 404
        assert client.post(page("roll-confirm", round)).status_code == 404
    assert browser(round.organiser).post(page("roll-confirm", round)).status_code == 403
    assert browser(inspector).get(page("roll-touch", round, touch)).status_code == 200
    for number in (2**62, 2**63, 10**40):
        assert browser(inspector).get(page("roll-touch", round, number)).status_code in (400, 404)
    assert Client().get(page("roll-touches", round)).status_code == 302


def test_the_subject_of_a_changed_list_does_not_read_it_though_they_inspect(ready: RunningRound) -> None:
    round = change(ready)
    subject = round.subjects.get().member.user  # type: ignore[union-attr]  # a person is evaluated
    inspector = make_user("", "inspector")
    subject.groups.add(*inspector.groups.all())
    hold(subject, Role.INSPECTOR)

    assert browser(subject).get(page("roll-touches", round)).status_code == 404
    assert browser(inspector).get(page("roll-touches", round)).status_code == 200


def test_the_lists_are_shown_as_they_are_now(ready: RunningRound) -> None:
    round = change(ready)
    names = set(round.members.values_list("name", flat=True))
    gone = ready.evaluators[0].user.get_full_name()
    subject = round.subjects.get().label

    html = browser(make_inspector()).get(page("roll-touch", round, round.roll_touches.get().pk)).content.decode()

    body = html[html.index("<section") :]
    assert {name for name in names if name in body} == names - {gone}
    assert subject in body
    assert "All (7)" in body


def test_an_inspector_reads_the_reason_of_an_exclusion_and_a_scrutineer_does_not(ready: RunningRound) -> None:
    round = ready.round
    evaluator, subject = round.members.get(user=ready.evaluators[0].user), round.subjects.get()
    person = Person(evaluator.user_id, evaluator.name, "a", "A")
    assert subject.member is not None
    proposed = ProposedSubject(subject.key, subject.label, "a", "A", user_id=subject.member.user_id)
    add_exclusion(round, by=round.organiser, evaluator=person, subject=proposed, reason="Cousins")

    scrutineer = browser(round.scrutineers.get())
    assert "Cousins" not in scrutineer.get(page("roll-touches", round)).content.decode()
    assert "Cousins" in browser(make_inspector()).get(page("roll-touches", round)).content.decode()
    assert scrutineer.get(page("roll-touches", round)).status_code == 404  # now somebody inspects


def test_a_roll_by_rule_says_that_it_needs_nothing(ready: RunningRound) -> None:
    html = browser(ready.round.organiser).get(page("roll-touches", ready.round)).content.decode()

    assert "needs no confirmation" in html


def test_a_class_is_declared_not_anonymous_on_the_page_of_the_roll(ready: RunningRound) -> None:
    round = ready.round
    client = browser(round.organiser)

    answer = client.post(page("class-anonymity", round), {"voter_class": "all", "declared": "1"}, follow=True)

    assert "An inspector confirms it" in answer.content.decode()
    assert page("roll-touches", round) in answer.content.decode()
    round.refresh_from_db()
    assert round.not_anonymous == ["all"]
    client.post(page("class-anonymity", round), {"voter_class": "all", "declared": "0"})
    round.refresh_from_db()
    assert round.not_anonymous == []
    for voter_class in ("nobody", "\x00", ""):
        answer = client.post(page("class-anonymity", round), {"voter_class": voter_class, "declared": "1"}, follow=True)
        assert "has no such voter class" in answer.content.decode()
    opened = open_round(round, by=round.organiser)
    client.post(page("class-anonymity", opened), {"voter_class": "all", "declared": "1"})
    opened.refresh_from_db()
    assert opened.not_anonymous == []


@pytest.mark.parametrize("name", ["roll-touches", "roll-touch"])
def test_queries_do_not_grow_with_the_acts(ready: RunningRound, django_assert_max_num_queries: Any, name: str) -> None:
    round = change(ready)
    keys = [(f"s{number}", f"Name {number}") for number in range(60)]
    for _time in range(8):
        touch = touch_roll(round, RollTouchKind.LIST, by=round.organiser, subjects=keys, number=60)
    client = browser(make_inspector())
    address = page(name, round, *([touch.pk] if name == "roll-touch" else []))
    client.get(address)

    with django_assert_max_num_queries(30):
        assert client.get(address).status_code == 200
