"""Two rounds of mutual evaluation: one published with its results, one open in which every sign-in can vote.

Nothing is made up behind the protocol's back: keys, credentials, ballots, box, count and bulletin are the real ones,
cast by the reference client in place of a hundred browsers.
"""

import datetime
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils import timezone

from demo.load.moments import midnight
from demo.load.people import sign_ins
from demo.people import SECTIONS
from organisation.models import User
from organisation.roll import propose_roll as propose_from_staff
from peer_review.box import store
from peer_review.crypto import sealing
from peer_review.crypto.blindsig import decode_spki
from peer_review.crypto.credentials import Credential, new_master
from peer_review.crypto.encoding import b64u_decode
from peer_review.domain import count, keys, results, rounds
from peer_review.domain.cast import cast
from peer_review.domain.draw import draw
from peer_review.domain.library import create_default_schemes
from peer_review.domain.roll import propose_roll
from peer_review.domain.roll_edits import remove_subject
from peer_review.enums import RoundKind
from peer_review.models import Assignment, Round
from peer_review.roll import Person

PUBLISHED = "2026 年上半年人员互评"
OPEN = "2026 年下半年科室互评（内部顾客满意度）"
#: Evaluated person by person in the published round, besides every section head: one whole section.
SECTION = "passenger"
#: At most so many people vote: their browsers take turns on this computer.
VOTERS = 110
#: Requests under way at once; a batch needs five.
TOGETHER = 8


def load_rounds() -> list[str]:
    """Make sure both rounds are there; return the titles of those that were made."""
    organiser = User.objects.get(username="organiser")
    scrutineer = User.objects.get(username="scrutineer")
    schemes = create_default_schemes(by=organiser)
    made = []
    for title, load in ((PUBLISHED, _load_published), (OPEN, _load_open)):
        Round.objects.drafts().filter(title=title).delete()  # left behind by an interrupted run
        if not Round.objects.filter(title=title).exists():
            load(organiser, scrutineer, schemes)
            made.append(title)
    return made


def box_key_path() -> Path:
    """Return where the demonstration leaves the box key of its open round, for whoever plays the scrutineer."""
    return Path(settings.VAR_DIR) / "demo-box-key.txt"


def _load_published(organiser: User, scrutineer: User, schemes: dict[str, Any]) -> None:
    opens = midnight() - datetime.timedelta(days=90)
    closes = opens + datetime.timedelta(days=7)
    round = rounds.create_round(
        by=organiser,
        title=PUBLISHED,
        purpose="对照德、能、勤、绩、廉，评一评身边的同志。结果用于改进工作，不与其他事项挂钩。",
        kind=RoundKind.PERSON,
        scheme=schemes["annual"],
        opens_at=opens,
        closes_at=closes,
        scrutineers=[scrutineer],
        now=opens - datetime.timedelta(days=3),
    )
    propose_roll(round, by=organiser, house_wide=True, people=_reference_staff(round))
    for subject in round.subjects.exclude(section_key=SECTION).exclude(member__is_section_head=True):
        remove_subject(round, by=organiser, subject=subject)
    private = _prepare(round, organiser, scrutineer, at=opens)
    round = rounds.open_round(round, by=organiser, now=opens)
    _vote(round, seed=2026_1, turnout=0.94, now=opens + datetime.timedelta(days=2), answer=_points)
    round = rounds.close_round(round, by=None, now=closes)
    _count(round, scrutineer, private)
    round.refresh_from_db()
    results.publish_round(round, by=organiser)
    Round.objects.filter(pk=round.pk).update(published_at=closes + datetime.timedelta(days=2))


def _load_open(organiser: User, scrutineer: User, schemes: dict[str, Any]) -> None:
    opens = midnight() - datetime.timedelta(days=2)
    round = rounds.create_round(
        by=organiser,
        title=OPEN,
        purpose="请以内部顾客的身份评价其他科室：答复快不快，配合好不好，移交准不准，改进真不真。",
        kind=RoundKind.SECTION,
        scheme=schemes["section"],
        opens_at=opens,
        closes_at=opens + datetime.timedelta(days=21, hours=18),
        scrutineers=[scrutineer],
        now=opens - datetime.timedelta(days=1),
    )
    propose_roll(round, by=organiser, people=_reference_staff(round))
    private = _prepare(round, organiser, scrutineer, at=opens)
    box_key_path().write_text(sealing.encode_box_key(private) + "\n")
    box_key_path().chmod(0o600)
    round = rounds.open_round(round, by=organiser, now=opens)
    _vote(round, seed=2026_2, turnout=0.5, now=timezone.now(), answer=_anchors, leave_sign_ins=True)


