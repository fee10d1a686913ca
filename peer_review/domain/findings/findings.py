"""Findings: what somebody raises from a published result or a theme of its comments, and who is to answer for it.

Nothing of a ballot's wording leaves its page: a finding is written in the raiser's own words, and what repeats a
comment is refused.
"""

from datetime import date
from typing import NotRequired, TypedDict

from django.db import transaction
from django.utils import timezone

from peer_review import audit_log, signals
from peer_review.counting.small_groups import ShownJson
from peer_review.domain.findings.verbatim_check import first_verbatim_run
from peer_review.domain.locks import check_state
from peer_review.domain.preflight.frozen_terms import form_holds
from peer_review.enums import RESULT_STATES, FindingSource, ResultScope
from peer_review.exceptions.findings import (
    FindingDueInPast,
    NoFindingText,
    QuotesComment,
    UnknownCriterion,
    UnknownSection,
)
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import Comment, CriterionResult, RaisedFinding, Result, Round, Subject
from peer_review.rules.roles import has_perm
from peer_review.users import User

TEXT_LENGTH = 2000


def raise_finding(
    round: Round,
    *,
    by: User,
    text: str,
    section: str = "",
    criterion: str = "",
    source: str = FindingSource.RESULT,
    subject: Subject | None = None,
    responsible: User | None = None,
    due_date: date | None = None,
) -> RaisedFinding:
    """Store a finding, log it, and send signals.finding_raised after the commit.

    section: key of a section that is evaluated, empty for all together; that of `subject` if one is given. The figures
    are those of the subject, else the section, else all, as far as `by` may read them.
    Raises: RoundStateInvalid before publication, TermsAltered, NoFindingText, UnknownSection, UnknownCriterion,
        FindingDueInPast; QuotesComment, and that somebody tried is on record.
    """
    check_state(round, RESULT_STATES)
    if not form_holds(round):
        raise TermsAltered
    text = text.strip()
    if not text or len(text) > TEXT_LENGTH:
        raise NoFindingText(most=TEXT_LENGTH)
    if subject is not None:
        section = subject.section_key
    names = dict(round.subjects.values_list("section_key", "section_name"))
    if (section and section not in names) or (subject is not None and subject.round_id != round.pk):
        raise UnknownSection
    labels = round.frozen_scheme.criterion_labels
    if criterion and criterion not in labels:
        raise UnknownCriterion
    if due_date is not None and due_date < timezone.localdate():
        raise FindingDueInPast
    _refuse_quotations(round, text, by=by)
    with transaction.atomic():
        finding = RaisedFinding.objects.create(
            round=round,
            source=source,
            text=text,
            section_key=section,
            section_name=names.get(section, ""),
            subject=subject,
            criterion=criterion,
            criterion_label=labels.get(criterion, ""),
            figures=figures_for(round, reader=by, subject=subject, section=section, criterion=criterion),
            responsible=responsible,
            due_date=due_date,
            raised_by=by,
        )
        # Not its words: they are in the finding, for those who may read it.
        audit_log.record(round, "peer_review.round.finding", by=by, finding=finding.pk, section=finding.section_name)
        transaction.on_commit(lambda: _send(finding, by))
    return finding


class FindingFigure(TypedDict):
    """A published figure as a finding keeps it, of a criterion or the score; `scope` is the ledger's name for whose."""

    result: int
    scope: str
    label: str
    criterion: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    shown: NotRequired[ShownJson]


def figures_for(
    round: Round, *, reader: User, subject: Subject | None, section: str, criterion: str
) -> list[FindingFigure]:
    """Return the published figures that a finding rests on, none that `reader` may not read. At most three queries."""
    results = Result.objects.shown().filter(round=round)
    if subject is not None:
        results, place = results.filter(scope=ResultScope.SUBJECT, subject=subject), f"subject:{subject.key}"
    elif section:
        results, place = results.filter(scope=ResultScope.SECTION, section_key=section), f"section:{section}"
    else:
        results, place = results.filter(scope=ResultScope.UNIT), "round"
    result = results.visible_to(reader).first()
    if result is None:
        return []
    figure: FindingFigure = {
        "result": result.pk,
        "scope": place,
        "label": result.label,
        "criterion": criterion,
        "value": result.score,
        "low": result.low,
        "high": result.high,
        "n": result.ballots,
    }
    if not criterion:
        return [_as_shown(figure, result.shown)]
    row = CriterionResult.objects.filter(result=result, criterion=criterion).first()
    if row is None:
        return []
    return [_as_shown({**figure, "value": row.value, "low": row.low, "high": row.high, "n": row.n}, row.shown)]


def _as_shown(figure: FindingFigure, shown: ShownJson | None) -> FindingFigure:
    """Return a figure with the range in which it is shown, where it is not shown as it is."""
    return {**figure, "shown": shown} if shown else figure


def sections_to_raise(round: Round, *, by: User) -> dict[str, str]:
    """Return the sections about which `by` may raise a finding, key to name, in the roll's order; the key "" stands for
    all together."""
    names = {"": ""} | dict(round.subjects.order_by("sort_order", "pk").values_list("section_key", "section_name"))
    return {
        key: name
        for key, name in names.items()
        if has_perm("peer_review.raise_finding", by, RaisedFinding(round=round, section_key=key))
    }


def _refuse_quotations(round: Round, text: str, *, by: User) -> None:
    """Refuse a text that repeats a published comment of the round.

    Comments that `by` may not read are looked through as well: somebody may have passed on their words. But the place
    is quoted only from those that they may read, and every refusal is on record, so that nobody guesses at the others.
    Raises: QuotesComment.
    """
    comments = Comment.objects.filter(subject__round=round, withheld=False)
    words = first_verbatim_run(text, comments.values_list("text", flat=True).iterator())
    if not words:
        return
    audit_log.record(round, "peer_review.round.finding_refused", by=by)
    readable = Subject.objects.with_result_for(by).filter(round=round).order_by().values("pk")
    quoted = first_verbatim_run(text, comments.filter(subject__in=readable).values_list("text", flat=True))
    raise QuotesComment(quoted=quoted)


def _send(finding: RaisedFinding, by: User) -> None:
    signals.finding_raised.send_robust(sender=RaisedFinding, finding=finding, round=finding.round, by=by)
