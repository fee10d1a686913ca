"""The report about one subject: how do I stand, how sure is it, how is the figure made."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from peer_review.charts.bars import Point as ChartPoint
from peer_review.charts.bars import scale_start, ticks
from peer_review.domain.publication.figures import too_few
from peer_review.domain.results.read_models import SubjectReading
from peer_review.domain.results.score_explanation import Sum
from peer_review.reports.blocks import (
    Answer,
    Answers,
    Bar,
    Bars,
    Beside,
    Block,
    Cell,
    Column,
    Columns,
    Dots,
    Fact,
    Heading,
    PlotRow,
    Radar,
    Report,
    Said,
    Score,
    Table,
    Text,
)
from peer_review.reports.blocks import Step as StepBlock
from peer_review.reports.blocks import Steps as StepsBlock
from peer_review.reports.frame import (
    count_cell,
    digits,
    few,
    in_words,
    interval_cell,
    interval_name,
    joined,
    make_report,
    point,
    value_cell,
)
from peer_review.reports.rounds import trend_blocks
from peer_review.reports.words import bands_of

#: A radar of fewer axes is a line.
FEWEST_AXES = 3


def subject_report(reading: SubjectReading) -> Report:
    """Return the report of what a reader finds of one subject."""
    blocks: list[Block] = [
        _score(reading),
        *_glance(reading),
        *_beside_others(reading),
        *_criteria(reading),
        *_classes(reading),
        *_how_sure(reading),
        *trend_blocks(reading.trend, reading.head, personal=True),
        *_said(reading),
        *_self_evaluation(reading),
        *_made(reading),
    ]
    facts = [Fact(_("Section"), reading.section)]
    if reading.rank:
        facts.append(Fact(_("Rank"), reading.rank))
    facts.append(Fact(_("Ballots"), str(reading.ballots) if reading.ballots is not None else too_few()))
    return make_report(
        reading.head, title=reading.label, subtitle=_("Result of the evaluation"), facts=facts, blocks=blocks
    )


def own_name(reading: SubjectReading) -> str:
    """Return what the subject's own figures are called."""
    return _("You") if reading.own else reading.label


def _score(reading: SubjectReading) -> Score:
    score = reading.score
    if score is None:
        words = _(
            "Too few ballots: fewer than %(floor)s were counted, so nothing is shown. This says nothing about the work."
        ) % {"floor": reading.head.floor}
        return Score(value="", words=joined([words, *reading.ladder]), missing=too_few())
    sentences = [
        _("Score %(value)s of 100, %(grade)s; it lies between %(low)s and %(high)s with 95 %% certainty.")
        % {
            "value": score.text,
            "grade": score.grade_label,
            "low": digits(score.low),
            "high": digits(score.high),
        }
    ]
    sentences += [
        _("%(name)s: %(value)s.") % {"name": comparison.label, "value": comparison.score.text}
        for comparison in reading.comparisons
    ]
    alike = [comparison.label for comparison in reading.comparisons if not comparison.distinct]
    if alike and len(alike) == len(reading.comparisons):
        sentences.append(_("The difference is within the interval and may be chance."))
    elif alike:
        words = _("The difference from %(names)s is within the interval and may be chance.")
        sentences.append(words % {"names": ", ".join(alike)})
    sentences += reading.ladder
    if reading.half_steps:
        sentences.append(reading.half_steps)
    return Score(value=score.text, words=joined(sentences), missing=too_few())


def _start(reading: SubjectReading) -> int:
    """Return where the pictures' scale begins: under everything that any of them shows."""
    marks = [reading.score, *(comparison.score for comparison in reading.comparisons)]
    marks += [mark for line in reading.criteria for mark in (line.own, *line.others)]
    return scale_start([ChartPoint(mark.value, mark.low, mark.high) for mark in marks if mark is not None])


def _glance(reading: SubjectReading) -> list[Block]:
    rows = [PlotRow(_("Score"), point(reading.score), [point(comparison.score) for comparison in reading.comparisons])]
    rows += _axes(reading)
    start = _start(reading)
    others = [comparison.label for comparison in reading.comparisons]
    return [
        Heading(_("At a glance")),
        Dots(
            rows=rows,
            start=start,
            ticks=ticks(start, bands_of(reading.head)),
            own=own_name(reading),
            others=others,
            missing=too_few(),
            alt=". ".join([_("Score and criteria with their intervals"), in_words(rows, others)]),
        ),
        _figures(reading),
    ]


def _axes(reading: SubjectReading) -> list[PlotRow]:
    return [PlotRow(line.label, point(line.own), [point(mark) for mark in line.others]) for line in reading.criteria]


