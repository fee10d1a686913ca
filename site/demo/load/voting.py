"""The reference client in place of a hundred browsers: keys, credentials, ballots, box and count are the real ones.

What the invented people think is made up, and nothing else.
"""

import datetime
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connections

from organisation.models import User
from peer_review.box import store
from peer_review.domain.ballots.cast import cast
from peer_review.domain.ballots.credentials import issue_credentials
from peer_review.domain.keys import server_keys
from peer_review.domain.keys.custody import confirm_box_key, set_box_key
from peer_review.domain.schemes.ballot_papers import papers_of
from peer_review.domain.tally import count
from peer_review.models import Assignment, Round, SheetEntry
from peer_review.protocol import papers
from peer_review.protocol.credentials import Cast, Credential, new_master
from zhengyan_crypto import sealing
from zhengyan_crypto.blindsig import decode_spki
from zhengyan_crypto.encoding import b64u_decode

#: At most so many people vote: their browsers take turns on this computer.
VOTERS = 110
#: Requests under way at once; a batch needs five.
TOGETHER = 8

#: (chance, how good the subject is, how lenient the voter) → one answer.
Answer = Callable[[random.Random, float, float], int | str]


def _no_limits(round: Round) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True, slots=True)
class Mood:
    """How the invented people vote: who comes, what they answer, which words they write.

    limits: how many ballots at most are cast on some papers of the round, by the cell's key; the others skip them.
    """

    seed: int
    turnout: float
    answer: Answer
    words: Sequence[str] = ()
    leave_sign_ins: bool = False
    limits: Callable[[Round], Mapping[str, int]] = _no_limits


def prepare(round: Round, scrutineer: User) -> bytes:
    """Make the keys of a draft and return the private half of its box key, which the server never sees."""
    server_keys.prepare_keys(round)
    private = sealing.generate_box_key()
    raw = private.private_bytes_raw()
    epk = set_box_key(round, by=scrutineer, public=private.public_key().public_bytes_raw())
    confirm_box_key(round, by=scrutineer, key=sealing.content_key(raw, epk, round_id=round.public_id))
    round.refresh_from_db()
    return raw


def points(chance: random.Random, worth: float, leniency: float) -> int | str:
    """An answer on the scale of points."""
    if chance.random() < 0.06:
        return papers.DONT_KNOW
    return max(30, min(100, round(86 + 5 * worth + 4 * leniency + chance.gauss(0, 4))))


def anchors(chance: random.Random, worth: float, leniency: float) -> int | str:
    """An answer on the scale of one to five."""
    if chance.random() < 0.12:
        return papers.DONT_KNOW
    return max(1, min(5, round(3.6 + 0.6 * worth + 0.4 * leniency + chance.gauss(0, 0.6))))


def vote(round: Round, mood: Mood, *, now: datetime.datetime) -> None:
    """Let most of the roll draw and cast, on wish without the role sign-ins, whose papers are then left to draw."""
    chance = random.Random(mood.seed)  # noqa: S311 - the opinions of invented people
    evaluators = list(
        User.objects.filter(pk__in=Assignment.objects.filter(cell__round=round).values("evaluator")).order_by("pk")
    )
    if mood.leave_sign_ins:
        evaluators = [user for user in evaluators if not user.has_usable_password()]
    chance.shuffle(evaluators)
    voters = evaluators[: min(VOTERS, int(len(evaluators) * mood.turnout))]
    with ThreadPoolExecutor(TOGETHER) as pool:
        sittings = _sittings(round, voters, mood, chance, now)
        for _done in pool.map(lambda casts: _cast(round.public_id, casts, now), sittings):
            pass


def _sittings(
    round: Round, voters: Iterable[User], mood: Mood, chance: random.Random, now: datetime.datetime
) -> Iterator[list[Cast]]:
    """Yield what each voter's browser would send, after drawing."""
    asked = papers_of(round)
    # None: a cell of a whole sheet is about no one subject.
    worth: dict[int | None, float] = {
        subject: chance.gauss(0, 1) for subject in round.subjects.values_list("pk", flat=True)
    }
    limits, cast_on = mood.limits(round), Counter[str]()
    lists: dict[int, list[int | None]] = {}
    for sheet, subject in SheetEntry.objects.filter(sheet__round=round).values_list("sheet_id", "subject_id"):
        lists.setdefault(sheet, []).append(subject)
    for user in voters:
        master, leniency = new_master(), chance.gauss(0, 1)
        cells = [assignment.cell for assignment in Assignment.objects.of(evaluator=user, round=round)]
        public = {cell.key: decode_spki(cell.spki) for cell in cells}
        credentials = {key: Credential(master, round.public_id, key) for key in public}
        blinded = {key: credential.blind(public[key]).blinded for key, credential in credentials.items()}
        signed, drawn_at = issue_credentials(user, round, blinded, now=now)
        casts = []
        for cell in cells:
            about = lists[cell.sheet_id] if cell.sheet_id else [cell.subject_id]
            answers = _answers(asked[cell.key], [worth[subject] for subject in about], leniency, mood, chance)
            if answers is None or cast_on[cell.key] >= limits.get(cell.key, VOTERS):
                continue
            cast_on[cell.key] += 1
            token = credentials[cell.key].finalize(public[cell.key], signed[cell.key])
            revision = credentials[cell.key].revision_of(1, drawn_at=drawn_at)
            casts.append(credentials[cell.key].make_cast(answers, token=token, revision=revision))
        yield casts


def _answers(
    paper: papers.Paper, worth: list[float], leniency: float, mood: Mood, chance: random.Random
) -> dict[str, int | str] | None:
    """Return what one voter puts on one paper; None for words that they do not write."""
    if paper.kind == papers.COMMENT:
        return {"text": chance.choice(mood.words)} if mood.words and chance.random() < 0.8 else None
    keys_of = [key for key, _weight in paper.criteria]
    if paper.kind == papers.RATING:
        return {key: mood.answer(chance, worth[0], leniency) for key in keys_of}
    best = max(range(len(worth)), key=worth.__getitem__)
    given: dict[str, int | str] = {}
    for at, value in enumerate(worth):
        for key in keys_of:
            answer = mood.answer(chance, value, leniency)
            # Within the quota of the sheet: one of the list may score 90 or more.
            if isinstance(answer, int):
                answer = max(91, answer) if at == best else min(89, answer)
            given[papers.sheet_key(at + 1, key)] = answer
    papers.check_answers(given, paper)
    return given


def _cast(public_id: str, casts: list[Cast], now: datetime.datetime) -> None:
    """Cast until every paper has its receipt."""
    try:
        while casts:
            answers = cast(public_id, casts, now=now)
            if refused := [answer for answer in answers if not answer["ok"]]:
                raise RuntimeError(f"the demonstration's ballots were refused: {refused[0]}")
            casts = [one for one, answer in zip(casts, answers, strict=True) if answer.get("pending")]
    finally:
        connections.close_all()


def count_box(round: Round, scrutineer: User, private: bytes) -> None:
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
