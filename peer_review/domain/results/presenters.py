"""Presenters of published results: one source for pages, PDF, xlsx and API, which compute nothing themselves.

Every reading is made for a `reader` and holds what that person may read and nothing else: whatever is not theirs is
not loaded. The caller has asked rules/ whether they may read this subject, section, round or summary at all. Each
function that returns figures of a round records them in the ledger, by the reader's role and channel.

Shapes and units: read_models.py.
Queries: a fixed number for each function, however many subjects, sections or criteria there are.
Raises, all of them: TermsAltered where the round's form is not the one that was frozen (preflight.frozen_terms).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from peer_review.counting.reliability import ReliabilityJson
from peer_review.counting.scales import to_points
from peer_review.domain.ledger.readers import Reader
from peer_review.domain.outcomes.proposals import RoundProposal, proposal_of
from peer_review.domain.preflight.frozen_terms import form_holds, is_coarse
from peer_review.domain.publication.figures import (
    Mark,
    criterion_mark,
    criterion_rows,
    distribution,
    make_mark,
    score_mark,
)
from peer_review.domain.results.group_models import all_of, first_of, read_groups, read_rows
from peer_review.domain.results.ladder_notes import Ladder, ladder_note, read_ladders
from peer_review.domain.results.missing_notes import half_steps_note, severity_note
from peer_review.domain.results.read_models import (
    Adjusted,
    Certainty,
    ClassReading,
    Column,
    Comparison,
    CriterionReading,
    Head,
    Noted,
    RoundReading,
    SectionReading,
    SelfLine,
    SubjectReading,
    SummaryReading,
    Words,
)
from peer_review.domain.results.reliability_notes import (
    coverage_in_words,
    coverage_of,
    is_coverage_told,
    one_ballot_in_words,
    reliability_in_words,
)
from peer_review.domain.results.score_explanation import Term, class_sum, score_sum, steps_of
from peer_review.domain.results.shown_classes import shown_classes
from peer_review.domain.results.trends import Trend, group_trend, subject_trend
from peer_review.domain.schemes.answer_choices import answers_in_words
from peer_review.domain.schemes.grades import grade_names
from peer_review.domain.tally.bulletin import RoundTotals, totals
from peer_review.enums import Audience, ResultScope
from peer_review.exceptions.preflight import TermsAltered
from peer_review.models import (
    Bulletin,
    Comment,
    CriterionResult,
    Result,
    Round,
    SelfEvaluation,
    Subject,
)
from peer_review.protocol.frozen_scheme import FrozenScheme
from peer_review.users import User


def read_subject(result: Result, *, reader: Reader) -> SubjectReading:
    """Return what `reader` finds of the subject of `result`.

    Comparisons are only means over so many that nobody's figure can be taken out of them, whoever reads: a sheet is
    handed on to the person it is about.
    """
    round = result.round
    scheme = _scheme(round)
    subject = Subject.objects.select_related("member").get(result=result)
    groups = _comparable_groups(subject, result, reader.user)
    shown = _shown(groups)
    rows = criterion_rows([result, *shown])
    score = score_mark(scheme, result)
    criteria = _criteria(scheme, result, shown, rows)
    classes = _classes(scheme, result, rows)
    if coarse := is_coarse(round, subject.key):
        # Each figure is rounded for itself, so sums would not add up.
        criteria = tuple(replace(line, made_of=None) for line in criteria)
    sums = [line.made_of for line in criteria if line.made_of is not None]
    terms = [
        Term(line.label, line.share, line.own.value, line.own.text)
        for line in criteria
        if line.own and line.share is not None
    ]
    kept = SelfEvaluation.objects.filter(subject=subject).first() if scheme.self_evaluation else None
    ladder = read_ladders(round, [result])[subject.pk]
    reading = SubjectReading(
        scope=f"subject:{subject.key}",
        head=read_head(round),
        subject=subject.pk,
        key=subject.key,
        label=result.label,
        section_key=subject.section_key,
        section=subject.section_name,
        rank=subject.member.rank_name if subject.member is not None else "",
        own=subject.member is not None and subject.member.user_id == reader.user.pk,
        score=score,
        ballots=result.ballots,
        comparisons=tuple(_comparison(scheme, mean, score) for mean in shown),
        criteria=criteria,
        classes=classes,
        classes_shown=bool(result.classes),
        classes_add_up=all(len(criterion.classes) == len(scheme.classes) for criterion in scheme.criteria),
        steps=steps_of(scheme, by_class=sums, score=None if coarse else score_sum(terms, score)),
        certainty=_certainty(scheme, result, rows, groups),
        self_lines=_self_lines(scheme, kept, criteria),
        self_words=kept.text if kept is not None else "",
        comments=_words(scheme, subject, ladder),
        trend=subject_trend(result, reader=reader),
        half_steps=half_steps_note() if coarse and score is not None else "",
        ladder=ladder.sentences(scheme.floor),
    )
    reader.record(round, [reading.scope], subject=subject)
    return reading


def read_section(
    round: Round,
    section_key: str,
    *,
    reader: Reader,
    subjects: Sequence[Result] | None = None,
) -> SectionReading:
    """Return what `reader`, who heads the section or sees all, finds of it.

    `subjects`: the results whose rows are wanted, in their order, as a page of a long list has them; else all that
    the reader may read of the section.
    """
    scheme = _scheme(round)
    readable = Result.objects.filter(round=round).visible_to(reader.user)
    of_section = readable.of_scope(ResultScope.SUBJECT).filter(section_key=section_key)
    wanted = Q(scope=ResultScope.SECTION, section_key=section_key) | Q(scope__in=[ResultScope.RANK, ResultScope.UNIT])
    results = list(readable.filter(wanted).order_by("sort_order", "pk"))
    groups = read_groups(scheme, results)
    rows, ties = read_rows(round, of_section, subjects)
    reading = SectionReading(
        scope=f"section:{section_key}",
        head=read_head(round),
        criteria=columns(scheme),
        section=first_of(groups, ResultScope.SECTION),
        unit=first_of(groups, ResultScope.UNIT),
        ranks=all_of(groups, ResultScope.RANK),
        trend=_trend(round, results, ResultScope.SECTION, reader),
        rows=rows,
        ties=ties,
        reliability=_reliability(results),
        ladder_note=ladder_note(row.ladder for row in rows),
    )
    reader.record(round, [reading.scope], section_key=section_key)
    return reading


def read_round(round: Round, *, reader: Reader, subjects: Sequence[Result] | None = None) -> RoundReading:
    """Return what `reader`, who sees all results, finds of a round; `subjects` as in read_section."""
    scheme = _scheme(round)
    readable = Result.objects.filter(round=round).visible_to(reader.user)
    results = list(readable.exclude(scope=ResultScope.SUBJECT).order_by("sort_order", "pk"))
    groups = read_groups(scheme, results)
    proposal = proposal_of(round)
    rows, ties = read_rows(round, readable.of_scope(ResultScope.SUBJECT), subjects, proposal=proposal)
    reading = RoundReading(
        scope="round",
        head=read_head(round),
        criteria=columns(scheme),
        unit=first_of(groups, ResultScope.UNIT),
        sections=all_of(groups, ResultScope.SECTION),
        ranks=all_of(groups, ResultScope.RANK),
        trend=_trend(round, results, ResultScope.UNIT, reader),
        proposal=proposal,
        rows=rows,
        ties=ties,
        reliability=_reliability(results),
        ladder_note=ladder_note(row.ladder for row in rows),
    )
    reader.record(round, [reading.scope])
    return reading


def read_summary(round: Round, *, reader: Reader) -> SummaryReading:
    """Return the published summary. The same for every reader: only means over so many that nobody can be taken out."""
    scheme = _scheme(round)
    readable = Result.objects.filter(round=round, comparable=True).exclude(scope=ResultScope.SUBJECT)
    results = list(readable.visible_to(reader.user).shown().order_by("sort_order", "pk"))
    groups = read_groups(scheme, results)
    reading = SummaryReading(
        scope="summary",
        head=read_head(round),
        criteria=columns(scheme),
        unit=first_of(groups, ResultScope.UNIT),
        sections=all_of(groups, ResultScope.SECTION),
        ranks=all_of(groups, ResultScope.RANK),
        reliability=_reliability(results),
    )
    # Whoever reads it, the ledger names all staff: the summary is the same for everybody.
    reader.record(round, [reading.scope], role=Audience.STAFF)
    return reading


def read_proposal(round: Round, *, reader: Reader) -> RoundProposal:
    """Return what the scores propose under the quota, for `reader`, who decides on the round."""
    proposal = proposal_of(round)
    reader.record(round, ["round"], role=Audience.LEADERSHIP)
    return proposal


def read_head(round: Round) -> Head:
    """Return the round with what proves its count. Two queries, and the organiser's name."""
    # Not its leaves: there is one a ballot.
    bulletin = Bulletin.objects.filter(round=round).defer("leaves").first()
    figures = totals(round, bulletin) if bulletin is not None else RoundTotals(0, 0, None, 0, 0)
    scheme = round.frozen_scheme
    return Head(
        public_id=round.public_id,
        title=round.title,
        organiser=round.organiser.get_full_name(),
        closes_at=round.closes_at,
        published_at=round.published_at,
        floor=scheme.floor,
        bands=tuple(float(lowest) for lowest in scheme.bands),
        grades=tuple(grade_names(scheme).values()),
        fingerprint=round.fingerprint,
        root=bulletin.root if bulletin is not None else "",
        ballots=bulletin.size if bulletin is not None else 0,
        eligible=figures.eligible,
        kept=figures.kept,
        people=figures.people,
        drawn=figures.drawn,
        counted=figures.counted,
    )


