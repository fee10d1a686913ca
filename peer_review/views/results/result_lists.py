"""Lists of results: a section, a whole round, the summary. Sorted, paged, and never without their ties in view."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, FloatField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review.charts import bars
from peer_review.counting.scales import GRADES
from peer_review.domain.outcomes.proposals import RoundProposal, place_of
from peer_review.domain.publication.figures import Mark
from peer_review.domain.results.presenters import read_round, read_section, read_summary
from peer_review.domain.results.read_models import Column, GroupReading, Head, RoundReading, RowReading, SectionReading
from peer_review.domain.schemes.grades import grade_names
from peer_review.enums import ResultScope
from peer_review.models import CriterionResult, Result
from peer_review.paging import KeysetPage, page_of
from peer_review.rules.roles import has_perm
from peer_review.users import User
from peer_review.views.ledger.published import PublishedMixin
from peer_review.views.results import pictures

PAGE = 50


@dataclass(frozen=True, slots=True)
class SortHead:
    """One column head: its words, the sort that a click asks for, and how the column is sorted now."""

    key: str
    label: str
    next: str
    now: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """One subject of a list beside the strip of its interval.

    breaks: no interval from here on overlaps one above, so the order between the two is beyond chance. line: where the
    list crosses the quota line with this row, "tied" or "below"; empty elsewhere.
    """

    row: RowReading
    strip: SafeString
    cells: list[tuple[Mark | None, str]]  # one a criterion, with its name
    breaks: bool
    line: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One line of the heat map. `total`: all together."""

    group: GroupReading
    strip: SafeString
    cells: list[tuple[Mark | None, str]]
    total: bool


class ListMixin(PublishedMixin):
    """The base of the lists of subjects with their figures, sorted by what GET names and paged by key."""

    def sorts(self) -> dict[str, str]:
        """Return what a list may be sorted by, with its words."""
        named = {"name": _("Name"), "roll": _("Section"), "score": _("Score")}
        labels = self.round.frozen_scheme.criterion_labels
        return named | {f"c.{key}": label for key, label in labels.items()}

    def wanted(self) -> tuple[str, str, bool]:
        """Return the sort that GET asks for, its key, and whether it falls."""
        wanted = self.request.GET.get("sort", "score")
        key = wanted.removeprefix("-")
        if key not in self.sorts():
            wanted = key = "score"
        return wanted, key, falls(wanted)

    def page(self, rows: "QuerySet[Result]") -> KeysetPage[Result]:
        """Return one page of results. One query, however many rows."""
        _wanted, key, falling = self.wanted()
        if key == "name":
            rows = rows.annotate(at=F("label"))
        elif key == "roll":
            rows = rows.annotate(at=F("sort_order"))
        else:
            # What is not shown comes last, whichever way.
            last = Value(-1.0 if falling else 101.0, output_field=FloatField())
            source: F | Subquery = F("score")
            if key.startswith("c."):
                criteria = CriterionResult.objects.filter(result=OuterRef("pk"), criterion=key[2:])
                source = Subquery(criteria.values("value")[:1])
            rows = rows.annotate(at=Coalesce(source, last, output_field=FloatField()))
        order = ("-at" if falling else "at", "pk")
        return page_of(rows.select_related("subject__member"), self.request.GET, size=PAGE, order=order)

    def listed(self, reading: RoundReading | SectionReading, page: KeysetPage[Result]) -> dict[str, object]:
        """Return what the list of subjects shows."""
        wanted, _key, _falling = self.wanted()
        start = pictures.strips_start(row.score for row in reading.rows)
        ranked = wanted == "score"
        return {
            "rows": list_rows(reading, start=start, ranked=ranked),
            "start": start,
            "axis": bars.strip_axis(start=start, edges=pictures.edges(reading.head)),
            "sort": wanted,
            "heads": sort_heads(self.sorts(), wanted),
            "paging": page,
        }

    def heat(
        self,
        name: str,
        groups: Sequence[GroupReading],
        unit: GroupReading | None,
        criteria: Sequence[Column],
        head: Head,
    ) -> dict[str, object]:
        """Return what the heat map shows: groups, called `name`, in the order that GET asks for, all together last."""
        sorts = {"name": name, "score": _("Score"), **{f"c.{criterion.key}": criterion.label for criterion in criteria}}
        wanted = self.request.GET.get("by", "")
        if wanted.removeprefix("-") not in sorts:
            wanted = ""
        start = pictures.strips_start(group.score for group in [*groups, *([unit] if unit else [])])
        rows = [*sort_groups(groups, criteria, wanted), *([unit] if unit else [])]
        return {
            "rows": [
                GroupRow(
                    group, pictures.strip(group.score, head, start=start), named(group.marks, criteria), group is unit
                )
                for group in rows
            ],
            "heads": sort_heads(sorts, wanted),
            "axis": bars.strip_axis(start=start, edges=pictures.edges(head)),
            "start": start,
        }


def falls(wanted: str) -> bool:
    """Return whether a sort begins at the top. Figures do; names and the roll begin at the start; a minus turns it."""
    return (wanted.removeprefix("-") not in ("name", "roll")) != wanted.startswith("-")


def sort_heads(sorts: dict[str, str], wanted: str) -> list[SortHead]:
    """Return the sortable column heads; a second click turns a column round."""
    now = ("descending" if falls(wanted) else "ascending") if wanted else ""
    return [
        SortHead(key, label, f"-{key}" if wanted == key else key, now if wanted.removeprefix("-") == key else "")
        for key, label in sorts.items()
    ]


