"""What users of such systems complain of, as far as it concerns asking: one test each.

Each first makes what could leak and finds it, then looks where it must not be. Complaints about results are tested with
the results: domain/test_results.py, counting/test_disclosure.py, counting/test_release.py. Order of arrival, logs and
copies of the box: attack/.
"""

import itertools
import json
import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from peer_review import audit_log
from peer_review.domain.announcements.announcements import remind
from peer_review.domain.rounds.lifecycle import update_round
from peer_review.domain.tally.count import counted_entries
from peer_review.enums import Audience
from peer_review.exceptions.base import RoundFrozen
from peer_review.models import Drawn, Notice, Round
from tests.factories.peer_review.counted_rounds import count_all, publish
from tests.factories.peer_review.rounds import Evaluator, RunningRound, SchemeFactory, make_open_round, make_user
from zhengyan_crypto import canonical, merkle

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def page(user: Any, name: str, running: RunningRound, *more: Any) -> str:
    """Return what a browser of this person gets, source and all."""
    client = Client()
    client.force_login(user)
    response = client.get(reverse(f"peer_review:{name}", args=[running.round.public_id, *more]))
    assert response.status_code == 200, (name, response.status_code)
    return response.content.decode()


def audiences(*told: Audience) -> dict[str, bool]:
    """Return who sees results, as a scheme keeps it."""
    return {one.value: one in told for one in Audience}


def test_complaint_an_anonymity_switch_that_can_be_turned_back() -> None:
    """ "It said anonymous when I voted." What protects is frozen at opening: floor, audience, roll, keys."""
    scheme = SchemeFactory(floor=5, visibility=audiences(Audience.SUBJECT, Audience.LEADERSHIP))
    running = make_open_round(evaluators=7, scheme=scheme)
    frozen = json.dumps(running.round.form, sort_keys=True)
    running.vote(running.evaluators[0])

    scheme.floor = 3
    scheme.visibility = dict.fromkeys(Audience.values, True)
    scheme.save()
    with pytest.raises(RoundFrozen):
        update_round(running.round, by=running.round.organiser, scheme=SchemeFactory())
    count_all(running)

    running.round.refresh_from_db()
    assert json.dumps(running.round.form, sort_keys=True) == frozen
    assert (running.round.form["floor"], running.round.form["visibility"]["staff"]) == (5, False)
    # Nor is there anything a switch could bring back: what was cast bears nobody's name, what was drawn is destroyed.
    assert not running.round.cells.exclude(private_key=b"").exists()
    assert not Drawn.objects.exists()


def test_complaint_people_are_not_told_who_will_see_what() -> None:
    """Before a word is written the ballot says who will read the result, and from how many ballots on."""
    only_subject = SchemeFactory(floor=4, visibility=audiences(Audience.SUBJECT))
    everybody = SchemeFactory(floor=6, visibility=audiences(*Audience))
    shown = {}
    for scheme in (only_subject, everybody):
        running = make_open_round(evaluators=8, scheme=scheme)
        client = Client(headers={"accept-language": "en"})
        client.force_login(running.evaluators[0].user)
        shown[scheme] = client.get(reverse("peer_review:ballot", args=[running.round.public_id])).content.decode()

    for audience in (Audience.LEADERSHIP, Audience.STAFF):
        assert str(audience.label) in shown[everybody]
        assert str(audience.label) not in shown[only_subject]
    assert str(Audience.SUBJECT.label) in shown[only_subject]
    assert "at least 4 ballots" in shown[only_subject]
    assert "at least 6 ballots" in shown[everybody]


def test_complaint_reminders_reveal_who_has_not_voted(django_capture_on_commit_callbacks: Any) -> None:
    """Half have voted; all get the same words, so neither the mail nor the list of its readers tells who did."""
    running = make_open_round(evaluators=7)
    for at, evaluator in enumerate(running.evaluators):
        evaluator.user.email = f"{at}@example.org"
        evaluator.user.save()
    for evaluator in running.evaluators[:3]:
        running.vote(evaluator)

    with django_capture_on_commit_callbacks(execute=True):
        remind(running.round, by=running.round.organiser, text="Please", now=timezone.now() + timedelta(hours=2))

    everybody = {evaluator.user.pk for evaluator in running.evaluators}
    assert set(Notice.objects.values_list("user", flat=True)) == everybody
    assert len(mail.outbox) == len(everybody)
    assert len({(message.subject, message.body) for message in mail.outbox}) == 1
    assert {tuple(message.to) for message in mail.outbox} == {(f"{at}@example.org",) for at in range(len(everybody))}