def columns(scheme: FrozenScheme) -> tuple[Column, ...]:
    """Return the criteria as the frozen scheme names them, in its order."""
    return tuple(
        Column(criterion.key, criterion.label, criterion.description, float(criterion.weight))
        for criterion in scheme.criteria
    )


# What a subject's reading is made of


def _scheme(round: Round) -> FrozenScheme:
    if not form_holds(round):
        raise TermsAltered
    return round.frozen_scheme


def _comparable_groups(subject: Subject, result: Result, user: User) -> list[Result]:
    """Return the means of the subject's section, of its rank and of all, as far as the reader may read them."""
    own = Q(scope=ResultScope.UNIT) | Q(scope=ResultScope.SECTION, section_key=result.section_key)
    if subject.member is not None:
        own |= Q(scope=ResultScope.RANK, rank_key=subject.member.rank_key)
    order = [ResultScope.SECTION, ResultScope.RANK, ResultScope.UNIT]
    means = Result.objects.filter(own, round=result.round_id).visible_to(user)
    return sorted(means, key=lambda mean: order.index(ResultScope(mean.scope)))


def _shown(groups: Sequence[Result]) -> list[Result]:
    """Return the means that a sheet compares with. Where all are in one section, the mean of all is that section's."""
    shown = [group for group in groups if group.score is not None and group.comparable and group.members > 1]
    in_part = {result.members for result in shown if result.scope != ResultScope.UNIT}
    return [group for group in shown if group.scope != ResultScope.UNIT or group.members not in in_part]