def _figures(reading: SubjectReading) -> Table:
    columns = [
        Column(_("Criterion"), width="wide"),
        Column(own_name(reading), number=True, width="even"),
        Column(interval_name(), number=True),
        *(Column(comparison.label, number=True, width="even") for comparison in reading.comparisons),
        Column(_("Answers"), number=True),
        Column(_("Do not know enough"), number=True, width="even"),
    ]
    rows = [
        [
            Cell(_("Score"), strong=True),
            value_cell(reading.score, strong=True),
            interval_cell(reading.score),
            *(value_cell(comparison.score) for comparison in reading.comparisons),
            Cell("–"),
            Cell("–"),
        ]
    ]
    for line in reading.criteria:
        own = line.own
        rows.append(
            [
                Cell(line.label),
                value_cell(own),
                interval_cell(own),
                *(value_cell(mark) for mark in line.others),
                count_cell(own.n if own is not None else None),
                Cell(own.abstentions_text) if own is not None else few(),
            ]
        )
    return Table(columns, rows, caption=_("The same in figures, 0 to 100 points"), totals=[0])


def _beside_others(reading: SubjectReading) -> list[Block]:
    if not reading.comparisons:
        return []
    table = Table(
        [
            Column(_("Compared with"), width="wide"),
            Column(_("Subjects"), number=True),
            Column(_("Score"), number=True),
            Column(interval_name(), number=True),
        ],
        [
            [
                Cell(comparison.label, sub="" if comparison.distinct or reading.score is None else _("may be chance")),
                Cell(str(comparison.members)),
                value_cell(comparison.score),
                interval_cell(comparison.score),
            ]
            for comparison in reading.comparisons
        ],
    )
    shown = [line for line in reading.criteria if line.own is not None]
    if len(shown) < FEWEST_AXES:
        return [Heading(_("Beside section and rank")), table]
    axes, start = _axes(reading), _start(reading)
    words = in_words(axes, [comparison.label for comparison in reading.comparisons])
    radar = Radar(
        axes, start, ticks(start, bands_of(reading.head)), alt=". ".join([_("Profile over the criteria"), words])
    )
    return [Heading(_("Beside section and rank")), Beside([radar, table], [1.05, 1])]


def _criteria(reading: SubjectReading) -> list[Block]:
    tiles = []
    for line in reading.criteria:
        missing = (
            too_few()
            if line.own is None
            else _(
                "The distribution is not shown: the answers lie too close together, or too few ballots lie apart from "
                "the others."
            )
        )
        title = _("Distribution of the answers: %(criterion)s") % {"criterion": line.label}
        tiles.append(
            Bars(
                label=line.label,
                words=line.description,
                bars=[Bar(bar.label, bar.count) for bar in line.bars],
                missing=missing,
                alt=f"{title}. " + "; ".join(f"{bar.label}: {bar.count}" for bar in line.bars),
            )
        )
    return [Heading(_("Criterion by criterion")), Columns(tiles)]


def _classes(reading: SubjectReading) -> list[Block]:
    if not reading.classes:
        return []
    blocks: list[Block] = [Heading(_("By voter class"))]
    if not reading.classes_shown and reading.score is not None:
        blocks.append(
            Text(
                _(
                    "The classes are shown together only: at least one of them has fewer than %(floor)s answers, and "
                    "it could be found by subtracting the others from the whole."
                )
                % {"floor": reading.head.floor},
                sticky=True,
            )
        )
    classes = reading.classes
    columns = [
        Column(_("Criterion"), width="wide"),
        *(Column(voters.label, number=True, width="even") for voters in classes),
    ]
    alone = [_("declared not anonymous") if voters.alone else "" for voters in classes]
    rows = [
        [
            Cell(_("Weight")),
            *(Cell(f"{voters.weight:g} %", sub=sub) for voters, sub in zip(classes, alone, strict=True)),
        ],
        [
            Cell(_("Score"), strong=True),
            *(value_cell(voters.score, strong=voters.score is not None) for voters in classes),
        ],
    ]
    for number, line in enumerate(reading.criteria):
        cells = [
            value_cell(voters.marks[number])
            if voters.asked[number]
            else Cell(pgettext("criterion", "not asked"), few=True)
            for voters in classes
        ]
        rows.append([Cell(line.label), *cells])
    blocks.append(Table(columns, rows, totals=[1]))
    return blocks