def _reference_staff(round: Round) -> Iterator[Person]:
    """Return the people of the reference organisation, however large the demonstration, the role sign-ins among them.

    Person by person, ten thousand people would ask for millions of ballot papers.
    """
    people = list(propose_from_staff(round))
    seats = {line.user.pk for line in sign_ins()}
    left = {section: share for section, _title, share in SECTIONS}
    chosen = set()
    for person in sorted(people, key=lambda one: one.user_id not in seats):
        if left.get(person.section_key, 0) > 0:
            left[person.section_key] -= 1
            chosen.add(person.user_id)
    return (person for person in people if person.user_id in chosen)


def _prepare(round: Round, organiser: User, scrutineer: User, *, at: datetime.datetime) -> bytes:
    """Make the keys of a draft and return the private half of its box key, which the server never sees."""
    keys.prepare_keys(round)
    private = sealing.generate_box_key()
    raw = private.private_bytes_raw()
    epk = keys.set_box_key(round, by=scrutineer, public=private.public_key().public_bytes_raw())
    keys.confirm_box_key(round, by=scrutineer, key=sealing.content_key(raw, epk, round_id=round.public_id))
    round.refresh_from_db()
    return raw


Answer = Callable[[random.Random, float, float], int | str]


def _points(chance: random.Random, worth: float, leniency: float) -> int | str:
    """An answer on the scale of points."""
    if chance.random() < 0.06:
        return "dk"
    return max(30, min(100, round(86 + 5 * worth + 4 * leniency + chance.gauss(0, 4))))


def _anchors(chance: random.Random, worth: float, leniency: float) -> int | str:
    """An answer on the scale of one to five."""
    if chance.random() < 0.12:
        return "dk"
    return max(1, min(5, round(3.6 + 0.6 * worth + 0.4 * leniency + chance.gauss(0, 0.6))))


def _vote(
    round: Round,
    *,
    seed: int,
    turnout: float,
    now: datetime.datetime,
    answer: Answer,
    leave_sign_ins: bool = False,
) -> None:
    """Let most of the roll draw and cast, on wish without the role sign-ins, whose papers are then left to draw."""
    chance = random.Random(seed)  # noqa: S311 - the opinions of invented people
    evaluators = list(
        User.objects.filter(pk__in=Assignment.objects.filter(cell__round=round).values("evaluator")).order_by("pk")
    )
    if leave_sign_ins:
        evaluators = [user for user in evaluators if not user.has_usable_password()]
    chance.shuffle(evaluators)
    voters = evaluators[: min(VOTERS, int(len(evaluators) * turnout))]
    worth = {subject: chance.gauss(0, 1) for subject in round.subjects.values_list("pk", flat=True)}
    sittings = _sittings(round, voters, worth, chance, now, answer)
    with ThreadPoolExecutor(TOGETHER) as pool:
        for _done in pool.map(lambda entries: _cast(round.public_id, entries, now), sittings):
            pass


def _sittings(
    round: Round,
    voters: Iterable[User],
    worth: dict[int, float],
    chance: random.Random,
    now: datetime.datetime,
    answer: Answer,
) -> Iterator[list[dict[str, Any]]]:
    """Yield what each voter's browser would send, after drawing."""
    criteria = [criterion["key"] for criterion in round.form["criteria"]]
    for user in voters:
        master, leniency = new_master(), chance.gauss(0, 1)
        papers = list(
            Assignment.objects.filter(evaluator=user, cell__round=round).values_list(
                "cell__key", "cell__spki", "cell__subject_id"
            )
        )
        public = {cell: decode_spki(spki) for cell, spki, _subject in papers}
        credentials = {cell: Credential(master, round.public_id, cell) for cell in public}
        signed = draw(
            user, round, {cell: one.blind(public[cell]).blinded for cell, one in credentials.items()}, now=now
        )
        yield [
            credentials[cell].make_entry(
                {key: answer(chance, worth[subject], leniency) for key in criteria},
                token=credentials[cell].finalize(public[cell], signed[cell]),
            )
            for cell, _spki, subject in papers
        ]


def _cast(public_id: str, entries: list[dict[str, Any]], now: datetime.datetime) -> None:
    """Cast until every paper has its receipt."""
    try:
        while entries:
            answers = cast(public_id, entries, now=now)
            if refused := [one for one in answers if not one["ok"]]:
                raise RuntimeError(f"the demonstration's ballots were refused: {refused[0]}")
            entries = [entry for entry, one in zip(entries, answers, strict=True) if one.get("pending")]
    finally:
        connections.close_all()


def _count(round: Round, scrutineer: User, private: bytes) -> None:
    """Open the box as a scrutineer's browser does, and count."""
    while rows := count.sealed_rows(round):
        opened = {
            bytes.fromhex(row["id"]): sealing.content_key(private, b64u_decode(row["epk"]), round_id=round.public_id)
            for row in rows
        }
        count.open_rows(round, by=scrutineer, keys=opened)
    count.start_run(round, by=scrutineer)
    count.count_round(round, by=scrutineer)
    if store.table_exists("closed", round.public_id):
        raise RuntimeError("the box was not emptied")