def _comparison(scheme: FrozenScheme, group: Result, own: Mark | None) -> Comparison:
    score = score_mark(scheme, group)
    assert score is not None
    distinct = own is not None and not own.low <= score.value <= own.high
    return Comparison(group.scope, group_label(group), group.members, score, distinct)


def group_label(group: Result) -> str:
    """Return what a mean is called beside a subject's own figure."""
    if group.scope == ResultScope.UNIT:
        return _("Mean of all subjects")
    return _("Mean of %(section)s") % {"section": group.label}


def _criteria(
    scheme: FrozenScheme,
    result: Result,
    others: Sequence[Result],
    rows: Mapping[tuple[int, str], CriterionResult],
) -> tuple[CriterionReading, ...]:
    shown = {
        criterion.key: float(criterion.weight) for criterion in scheme.criteria if (result.pk, criterion.key) in rows
    }
    total = sum(shown.values())
    lines = []
    for criterion in scheme.criteria:
        key = criterion.key
        row = rows.get((result.pk, key))
        lines.append(
            CriterionReading(
                key=key,
                label=criterion.label,
                description=criterion.description,
                weight=float(criterion.weight),
                share=100 * shown[key] / total if key in shown else None,
                own=criterion_mark(scheme, row),
                others=tuple(criterion_mark(scheme, rows.get((other.pk, key))) for other in others),
                bars=tuple(distribution(scheme, criterion, row.bars)) if row is not None and row.bars else (),
                made_of=class_sum(shown_classes(scheme, result.joined), criterion, row),
            )
        )
    return tuple(lines)


