"""The disclosure ledger: everything ever shown of a round, to anybody, through any channel (docs/ledger.md).

Figures released at publication were checked together (counting.release), so showing them is only recorded. Any other
figure is a query: `ask` checks it against all that was shown before, to anyone, and answers or refuses. A query that
was answered once gets the same answer again, and one that was refused stays refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from peer_review.counting.crosstabs import CriterionAtoms
from peer_review.counting.ledger import ShownStatements, Support, Verdict
from peer_review.domain.ledger.queries import Place, RoundData, Statement, TableQuery
from peer_review.domain.locks import lock_round
from peer_review.domain.preflight.frozen_terms import coarse_subjects
from peer_review.enums import RESULT_STATES, Audience, Channel, RefusedReason
from peer_review.models import DisclosureEntry, RefusedQuery, Round, Subject
from peer_review.rules.roles import is_inspector, is_leader
from peer_review.rules.rounds import is_responsible_organiser
from peer_review.rules.subjects import is_own_subject
from peer_review.users import User


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """A mean in points, in one decimal as published. None reads 样本不足; `reason` says why, to inspectors only."""

    value: float | None
    reason: str = ""


def ask(round: Round, query: TableQuery, *, channel: Channel, audience: str) -> QueryAnswer:
    """Return the answer to one query; see ask_all."""
    return ask_all(round, [query], channel=channel, audience=audience)[query]


@transaction.atomic
def ask_all(
    round: Round, queries: Sequence[TableQuery], *, channel: Channel, audience: str
) -> dict[TableQuery, QueryAnswer]:
    """Return the answers to queries about a published round, decided in the order given, and record them.

    Each is checked with those before it taken as shown, under a lock on the round, so that two readers at once cannot
    both be answered what together tells of too few. Five database queries if all are known; else the box is read once.
    Raises: RoundStateInvalid before publication.
    """
    round = lock_round(round, expect=RESULT_STATES)
    wanted = {query.scope: query for query in queries}
    shown_before = {
        entry.scope: entry.statements[0] for entry in DisclosureEntry.objects.filter(round=round).exclude(statements=[])
    }
    refused = dict(RefusedQuery.objects.filter(round=round).values_list("scope", "reason"))
    answers: dict[TableQuery, QueryAnswer] = {}
    fresh: list[TableQuery] = []
    for scope, query in wanted.items():
        if f"criterion:{query.criterion}" in refused:
            answers[query] = QueryAnswer(None, RefusedReason.WITHDRAWN)
        elif scope in shown_before:
            answers[query] = QueryAnswer(shown_before[scope]["value"])
        elif scope in refused:
            answers[query] = QueryAnswer(None, refused[scope])
        else:
            fresh.append(query)
    decided = _judge(round, fresh, shown_before, refused) if fresh else {}
    answers |= {query: answer for query, (answer, _statement) in decided.items()}
    statements = {scope: shown_before[scope] for scope in wanted if scope in shown_before}
    statements |= {query.scope: statement for query, (answer, statement) in decided.items() if statement}
    shown = [scope for scope, query in wanted.items() if answers[query].value is not None]
    note_all(round, scopes=shown, channel=channel, audience=audience, statements=statements)
    for reason in dict.fromkeys(answer.reason for answer, _statement in decided.values() if answer.reason):
        scopes = [query.scope for query, (answer, _statement) in decided.items() if answer.reason == reason]
        note_refused(round, scopes=scopes, reason=reason)
    return {query: answers[query] for query in queries}


def _judge(
    round: Round, fresh: Sequence[TableQuery], shown_before: Mapping[str, Statement], refused: Mapping[str, str]
) -> dict[TableQuery, tuple[QueryAnswer, Statement | None]]:
    """Return the answer to each new query, and the statement to store where there is one."""
    withdrawn = {scope.removeprefix("subject:") for scope in refused if scope.startswith("subject:")}
    # Tables are made of exact marks: a subject whose figures are shown in half-steps must not be subtracted from them.
    data = RoundData(round, without=withdrawn | coarse_subjects(round))
    decided: dict[TableQuery, tuple[QueryAnswer, Statement | None]] = {}
    for criterion in dict.fromkeys(query.criterion for query in fresh):
        atoms = data.atoms(criterion)
        shown = atoms.shown_statements()
        for statement in shown_before.values():
            if statement.get("criterion") == criterion and statement["new"]:
                shown.add(atoms.statement(*data.place(statement, without=set(statement["without"]))))
        for query in fresh:
            if query.criterion == criterion:
                decided[query] = _answer(data, atoms, shown, query)
    return decided


def _answer(
    data: RoundData, atoms: CriterionAtoms, shown: ShownStatements[Support], query: TableQuery
) -> tuple[QueryAnswer, Statement | None]:
    asked: Place = {
        "v": 1,
        "criterion": query.criterion,
        "section": query.section,
        "rank": query.rank,
        "class": query.voter_class,
        "without": sorted(data.without),
    }
    # Earlier rules put subjects under the floor together, and tables told of them. Beside those a table without them
    # could be subtracted, so nothing new is told.
    if data.pooled and atoms.hides_some:
        return QueryAnswer(None, RefusedReason.ISOLATES), None
    place = data.place(asked, without=data.without)
    statement = atoms.statement(*place)
    if not statement:
        return QueryAnswer(None, RefusedReason.TOO_FEW), None
    verdict = shown.judge(statement)
    if not verdict.allows:
        return QueryAnswer(
            None, RefusedReason.TOO_LARGE if verdict is Verdict.TOO_LARGE else RefusedReason.ISOLATES
        ), None
    if verdict is Verdict.SAFE:
        shown.add(statement)
    value = atoms.value(*place)
    answered: Statement = {**asked, "new": verdict is Verdict.SAFE, "value": value}
    return QueryAnswer(value), answered


def note(round: Round, *, scope: str, channel: Channel, audience: str) -> None:
    """Record that figures released at publication were shown. One database query where that is recorded already.

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
    statements: Mapping[str, Statement] | None = None,
) -> None:
    """Record several scopes that were shown together. One database query where all are recorded already, else two.

    `statements`: what was answered, by scope, for scopes that are queries.
    """
    wanted = dict.fromkeys(scopes)
    known = DisclosureEntry.objects.filter(round=round, channel=channel, audience=audience, scope__in=wanted)
    fresh = set(wanted) - set(known.values_list("scope", flat=True))
    today = timezone.localdate()
    rows = [
        DisclosureEntry(
            round=round,
            scope=scope,
            channel=channel,
            audience=audience,
            statements=[statements[scope]] if statements and scope in statements else [],
            first_date=today,
        )
        for scope in wanted
        if scope in fresh
    ]
    # Of two readers at once the second meets the first's line, which says the same.
    DisclosureEntry.objects.bulk_create(rows, ignore_conflicts=True)


def note_refused(round: Round, *, scopes: Iterable[str], reason: str) -> None:
    """Record queries that were not answered. Two database queries at most."""
    wanted = dict.fromkeys(scopes)
    fresh = set(wanted) - set(
        RefusedQuery.objects.filter(round=round, scope__in=wanted).values_list("scope", flat=True)
    )
    today = timezone.localdate()
    rows = [
        RefusedQuery(round=round, scope=scope, reason=reason, first_date=today) for scope in wanted if scope in fresh
    ]
    RefusedQuery.objects.bulk_create(rows, ignore_conflicts=True)


def audience_of(user: User, round: Round, *, subject: Subject | None = None, section_key: str = "") -> str:
    """Return the role in which somebody reads figures, as the ledger names it. It never names the person.

    `subject` or `section_key`: whose figures they read; without either, the whole round's. One query or two.
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