def test_complaint_a_shared_link_can_be_used_twice() -> None:
    """A link to the ballot gives each person their own papers; a ballot handed on is the same ballot again."""
    running = make_open_round(evaluators=4)
    mine, yours, third = running.evaluators
    entries = mine.entries(running.answers)
    link = reverse("peer_review:ballot", args=[running.round.public_id])

    first, again = running.cast(entries), running.cast(entries)
    stranger = Client()
    stranger.force_login(make_user())
    shared = Client()
    shared.force_login(yours.user)

    assert first == again
    assert Client().get(link).status_code == 302
    assert stranger.get(link).status_code == 404
    assert mine.tokens.keys() == yours.cells.keys()
    assert entries[0]["entry"]["ballot"]["pk"] not in shared.get(link).content.decode()
    for other in (yours, third):
        running.vote(other)
    assert count_all(running).bulletin.size == 3


def test_complaint_stable_pseudonyms() -> None:
    """The same person twice in one round and once more in the next: nothing in the three ballots is alike."""
    first, second = make_open_round(evaluators=5, subjects=2), make_open_round(evaluators=5, subjects=2)
    person = first.evaluators[4]
    again = Evaluator(second.evaluators[4].user, second.round, master=person.master)
    entries = [*person.entries(first.answers), *again.entries(second.answers)]

    def told(cast: dict[str, Any]) -> set[Any]:
        entry = cast["entry"]
        ballot = entry["ballot"]
        said = {entry["sig"], entry["tok"], ballot["pk"], ballot["pre"], ballot["salt"], ballot["cell"]}
        return said | {cast["rev"], cast["nonce"]}

    # The detector bites: the same paper cast again is the same pseudonym.
    assert told(entries[0]) & told(person.entries(first.answers)[0])
    for one, other in itertools.combinations(entries, 2):
        assert not told(one) & told(other)
    receipts = [*first.cast(entries[:2]), *second.cast(entries[2:])]
    assert len({answer["leaf"] for answer in receipts}) == len(entries)


def test_complaint_the_same_names_through_another_door(caplog: pytest.LogCaptureFixture) -> None:
    """Pages, downloads, the audit log, the command's figures: nobody who evaluated is named beside what came of it."""
    with caplog.at_level(logging.INFO):
        running = make_open_round(evaluators=9)
        voters = running.evaluators
        for at, evaluator in enumerate(voters):
            evaluator.user.name = f"Zhuge {chr(0x4E00 + 7 * at)}{chr(0x5E00 + 11 * at)}"
            evaluator.user.save()
            running.stuff(evaluator, {"quality": 60 + 3 * at, "spirit": 50 + at})
        publish(running)
    round, reader = running.round, make_user("Reader", "organiser", "inspector", "leadership")
    round.organiser = reader
    round.save(update_fields=["organiser"])
    names = [evaluator.user.name for evaluator in voters] + [evaluator.user.username for evaluator in voters]
    doors = {
        name: page(reader, name, running)
        for name in (
            "round-detail",
            "round-dashboard",
            "bulletin",
            "bulletin-json",
            "manifest",
            "all-results",
            "audit-round",
            "printed-notice",
        )
    }
    doors["audit"] = repr([vars(one) for one in audit_log.entries_visible_to(reader)])
    doors["ballots"] = "".join(raw.decode() for raw in counted_entries(round))
    doors["log"] = caplog.text

    # The detector bites: the roll, where names belong, has them.
    assert all(evaluator.user.name in roll_names(running) for evaluator in voters)
    for door, text in doors.items():
        assert text, door
        assert [name for name in names if f"{name}" in text.split() or f">{name}<" in text] == [], door


def roll_names(running: RunningRound) -> str:
    return " ".join(member.user.name for member in running.round.members.select_related("user"))


