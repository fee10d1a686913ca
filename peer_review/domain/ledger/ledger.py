"""The ledger of everything ever shown of a round, to anybody, through any channel.

Figures released at publication were checked together (counting.release); showing them is noted. Whatever is not among
them is a question: `ask` holds it against all that was told before, to anyone, and answers or refuses. What was once
answered is answered again in the same words, and what was refused stays refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone

from peer_review.counting.crosstabs import Ground
from peer_review.counting.ledger import Book, Load, Verdict
from peer_review.domain.ledger.questions import Board, Question
from peer_review.domain.locks import lock_round
from peer_review.enums import RESULT_STATES, Audience, Channel
from peer_review.models import Refused, Round, Shown
from peer_review.rules.roles import is_inspector, is_leader
from peer_review.rules.rounds import is_responsible_organiser
from peer_review.rules.subjects import is_own_subject
from peer_review.users import User


class Reason(StrEnum):
    """Why something was not shown. Readers are told one sentence whichever it is."""

    TOO_FEW = "too_few"  # nobody there, or too few of them
    ISOLATES = "isolates"  # with what was shown before it would tell of too few
    TOO_LARGE = "too_large"  # cannot be decided in the time there is
    ROLLS = "rolls"  # the voters of two rounds differ by too few
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Answer:
    """A mean in points, in one decimal as published; None says 样本不足, and `reason` why, for the inspector alone."""

    value: float | None
    reason: str = ""


def ask(round: Round, question: Question, *, channel: Channel, audience: str) -> Answer:
    """Return the answer to one question; see ask_all."""
    return ask_all(round, [question], channel=channel, audience=audience)[question]


@transaction.atomic
def ask_all(round: Round, questions: Sequence[Question], *, channel: Channel, audience: str) -> dict[Question, Answer]:
    """Return the answers to questions about a published round, one after another in the order given, and record them.

    Each is judged with those before it counted as told, under a lock on the round, so that no two askers slip past
    each other. Five queries if all are known; else the box is read once more.
    Raises: WrongState before publication.
    """
    round = lock_round(round, expect=RESULT_STATES)
    wanted = {one.scope: one for one in questions}
    told = {one.scope: one.statements[0] for one in Shown.objects.filter(round=round).exclude(statements=[])}
    refused = dict(Refused.objects.filter(round=round).values_list("scope", "reason"))
    answers: dict[Question, Answer] = {}
    fresh: list[Question] = []
    for scope, question in wanted.items():
        if f"criterion:{question.criterion}" in refused:
            answers[question] = Answer(None, Reason.WITHDRAWN)
        elif scope in told:
            answers[question] = Answer(told[scope]["value"])
        elif scope in refused:
            answers[question] = Answer(None, refused[scope])
        else:
            fresh.append(question)
    made = _judge(round, fresh, told, refused) if fresh else {}
    answers |= {question: answer for question, (answer, _statement) in made.items()}
    statements = {scope: told[scope] for scope in wanted if scope in told}
    statements |= {question.scope: statement for question, (answer, statement) in made.items() if statement}
    shown = [scope for scope, question in wanted.items() if answers[question].value is not None]
    note_all(round, scopes=shown, channel=channel, audience=audience, statements=statements)
    for reason in dict.fromkeys(answer.reason for answer, _statement in made.values() if answer.reason):
        scopes = [question.scope for question, (answer, _statement) in made.items() if answer.reason == reason]
        note_refused(round, scopes=scopes, reason=reason)
    return {question: answers[question] for question in questions}


def _judge(
    round: Round, fresh: Sequence[Question], told: Mapping[str, Any], refused: Mapping[str, str]
) -> dict[Question, tuple[Answer, dict[str, Any] | None]]:
    """Return each new question's answer, and what is to be kept of those that are answered."""
    board = Board(round, without={scope.removeprefix("subject:") for scope in refused if scope.startswith("subject:")})
    made: dict[Question, tuple[Answer, dict[str, Any] | None]] = {}
    for criterion in dict.fromkeys(question.criterion for question in fresh):
        ground = board.ground(criterion)
        book = ground.book()
        for statement in told.values():
            if statement.get("criterion") == criterion and statement["new"]:
                book.tell(ground.statement(*board.place(statement, without=set(statement["without"]))))
        for question in fresh:
            if question.criterion == criterion:
                made[question] = _answer(board, ground, book, question)
    return made


