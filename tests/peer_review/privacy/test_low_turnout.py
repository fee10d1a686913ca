"""Low turnout: one of several votes, and whoever reads every table before, during and after the count cannot tell who.

With one name among those who drew and one ballot in the box, the databases would name its author. So in no copy of the
main database, whenever it was taken, may the rows of whoever drew differ from those of the others. And what they said
is nowhere after the count: in no table of the box, no file, no bulletin and no package; nor is how few they were.
"""

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.test import Client
from django.urls import reverse

from peer_review.box import store
from peer_review.domain.announcements.announcements import remind
from peer_review.domain.announcements.delivery import deliver
from peer_review.domain.publication.comments import finish_review
from peer_review.models import Drawn, Round
from tests.factories.peer_review.counted_rounds import count_all, open_ready, publish
from tests.factories.peer_review.rounds import (
    RunningRound,
    SchemeFactory,
    make_comment_cell,
    make_open_round,
    make_ready_round,
    make_user,
)
from tests.peer_review.privacy.attack.evidence import token_of
from zhengyan_crypto import canonical
from zhengyan_crypto.encoding import b64u_decode

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def columns_of_people() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every column of the main database that points at a person."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is get_user_model():
                yield model, field.attname


def traces(user_pk: int) -> list[tuple[object, ...]]:
    """Return all that the main database keeps about a person, but for what is everybody's own: keys, names, sign-in."""
    found: list[tuple[object, ...]] = []
    for model, column in columns_of_people():
        own = {
            model._meta.pk.attname,
            column,
            "name",
            "label",
            "cell_id",
            "key",
            "session_data",
            "began_at",
            "expire_date",
        }
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in own]
        for row in model._base_manager.filter(**{column: user_pk}).values():
            found.append((model._meta.label, column, *(row[name] for name in names)))
    return sorted(found, key=repr)


def assert_nobody_stands_out(running: RunningRound) -> None:
    seen = {one.user.pk: traces(one.user.pk) for one in running.evaluators}
    assert len({repr(rows) for rows in seen.values()}) == 1


@pytest.fixture
def running() -> RunningRound:
    """Six people may evaluate somebody who evaluates nobody."""
    return make_open_round(evaluators=7, subjects=1)


def test_nobody_stands_out_whenever_the_database_is_copied(running: RunningRound) -> None:
    """The attack: six on the roll, one voted, the organiser closed early; two files gave name, marks and comment."""
    voter = running.evaluators[3]
    assert_nobody_stands_out(running)

    running.vote(voter)
    assert_nobody_stands_out(running)
    assert Drawn.objects.count() == 1  # how many have drawn is to be seen; who, is not

    running.close()
    assert_nobody_stands_out(running)

    count_all(running)
    assert_nobody_stands_out(running)
    assert not list(store.ballots(running.round.public_id))
    assert not Drawn.objects.exists()


def test_nobody_stands_out_by_a_visit_to_every_page_of_a_voter(running: RunningRound) -> None:
    """Whoever votes in a browser opens pages that the others do not open, and those write nothing about them."""
    voter = running.evaluators[3]
    client = Client()
    client.force_login(voter.user)
    for other in running.evaluators:
        if other is not voter:
            Client().force_login(other.user)
    for name in ("round-list", "round-detail", "ballot", "ballot-check"):
        assert client.get(
            reverse(f"peer_review:{name}", args=[] if name == "round-list" else [running.round.public_id])
        )
    running.vote(voter)
    assert_nobody_stands_out(running)


def test_reminders_reach_voters_and_others_alike(running: RunningRound) -> None:
    running.vote(running.evaluators[3])
    deliver(remind(running.round, by=running.round.organiser))
    assert_nobody_stands_out(running)


def test_the_comparison_bites(running: RunningRound) -> None:
    """A row that only the voter has, or a column that differs, is found."""
    voter: Any = running.evaluators[3]
    voter.user.is_staff = True
    voter.user.save()
    running.round.scrutineers.add(voter.user)
    with pytest.raises(AssertionError):
        assert_nobody_stands_out(running)
    assert Round.objects.count() == 1
    assert {model._meta.db_table for model, _column in columns_of_people()} <= set(
        connection.introspection.table_names()
    )


# What was said, and by how few


#: Criteria of no other round: PostgreSQL's log is one for all databases of a server, and others may test beside this.
CRITERIA = [(f"quality_{secrets.token_hex(4)}", 60), (f"spirit_{secrets.token_hex(4)}", 40)]
MARKS = {key: mark for (key, _weight), mark in zip(CRITERIA, (37, 41), strict=True)}
MARKED = [f'"{key}":{mark}'.encode() for key, mark in MARKS.items()]
WORDS = f"He never answers the telephone {secrets.token_hex(4)}"


