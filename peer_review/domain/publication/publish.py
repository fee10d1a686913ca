"""Publishing: from the counted ballots to figures that may be shown, all at once, and then never again.

Until publication no figure exists anywhere outside the counted ballots; afterwards only those that have passed
disclosure control exist in the main database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from django.db import transaction

from peer_review.counting.half_steps import in_half_steps
from peer_review.counting.release import Figure, Release, Sheet, release
from peer_review.counting.severity import Severity
from peer_review.counting.small_groups import ShownJson
from peer_review.domain.locks import lock_round
from peer_review.domain.preflight.frozen_terms import check_terms, is_coarse
from peer_review.domain.publication.comments import take_out_comments
from peer_review.domain.rounds.lifecycle import mark_published
from peer_review.domain.tally.ballot_arrays import joined_classes, make_plan, rank_names, read_ballots
from peer_review.enums import ResultScope, RoundState
from peer_review.exceptions.tally import NotWipedYet
from peer_review.models import CriterionResult, Result, Round, Subject
from peer_review.users import User

BATCH = 1000
#: Version of the counting rules. 1 had no ranges; 1 and 2 let subjects under the floor come into means together. The
#: verifier recounts a round by the rules it was published under.
RULES = 3


@transaction.atomic
def publish_round(round: Round, *, by: User) -> Round:
    """Compute, control and keep the figures and comments of a counted round, and let those whom the scheme names read
    them.

    Raises: RoundStateInvalid, NotWipedYet, TermsAltered, ClockSetBack, CommentsUnreviewed.
    """
    round = lock_round(round, expect={RoundState.COUNTED})
    if round.wipe_pending:
        raise NotWipedYet
    check_terms(round)
    subjects = list(round.subjects.order_by("sort_order", "pk"))
    sections = dict.fromkeys(subject.section_key for subject in subjects)
    plan = make_plan(round, subjects)
    coarse = {at for at, subject in enumerate(subjects) if is_coarse(round, subject.key)}
    figures = in_half_steps(release(read_ballots(round, subjects), plan), coarse, plan)
    comments = take_out_comments(round)
    _keep(round, subjects, list(sections), figures, joined_classes(round, subjects))
    if round.frozen_scheme.comments:
        return mark_published(round, by=by, comments=comments)
    return mark_published(round, by=by)


def _keep(
    round: Round,
    subjects: list[Subject],
    sections: list[str],
    figures: Release,
    joined: Mapping[int, Mapping[int, tuple[int, ...]]],
) -> None:
    names = {subject.section_key: subject.section_name for subject in subjects}
    keys = round.frozen_scheme.class_keys
    pairs: list[tuple[Result, Sheet]] = []
    for place, (subject, sheet) in enumerate(zip(subjects, figures.subjects, strict=True)):
        result = _result(round, ResultScope.SUBJECT, sheet, label=subject.label, sort_order=subject.sort_order)
        result.subject, result.section_key = subject, subject.section_key
        result.joined = {
            keys[stands]: [keys[at] for at in classes] for stands, classes in joined.get(place, {}).items()
        }
        pairs.append((result, sheet))
    if figures.severity is not None:
        for (result, sheet), reason in zip(pairs, figures.severity.reasons, strict=True):
            result.adjusted = _adjusted(sheet, reason)
    for at, (key, sheet) in enumerate(zip(sections, figures.sections, strict=True)):
        result = _result(round, ResultScope.SECTION, sheet, label=names[key] or key, sort_order=at)
        result.section_key, result.comparable = key, at in figures.open_sections
        pairs.append((result, sheet))
    for at, ((key, name), sheet) in enumerate(zip(rank_names(round).items(), figures.ranks, strict=True)):
        result = _result(round, ResultScope.RANK, sheet, label=name or key, sort_order=at)
        result.rank_key, result.comparable = key, at in figures.open_ranks
        pairs.append((result, sheet))
    unit = _result(round, ResultScope.UNIT, figures.unit, label="", sort_order=0)
    unit.comparable = figures.unit_open
    unit.reliability = asdict(figures.reliability) if figures.reliability else None
    unit.adjusted = _severity(figures.severity, round.frozen_scheme.class_keys) if figures.severity else None
    pairs.append((unit, figures.unit))

    for result, sheet in pairs:
        result.classes = {
            keys[voter_class]: _list(score) if score.shown.code else _list(score)[:3]
            for voter_class, (_figures, score) in sheet.classes.items()
            if score is not None
        }
    Result.objects.bulk_create([result for result, _sheet in pairs], batch_size=BATCH)
    rows = [row for result, sheet in pairs for row in _criteria(round, result, sheet, keys)]
    CriterionResult.objects.bulk_create(rows, batch_size=BATCH)


def _adjusted(sheet: Sheet, reason: str) -> dict[str, object] | None:
    """Return a subject's adjusted score as it is kept, or why there is none where the round has whole sheets."""
    if sheet.adjusted is not None:
        return {key: value for key, value in asdict(sheet.adjusted).items() if value is not None}
    return None if reason in ("papers", "not_shown") else {"reason": reason}