def sort_groups(groups: Sequence[GroupReading], criteria: Sequence[Column], wanted: str) -> list[GroupReading]:
    """Return the groups in the order asked for, else as they stand; what is not shown comes last, whichever way."""
    key = wanted.removeprefix("-")
    if not wanted:
        return list(groups)
    if key == "name":
        return sorted(groups, key=lambda group: group.label, reverse=falls(wanted))
    number = next((number for number, criterion in enumerate(criteria) if f"c.{criterion.key}" == key), None)

    def figure(group: GroupReading) -> float:
        mark = group.score if number is None else group.marks[number]
        return (-1.0 if falls(wanted) else 101.0) if mark is None else mark.value

    return sorted(groups, key=figure, reverse=falls(wanted))


def list_rows(reading: RoundReading | SectionReading, *, start: int, ranked: bool) -> list[ListRow]:
    """Return the rows of a list; `ranked`, best score first, with the quota line and the breaks between them."""
    proposal = reading.proposal if isinstance(reading, RoundReading) else None
    cut = proposal.line[0] if proposal is not None and proposal.quota and proposal.line is not None else None
    listed: list[ListRow] = []
    for row in reading.rows:
        before = listed[-1].row if ranked and listed else None
        crosses = before is not None and cut is not None and before.line != row.line
        listed.append(
            ListRow(
                row=row,
                strip=pictures.strip(row.score, reading.head, start=start, line=cut),
                cells=named(row.marks, reading.criteria),
                breaks=before is not None and is_apart(before, row),
                line=row.line if crosses and row.line in ("tied", "below") else "",
            )
        )
    return listed


def is_apart(row: RowReading, other: RowReading) -> bool:
    """Whether no interval bridges the gap between two rows."""
    return row.place is not None and other.place is not None and row.place.group != other.place.group


def named(marks: Sequence[Mark | None], criteria: Sequence[Column]) -> list[tuple[Mark | None, str]]:
    """Return the figures of a line, each with the name of its criterion."""
    return [(mark, criterion.label) for mark, criterion in zip(marks, criteria, strict=True)]


class SectionResultsView(ListMixin, TemplateView):
    """The results of the section, for whoever headed it when the roll was frozen."""

    template_name = "peer_review/results/section_results.html"
    permission = "peer_review.view_section_results"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        key = self.round.members.sections_headed_by(self.user).get()
        subjects = Result.objects.filter(round=self.round, section_key=key).of_scope(ResultScope.SUBJECT)
        page = self.page(subjects)
        reading = read_section(self.round, key, reader=self.reader, subjects=page.rows)
        groups = [group for group in (reading.section, *reading.ranks) if group is not None]
        return super().get_context_data(
            reading=reading,
            section=key,
            may_raise=self.may_raise(key),
            heat=self.heat(_("Section"), groups, reading.unit, reading.criteria, reading.head),
            trend=pictures.over_rounds(reading.trend, reading.head, name="trend", personal=False),
            **self.listed(reading, page),
            **kwargs,
        )


class AllResultsView(ListMixin, TemplateView):
    """All results: sections as a heat map, subjects as a ranking whose intervals make ties visible."""

    template_name = "peer_review/results/all_results.html"
    permission = "peer_review.view_all_results"

    def quota(self, proposal: RoundProposal) -> dict[str, object]:
        """Return what quota_words.html says of the quota line, and of who is tied at it. One query."""
        tied = self.round.subjects.filter(pk__in=proposal.tied)
        return {
            "proposal": proposal,
            "excellent_name": grade_names(self.round.frozen_scheme)[GRADES[0]],
            "everybody": len(proposal.grades),
            "above": sum(place_of(proposal, key) == "above" for key in proposal.grades),
            "tied_names": tied.order_by("sort_order", "pk"),
        }

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        user: User = self.user
        subjects = Result.objects.filter(round=self.round).of_scope(ResultScope.SUBJECT)
        wanted = self.request.GET.get("section", "")
        if wanted and subjects.filter(section_key=wanted).exists():
            subjects = subjects.filter(section_key=wanted)
        else:
            wanted = ""
        page = self.page(subjects)
        reading = read_round(self.round, reader=self.reader, subjects=page.rows)
        return super().get_context_data(
            reading=reading,
            names={section.key: section.label for section in reading.sections},
            section=wanted,
            may_raise=self.may_raise(wanted),
            **self.quota(reading.proposal),
            may_decide=has_perm("peer_review.decide_round", user, self.round),
            may_withdraw=has_perm("peer_review.withdraw_figures", user, self.round),
            trend=pictures.over_rounds(reading.trend, reading.head, name="trend", personal=False),
            heat=self.heat(_("Section"), reading.sections, reading.unit, reading.criteria, reading.head),
            ranks=self.heat(_("Rank"), reading.ranks, None, reading.criteria, reading.head) if reading.ranks else None,
            **self.listed(reading, page),
            **kwargs,
        )


class SummaryView(ListMixin, TemplateView):
    """The published summary for all staff: means of many, never a person."""

    template_name = "peer_review/results/summary.html"
    permission = "peer_review.view_summary"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        reading = read_summary(self.round, reader=self.reader)
        lines = pictures.summary_lines(reading)
        name = _("Mean of all subjects")
        return super().get_context_data(
            reading=reading,
            own_name=name,
            lines=lines,
            dots=pictures.dots(lines, reading.head, own=name, personal=False) if lines else "",
            heat=self.heat(_("Section"), reading.sections, None, reading.criteria, reading.head)
            if reading.sections
            else None,
            ranks=self.heat(_("Rank"), reading.ranks, None, reading.criteria, reading.head) if reading.ranks else None,
            **kwargs,
        )