def round_with_comments(*, voters: int, criteria: list[tuple[str, int]] = CRITERIA, words: str = WORDS) -> RunningRound:
    """Return a round in which so many of six have marked somebody and written about them, each the same."""
    running = make_ready_round(
        evaluators=7, subjects=1, scheme=SchemeFactory(floor=5, comments=True, criteria=criteria)
    )
    given = {key: mark for (key, _weight), mark in zip(criteria, MARKS.values(), strict=True)}
    about = running.round.subjects.get()
    people = [evaluator.user for evaluator in running.evaluators]
    Round.objects.filter(pk=running.round.pk).update(comment_reviewer=make_user("Reviewer", "inspector"))
    running.round.refresh_from_db()
    comment = make_comment_cell(about, people)
    open_ready(running)
    marks = running.round.cells.exclude(pk=comment.pk).get()
    for evaluator in running.evaluators[:voters]:
        answers = running.vote(evaluator, {marks.key: given, comment.key: {"text": words}})
        assert all(answer["ok"] for answer in answers)
    return running


def said(running: RunningRound) -> list[bytes]:
    """Return everything by which a ballot that was cast could be known again, in the forms in which it might lie."""
    forms = [WORDS.encode(), *MARKED]
    for evaluator in running.evaluators:
        for cast in evaluator.made:
            entry, ballot = cast["entry"], cast["entry"]["ballot"]
            secrets = [entry["sig"], entry["tok"], ballot["pk"], ballot["pre"], ballot["salt"], cast["nonce"]]
            forms += [text.encode() for text in secrets]
            forms += [b64u_decode(text) for text in secrets]
            forms += [b64u_decode(text).hex().encode() for text in secrets]
            forms.append(token_of(entry))
            forms.append(token_of(entry).hex().encode())
    return forms


def everything_given(running: RunningRound) -> dict[str, bytes]:
    """Return all that is published and all that auditors get, unpacked, as inspector and responsible organiser."""
    reader = make_user("Inspector", "inspector", "leadership")
    address, given = [running.round.public_id], {}
    for who, names in (
        (reader, ("bulletin", "bulletin-json", "bulletin-head", "audit-round", "audit-ballots", "audit-package")),
        (running.round.organiser, ("round-dashboard", "round-detail", "all-results", "bulletin")),
    ):
        client = Client()
        client.force_login(who)
        for name in names:
            answer = client.get(reverse(f"peer_review:{name}", args=address))
            assert answer.status_code == 200, name
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            if name == "audit-package":
                with zipfile.ZipFile(io.BytesIO(body)) as packed:
                    given |= {part: packed.read(part) for part in packed.namelist()}
            else:
                given[f"{name} as {who.username}"] = body
    cells = running.round.cells.values_list("key", flat=True)
    query = {"cell": list(cells)}
    given["cells"] = Client().get(reverse("peer_review:bulletin-cells", args=address), query).content
    return given


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_what_one_of_six_said_is_in_no_file_and_in_nothing_that_anybody_is_given(disk: Callable[[], bytes]) -> None:
    """The attack: one copy of both databases after publication gave name, marks and comment, and so did the package."""
    running = round_with_comments(voters=1)
    collecting = disk()
    publish(running)
    forms = said(running)
    places = {"files while it was open": collecting, "files after publication": disk(), **everything_given(running)}

    assert len(forms) > 30
    for name, data in places.items():
        assert [form for form in forms if form in data] == [], name
    # The package is there to be read, and none of its files names anybody.
    assert json.loads(places["ballots.json"])["entries"] == []
    for evaluator in running.evaluators:
        for name in ("bulletin.json", "ballots.json", "dummies.json", "merged.json", "roll.json", "figures.json"):
            assert evaluator.user.username.encode() not in places[name], name


@pytest.mark.django_db(databases=["default", "box"], transaction=True)
def test_what_six_of_six_said_is_found_there(disk: Callable[[], bytes]) -> None:
    """The search bites: with enough ballots all of it lies where ballots lie."""
    running = round_with_comments(voters=6)
    finish_review(count_all(running), by=running.round.comment_reviewer)
    publish(running)
    files, given = disk(), everything_given(running)
    tokens = [token_of(cast["entry"]) for evaluator in running.evaluators for cast in evaluator.made]
    assert all(token in files for token in tokens)
    assert all(form in given["ballots.json"] for form in MARKED)
    assert WORDS.encode() in given["ballots.json"]


def shape(value: Any) -> Any:
    """Return what a document says, without the random names and hashes in it."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return len(value) if isinstance(value, str) and len(value) >= 16 else value


def test_none_one_and_four_of_six_end_alike() -> None:
    """How few there were is told by nothing that is kept or given: all of it is alike but for random names."""
    shapes = []
    for voters in (0, 1, 4):
        running = round_with_comments(voters=voters)
        publish(running)
        round = running.round
        bulletin = json.loads(everything_given(running)["bulletin.json"])
        kept = [
            (document.kind, len(document.body))
            for kind in ("block", "dummies", "outcome", "columns", "evidence")
            for document in store.documents(round.public_id, kind)
        ]
        run = round.count_run
        shapes.append((shape(bulletin), kept, run.total, run.done, run.accepted, run.superseded, run.rejected))
        assert [(row["fate"], set(row)) for row in bulletin["cells"]] == [("few", {"cell", "eligible", "fate"})] * 2

    assert shapes[0] == shapes[1] == shapes[2]
    # Enough of them are told apart from few.
    # In other words: what is counted lies in the files, and the other tests look for theirs there.
    running = round_with_comments(voters=6, criteria=[("quality", 60), ("spirit", 40)], words="Always there")
    assert shape(json.loads(canonical.dumps(count_all(running).bulletin.read_outcome()))) != shapes[0][0]["cells"]