def _classes(
    scheme: FrozenScheme,
    result: Result,
    rows: Mapping[tuple[int, str], CriterionResult],
) -> tuple[ClassReading, ...]:
    """Return one line a voter class, one for those that were merged; none where the scheme has one class only."""
    if len(scheme.classes) < 2:
        return ()
    classes = shown_classes(scheme, result.joined)
    shown = {voters.key: voters.weight for voters in classes if voters.key in result.classes}
    total = sum(shown.values())
    lines = []
    for voters in classes:
        key = voters.key
        of_class = [rows.get((result.pk, criterion.key)) for criterion in scheme.criteria]
        lines.append(
            ClassReading(
                key=key,
                label=voters.label,
                weight=voters.weight,
                share=100 * shown[key] / total if key in shown else None,
                score=make_mark(scheme, *result.classes[key]) if key in result.classes else None,
                marks=tuple(
                    make_mark(scheme, *row.classes[key]) if row is not None and key in row.classes else None
                    for row in of_class
                ),
                asked=tuple(criterion.is_asked_of(key) for criterion in scheme.criteria),
                alone=not voters.anonymous,
            )
        )
    return tuple(lines)


def _adjusted(scheme: FrozenScheme, result: Result) -> Adjusted | None:
    adjusted = result.adjusted
    if not adjusted or "value" not in adjusted:
        return None
    mark = make_mark(scheme, adjusted["value"], adjusted["low"], adjusted["high"])
    return Adjusted(mark.value, mark.low, mark.high, str(adjusted["method"]), mark.grade, mark.grade_label)


def _certainty(
    scheme: FrozenScheme,
    result: Result,
    rows: Mapping[tuple[int, str], CriterionResult],
    groups: Sequence[Result],
) -> Certainty:
    own = [row for (pk, _criterion), row in rows.items() if pk == result.pk]
    coverage, told = coverage_of(own), is_coverage_told(own, scheme.floor)
    return Certainty(
        one_ballot=Noted(result.one_ballot, one_ballot_in_words(result)),
        unknown=Noted(
            100 * coverage.share if coverage.share is not None and told else None,
            coverage_in_words(coverage, told=told, floor=scheme.floor),
        ),
        unknown_is_high=coverage.is_thin,
        adjusted=Noted(_adjusted(scheme, result), severity_note(scheme, score_mark(scheme, result), result.adjusted)),
        reliability=_reliability(groups),
    )


def _self_lines(
    scheme: FrozenScheme, kept: SelfEvaluation | None, criteria: Sequence[CriterionReading] = ()
) -> tuple[SelfLine, ...]:
    """Return what somebody says of themself, criterion by criterion, beside the others' figures if these are given."""
    if kept is None:
        return ()
    words = answers_in_words(scheme)
    others = {line.key: line.own for line in criteria}
    lines = []
    for criterion in scheme.criteria:
        key = criterion.key
        answer = kept.answers[key]
        points = float(to_points(np.array([float(answer)]), scheme.scale)[0])
        said = dict(words[key]).get(answer, str(answer))
        lines.append(SelfLine(key, criterion.label, said, points, others.get(key)))
    return tuple(lines)


def read_self_evaluation(round: Round, kept: SelfEvaluation) -> tuple[SelfLine, ...]:
    """Return what somebody says of themself, with no figure beside it: for the time before publication."""
    return _self_lines(round.frozen_scheme, kept)


def _words(scheme: FrozenScheme, subject: Subject, ladder: Ladder) -> Words:
    if not scheme.comments:
        return Words(asked=False, texts=(), withheld=0)
    said = list(Comment.objects.filter(subject=subject).order_by("pk"))
    return Words(
        asked=True,
        texts=tuple(comment.text for comment in said if not comment.withheld),
        withheld=sum(comment.withheld for comment in said),
        destroyed=ladder.words_destroyed,
    )


def _trend(round: Round, results: Sequence[Result], scope: str, reader: Reader) -> Trend | None:
    """Return how the one mean of a scope stood in earlier rounds; None where it is not shown now."""
    result = next((mean for mean in results if mean.scope == scope and mean.score is not None), None)
    if result is None:
        return None
    result.round = round
    return group_trend(result, reader=reader)


def _unit(groups: Sequence[Result]) -> Result | None:
    """Return the mean of all, with which the reliability of the round is kept."""
    return next((group for group in groups if group.scope == ResultScope.UNIT), None)


def _reliability(groups: Sequence[Result]) -> Noted[ReliabilityJson, tuple[str, ...]]:
    """Return the round's reliability, and what it means; nothing for whoever may not read the mean of all."""
    unit = _unit(groups)
    if unit is None:
        return Noted(None, ())
    return Noted(unit.reliability, tuple(reliability_in_words(unit)))