def test_complaint_dates_give_the_order_away() -> None:
    """Whoever draws and casts leaves no moment anywhere in the main database, and the box has no column for one."""
    running = make_open_round(evaluators=4)
    before = moments()
    for evaluator in running.evaluators:
        running.vote(evaluator)
    assert moments() == before
    # The detector bites.
    audit_log.record(running.round, "peer_review.round.update", by=running.round.organiser)
    assert moments() != before

    with connections["box"].cursor() as cursor:
        columns = connections["box"].introspection.get_table_description(cursor, f"sealed_{running.round.public_id}")
    assert [column.name for column in columns] == ["id", "ciphertext"]


def moments() -> list[str]:
    """Return every date and time in the main database."""
    with connections["default"].cursor() as cursor:
        return sorted(_moments(cursor))


def _moments(cursor: Any) -> Iterator[str]:
    for table in connections["default"].introspection.table_names(cursor):
        cursor.execute(f'SELECT * FROM "{table}"')
        for row in cursor.fetchall():
            for value in row:
                if isinstance(value, (date, datetime)) or (isinstance(value, str) and _is_moment(value)):
                    yield f"{table} {value}"


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_complaint_votes_are_traded_among_friends() -> None:
    """A receipt shows that a ballot was cast, not what it says, and not that it is still the one that counts.

    Who hands over the recovery code as well gives their whole ballot away; nobody can stop them.
    """
    running = make_open_round(evaluators=5)
    buyer_wants, seller = {"quality": 100, "spirit": 100}, running.evaluators[0]
    cast = seller.entries(buyer_wants)[0]
    entry = cast["entry"]
    answer = running.cast([cast])[0]
    receipt = answer["receipt"]

    # The buyer knows the cell and tries every answer there is; without the secret none comes to the leaf shown.
    tried = set()
    for quality, spirit in itertools.product(range(101), (100, "dk")):
        ballot = {**entry["ballot"], "a": {"quality": quality, "spirit": spirit}}
        stripped = {key: ballot[key] for key in ("v", "round", "cell", "a")}
        tried |= {merkle.leaf_hash(canonical.dumps(one)).hex() for one in (stripped, {"ballot": stripped})}
    assert set(receipt) == {"v", "round", "leaf", "sig"}
    assert receipt["leaf"] not in tried
    # With the whole entry it would.
    assert receipt["leaf"] == merkle.leaf_hash(canonical.dumps(entry)).hex()

    # Sold, shown, and changed: the bulletin holds another ballot.
    running.vote(seller, {"quality": 10, "spirit": 10})
    for other in running.evaluators[1:3]:
        running.vote(other, {"quality": 50, "spirit": 50})
    count_all(running)
    counted = [json.loads(raw)["ballot"]["a"] for raw in counted_entries(running.round)]
    assert sorted(answers["quality"] for answers in counted) == [10, 50, 50]


def test_complaint_hidden_in_the_page_but_present_in_the_data() -> None:
    """A ballot page holds its reader's papers, and no figure or name of the others, shown or not."""
    running = make_open_round(evaluators=8, subjects=2)
    people = [evaluator.user for evaluator in running.evaluators]
    subjects = set(running.round.subjects.values_list("member__user", flat=True))
    for at, user in enumerate(people):
        user.name = f"Ouyang{'abcdefgh'[at]}{'q' * 5}"
        user.save()
    before = page(people[-1], "ballot", running)
    for evaluator in running.evaluators[:4]:
        running.vote(evaluator, {"quality": 37, "spirit": 41})
    after = page(people[-1], "ballot", running)

    others = [user for user in people[:-1] if user.pk not in subjects]
    for text in (before, after):
        assert all(label in text for label in running.round.subjects.values_list("label", flat=True))
        assert not [user.name for user in others if user.name in text or user.username in text.split('"')]
    # Four have voted meanwhile; but for the one-time values of its forms the page is the same, byte for byte.
    assert steady(after) == steady(before)
    assert Round.objects.get().state == "open"


def steady(text: str) -> list[str]:
    """Return a page's lines without those that carry a token of the request."""
    return [line for line in text.splitlines() if "csrf" not in line.lower()]