def _severity(severity: Severity, keys: Sequence[str]) -> dict[str, object]:
    """Return how severity was taken out of the round's scores, as it is kept with the unit's result.

    A group's `model` is not among it: unrounded, it tells whether all agreed. The auditor's package makes it anew.
    """
    return {
        "reason": severity.reason,
        "method": severity.method,
        "subjects": severity.adjusted,
        "islands": severity.islands,
        "groups": [
            {
                "class": keys[group.voter_class],
                "subjects": group.subjects,
                "sheets": group.sheets,
                "deviations": group.deviations,
            }
            for group in severity.groups
        ],
    }


def _result(round: Round, scope: ResultScope, sheet: Sheet, *, label: str, sort_order: int) -> Result:
    score = sheet.score
    ballots = max((figure.n + figure.abstentions for figure in sheet.criteria if figure), default=0)
    return Result(
        round=round,
        scope=scope,
        label=label,
        sort_order=sort_order,
        score=score.value if score else None,
        low=score.low if score else None,
        high=score.high if score else None,
        shown=_shown(score) if score else None,
        standing=sheet.standing,
        rules=RULES if scope == ResultScope.UNIT else 1,
        ballots=ballots if score else None,
        members=sheet.members,
        one_ballot=sheet.one_ballot,
    )


def _criteria(round: Round, result: Result, sheet: Sheet, keys: Sequence[str]) -> list[CriterionResult]:
    rows = []
    for at, (criterion, figure) in enumerate(zip(round.frozen_scheme.criteria, sheet.criteria, strict=True)):
        if figure is None:
            continue
        of_class = {keys[voter_class]: figures[at] for voter_class, (figures, _score) in sheet.classes.items()}
        rows.append(
            CriterionResult(
                result=result,
                criterion=criterion.key,
                value=figure.value,
                low=figure.low,
                high=figure.high,
                shown=_shown(figure),
                n=figure.n,
                abstentions=figure.abstentions,
                bars=[list(bar) for bar in figure.bars] if figure.bars else None,
                classes={key: _list(figure) for key, figure in of_class.items() if figure is not None},
            )
        )
    return rows


def _list(figure: Figure) -> list[object]:
    figures: list[object] = [figure.value, figure.low, figure.high, figure.n, figure.abstentions]
    return [*figures, shown] if (shown := _shown(figure)) else figures


def _shown(figure: Figure) -> ShownJson | None:
    """Return the range in which a figure is shown, None where it is shown as it is."""
    shown = figure.shown
    if not shown.code:
        return None
    kept: ShownJson = {"code": shown.code, "least": shown.least, "most": shown.most}
    return kept if figure.proposed is None else {**kept, "grade": figure.proposed}