def sure(reading: SubjectReading) -> list[Answer]:
    """Return what is to be said of how sure the figures are, question by question."""
    certainty, answers = reading.certainty, []
    if certainty.one_ballot.note:
        lead = _("Yes, it might") if certainty.one_ballot.figure else pgettext("one ballot", "No")
        if certainty.one_ballot.figure is None:
            lead = _("Not shown")
        answers.append(Answer(_("Would one ballot change the grade?"), lead, certainty.one_ballot.note))
    if certainty.unknown.note:
        answers.append(Answer(_("How many know enough?"), "", certainty.unknown.note))
    if certainty.adjusted.note:
        lead, words, adjusted = _("Not shown"), certainty.adjusted.note, certainty.adjusted.figure
        if adjusted is not None and reading.score is not None:
            lead = f"{digits(adjusted.value)} {adjusted.grade_label}"
            bounds = {
                "low": digits(adjusted.low),
                "high": digits(adjusted.high),
                "value": reading.score.text,
            }
            words = joined([_("between %(low)s and %(high)s; the score itself is %(value)s.") % bounds, words])
        answers.append(Answer(_("Without the severity of single voters"), lead, words))
    if certainty.reliability.note:
        answers.append(Answer(_("How reliable is the round?"), "", joined(certainty.reliability.note)))
    return answers


def _how_sure(reading: SubjectReading) -> list[Block]:
    answers = sure(reading) if reading.score is not None else []
    return [Heading(_("How sure is it?")), Answers(answers)] if answers else []


def comments_note(reading: SubjectReading) -> str:
    """Return what is to be said of the comments that are shown, or of there being none."""
    comments = reading.comments
    if comments.destroyed:
        return _(
            "Too few wrote about this subject. Whatever was written was destroyed unread; whether there was anything, "
            "nobody is told."
        )
    if not comments.texts and comments.withheld:
        return _(
            "The reviewer withheld comments that name somebody or by which somebody could be recognised, and too few "
            "were left. So none is shown."
        )
    if not comments.texts:
        words = _("Comments are shown from %(floor)s on; whether there were any below that, nobody is told.")
        return words % {"floor": reading.head.floor}
    words = _("Shuffled, and without their writers' names, which nobody has. A comment says what one person thinks.")
    if comments.withheld:
        withheld = ngettext(
            "The reviewer withheld %(counter)s comment that names somebody or by which somebody could be recognised.",
            "The reviewer withheld %(counter)s comments that name somebody or by which somebody could be recognised.",
            comments.withheld,
        )
        words = joined([words, withheld % {"counter": comments.withheld}])
    return words


def _said(reading: SubjectReading) -> list[Block]:
    comments = reading.comments
    if not comments.asked:
        return []
    if not comments.texts and comments.withheld and not comments.destroyed:
        return [Heading(_("Comments")), Text(comments_note(reading))]
    if not comments.texts:
        return [Heading(_("Comments")), Text(f"{too_few()} {comments_note(reading)}")]
    return [Heading(_("Comments")), Text(comments_note(reading), muted=True, sticky=True), Said(comments.texts)]


def written_by(reading: SubjectReading) -> str:
    """Return whose words a self-evaluation is."""
    return _("Written by %(self_name)s, with their name. It enters no figure.") % {"self_name": reading.label}


def _self_evaluation(reading: SubjectReading) -> list[Block]:
    if not reading.self_lines:
        return []
    title = _("My self-evaluation")
    if not reading.own:
        title = _("%(self_name)s's self-evaluation") % {"self_name": reading.label}
    table = Table(
        [
            Column(_("Criterion"), width="wide"),
            Column(_("Own answer"), width="wide"),
            Column(_("Points"), number=True),
            Column(_("The others"), number=True),
        ],
        [
            [Cell(line.label), Cell(line.answer), Cell(digits(line.points)), value_cell(line.others)]
            for line in reading.self_lines
        ],
    )
    words: list[Block] = [Said([reading.self_words])] if reading.self_words else []
    return [Heading(title), Text(written_by(reading), muted=True, sticky=True), table, *words]


def _made(reading: SubjectReading) -> list[Block]:
    steps = [StepBlock(step.text, "\n".join(map(_sum, step.sums))) for step in reading.steps]
    return [Heading(_("How the figure is made")), StepsBlock(steps)]


def _sum(mean: Sum) -> str:
    """Return a weighted mean as a line: "Quality: 60.0 % × 81.2 + 40.0 % × 78.0 = 79.9"."""
    terms = " + ".join(f"{term.label} {digits(term.share)} % × {term.text}" for term in mean.terms)
    return f"{mean.label}: {terms} = {mean.text}"
