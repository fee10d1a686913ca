"""A published round with something of everything, for the tests of reports: ties, a thin subject, a thin class, words,
a self-evaluation, names that look like commands."""

from dataclasses import dataclass
from typing import Any

from peer_review.domain.publication.publish import publish_round
from peer_review.models import Result, Round, SelfEvaluation
from tests.factories.peer_review.counted_rounds import make_counted_round, papers, spread
from tests.factories.peer_review.rounds import make_user

#: Beside a name, what typst, a spreadsheet or a shell would take for a command.
TRICKY = '=#read("/etc/passwd") ]*$'
#: Answers of the thin subject, of the thin class, in no other ballot: a leak is found by them.
THIN_SUBJECT, THIN_CLASS = (31, 37), (13, 17)
SAID = ["工作认真。", "=1+1", "讲原则。\n协调能力强。", "#panic()", "务实。", "好同志。"]


@dataclass(frozen=True)
class ReportedRound:
    """The round with its people."""

    round: Round
    head: Any
    leader: Any

    def result(self, name: str) -> Result:
        """Return the result of a subject."""
        return Result.objects.select_related("subject__member", "round").get(round=self.round, label=name)


def make_reported_round(**kwargs: Any) -> ReportedRound:
    """Return a published round of two classes: in section a 甲 to 己 and TRICKY; in b 辛 (too few), 壬 (thin class)."""
    cells: dict[tuple[Any, str], list[dict[str, Any]]] = {}
    for place, name in enumerate([*"甲乙丙丁戊己", TRICKY]):
        cells[name, "leaders"] = spread(6, 66 + 4 * place)
        cells[name, "staff"] = spread(9, 69 + 3 * place)
    cells["甲", "staff"][0]["spirit"] = "dk"
    cells["辛", "leaders"] = papers(1, *THIN_SUBJECT)
    cells["辛", "staff"] = papers(2, *THIN_SUBJECT)
    cells["壬", "leaders"] = papers(2, *THIN_CLASS)
    cells["壬", "staff"] = spread(9, 83)
    head, leader = make_user("科室负责人", "section_head"), make_user("局长", "leadership")
    round = make_counted_round(
        cells,
        sections={"辛": "b", "壬": "b"},
        heads={"a": head},
        eligible=12,
        comments={"甲": SAID, "辛": ["不为人知的话"]},
        reviewer=make_user("评议员", "staff"),
        self_evaluation=True,
        **kwargs,
    )
    SelfEvaluation.objects.create(
        subject=round.subjects.get(label="甲"), answers={"quality": 91, "spirit": 88}, text="一年来认真履职。"
    )
    Round.objects.filter(pk=round.pk).update(comments_reviewed=True, title="2026年度民主测评")
    publish_round(Round.objects.get(pk=round.pk), by=round.organiser)
    return ReportedRound(Round.objects.get(pk=round.pk), head, leader)


def published_numbers(result: Result) -> set[str]:
    """Return every published figure of a result, score and criteria, as its digits are shown."""
    figures = [(result.score, result.low, result.high)] if result.score is not None else []
    figures += [(one.value, one.low, one.high) for one in result.criteria.all()]
    return {f"{figure:.1f}" for three in figures for figure in three}