def _answer(board: Board, ground: Ground, book: Book[Load], question: Question) -> tuple[Answer, Any]:
    asked = {
        "v": 1,
        "criterion": question.criterion,
        "section": question.section,
        "rank": question.rank,
        "class": question.voter_class,
        "without": sorted(board.without),
    }
    place = board.place(asked, without=board.without)
    statement = ground.statement(*place)
    if not statement:
        return Answer(None, Reason.TOO_FEW), None
    verdict = book.judge(statement)
    if not verdict.allows:
        return Answer(None, Reason.TOO_LARGE if verdict is Verdict.TOO_LARGE else Reason.ISOLATES), None
    if verdict is Verdict.SAFE:
        book.tell(statement)
    value = ground.value(*place)
    return Answer(value), {**asked, "new": verdict is Verdict.SAFE, "value": value}


def note(round: Round, *, scope: str, channel: Channel, audience: str) -> None:
    """Record that figures released at publication were shown. One query where that is known already.

    scope: "subject:<Subject.key>", "section:<key>", "rank:<key>", "round", "summary". audience: a role (a value of
    enums.Audience, "organiser", "inspector", "integration"), "section_head:<section key>" for a head; never a person.
    """
    note_all(round, scopes=[scope], channel=channel, audience=audience)


def note_all(
    round: Round,
    *,
    scopes: Iterable[str],
    channel: Channel,
    audience: str,
    statements: Mapping[str, Any] | None = None,
) -> None:
    """Record several scopes that were shown together: one query where all are known already, else two.

    `statements`: of those that were asked for, what was told.
    """
    wanted = dict.fromkeys(scopes)
    known = Shown.objects.filter(round=round, channel=channel, audience=audience, scope__in=wanted)
    fresh = set(wanted) - set(known.values_list("scope", flat=True))
    today = timezone.localdate()
    rows = [
        Shown(
            round=round,
            scope=scope,
            channel=channel,
            audience=audience,
            statements=[statements[scope]] if statements and scope in statements else [],
            first_at=today,
        )
        for scope in wanted
        if scope in fresh
    ]
    # Two readers at once: the second finds the first's line, which says the same.
    Shown.objects.bulk_create(rows, ignore_conflicts=True)


def note_refused(round: Round, *, scopes: Iterable[str], reason: str) -> None:
    """Record questions that were not answered. Two queries at most."""
    wanted = dict.fromkeys(scopes)
    fresh = set(wanted) - set(Refused.objects.filter(round=round, scope__in=wanted).values_list("scope", flat=True))
    today = timezone.localdate()
    rows = [Refused(round=round, scope=scope, reason=reason, first_at=today) for scope in wanted if scope in fresh]
    Refused.objects.bulk_create(rows, ignore_conflicts=True)


def audience_of(user: User, round: Round, *, subject: Any = None, section_key: str = "") -> str:
    """Return in which role somebody reads figures, as the ledger names it: never who.

    `subject`, or `section_key`: what they read of; neither: of the whole round. One query or two.
    """
    if subject is not None and is_own_subject.test(user, subject):
        return str(Audience.SUBJECT)
    if is_leader.test(user, round):
        return str(Audience.LEADERSHIP)
    if is_responsible_organiser.test(user, round):
        return "organiser"
    key = subject.section_key if subject is not None else section_key
    if key and round.members.sections_headed_by(user).filter(section_key=key).exists():
        return f"{Audience.SECTION_HEAD}:{key}"
    if is_inspector.test(user):
        return "inspector"  # responsible for an appeal
    return str(Audience.STAFF)
