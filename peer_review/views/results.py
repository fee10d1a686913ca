"""Results, one view an audience. Whatever is not to be seen is not loaded, so it cannot be in the page either."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from peer_review import charts, rules
from peer_review.domain.bulletin import head_of, totals
from peer_review.domain.frozen_exposure import form_holds
from peer_review.domain.grades import bands_in_words
from peer_review.enums import CellKind, ResultScope
from peer_review.exceptions import TermsAltered
from peer_review.models import (
    Assignment,
    Bulletin,
    Comment,
    CriterionResult,
    Result,
    Round,
    SelfEvaluation,
    SheetEntry,
    Subject,
)
from peer_review.views import figures
from peer_review.views.access import RoundMixin, SignedInMixin
from peer_review.views.self_evaluation import self_lines

PAGE = 50
LIST_PAGE = 20
#: 复核 is asked within 30 days of the notice, 申诉 within 15 days of its answer (公务员法, art. 95).
REVIEW_DAYS = 30
APPEAL_DAYS = 15


class ResultListView(SignedInMixin, TemplateView):
    """The published rounds whose results this person may read in some way, newest first, paged by key."""

    template_name = "peer_review/result_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        rounds = Round.objects
        kinds = [
            ("own-result", _("My result"), rounds.with_own_result_for(user)),
            ("section-results", _("Results of my section"), rounds.with_section_results_for(user)),
            ("results", _("All results"), rounds.with_all_results_for(user)),
            ("summary", _("Published summary"), rounds.with_summary_for(user)),
        ]
        readable = Q()
        for _name, _label, those in kinds:
            readable |= Q(pk__in=those.order_by().values("pk"))
        rows = rounds.filter(readable).order_by("-published_at", "-pk")
        after = self.request.GET.get("after", "")
        last = rows.filter(pk=after).first() if after.isdecimal() and len(after) < 19 else None
        if last is not None:
            rows = rows.filter(
                Q(published_at__lt=last.published_at) | Q(published_at=last.published_at, pk__lt=last.pk)
            )
        page = list(rows[: LIST_PAGE + 1])
        more, page = len(page) > LIST_PAGE, page[:LIST_PAGE]
        allowed = [
            (name, label, set(those.filter(pk__in=[one.pk for one in page]).values_list("pk", flat=True)))
            for name, label, those in kinds
        ]
        return super().get_context_data(
            rows=[
                {
                    "round": one,
                    "links": [
                        {"url": reverse(f"peer_review:{name}", args=[one.public_id]), "label": label}
                        for name, label, those in allowed
                        if one.pk in those
                    ],
                }
                for one in page
            ],
            after=page[-1].pk if more else None,
            **kwargs,
        )


def possible_voters(result: Result) -> dict[str, int]:
    """Return how many people might have voted on a subject in each voter class, on papers of either kind. One query."""
    sheets = SheetEntry.objects.filter(subject=result.subject_id).order_by().values("sheet")
    papers = Assignment.objects.filter(cell__round=result.round_id).exclude(cell__kind=CellKind.COMMENT)
    of_subject = papers.filter(Q(cell__subject=result.subject_id) | Q(cell__sheet__in=sheets)).order_by()
    counted = of_subject.values("cell__voter_class").annotate(people=Count("evaluator", distinct=True))
    return dict(counted.values_list("cell__voter_class", "people"))


class PublishedMixin(RoundMixin):
    """A page of published figures: shown under the terms that were frozen, sealed and told before anybody voted."""

    def permitted(self) -> bool:
        allowed = super().permitted()
        if not form_holds(self.round):
            raise PermissionDenied(TermsAltered().message)
        return allowed


class SheetMixin(PublishedMixin):
    """A page about one subject's figures."""

    def sheet(self, result: Result, other: Result | None, *, own: bool) -> dict[str, Any]:
        """Return what result.html shows. Six queries."""
        round = self.round
        # In the order in which publication shuffled them.
        said = list(Comment.objects.filter(subject=result.subject_id).order_by("pk"))
        rows = figures.criterion_marks([one for one in (result, other) if one is not None])
        lines = figures.criterion_lines(round.form, result, other, rows)
        kept = SelfEvaluation.objects.filter(subject=result.subject_id).first()
        score, compared = (figures.score_mark(round.form, one) for one in (result, other))
        if other is None or compared is None:
            other_name = ""
        elif other.scope == ResultScope.SECTION:
            other_name = _("Mean of %(section)s") % {"section": other.label}
        else:
            other_name = _("Mean of all subjects")
        own_name = _("You") if own else result.label
        review_until = round.published_at + timedelta(days=REVIEW_DAYS) if round.published_at else None
        return {
            "result": result,
            "own": own,
            "score": score,
            "compared": compared,
            "other": other,
            "own_name": own_name,
            "other_name": other_name,
            "lines": lines,
            "classes": figures.class_lines(round, result, rows, possible_voters(result)),
            "classes_shown": bool(result.classes),
            # Where a class is not asked everything, the classes' scores are means of different criteria.
            "classes_add_up": all(len(one["classes"]) == len(round.form["classes"]) for one in round.form["criteria"]),
            "picture": figures.picture(
                self.round.form, lines, score, compared, own_name=own_name, other_name=other_name
            ),
            "indistinct": bool(score and compared and score.low <= compared.value <= score.high),
            "floor": round.form["floor"],
            "trim": round.form["trim"],
            "bands": bands_in_words(round.form),
            "asks_for_comments": round.form["comments"],
            "comments": [one.text for one in said if not one.withheld],
            "withheld": sum(one.withheld for one in said),
            "self_lines": self_lines(round, kept, lines) if kept else [],
            "self_words": kept.text if kept else "",
            "self_name": result.label,
            "review_until": review_until,
            "appeal_days": APPEAL_DAYS,
        }

    def comparison(self, section_key: str, *, individual: bool) -> Result | None:
        """Return the mean that a result is compared with: its section's, else that of all, else nothing.

        Unless the reader may see the members' own figures (`individual`), only means over so many that nobody's
        figure can be taken out of them.
        """
        means = Result.objects.shown().filter(round=self.round)
        if not individual:
            means = means.filter(comparable=True)
        return (
            means.filter(scope=ResultScope.SECTION, section_key=section_key, members__gt=1).first()
            or means.filter(scope=ResultScope.UNIT, members__gt=1).first()
        )


class OwnResultView(SheetMixin, TemplateView):
    """How do I stand, how sure is it, and what can I do?"""

    template_name = "peer_review/result.html"
    permission = "peer_review.view_own_result"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        result = get_object_or_404(
            Result.objects.filter(round=self.round).select_related("subject"), subject__member__user=self.request.user
        )
        other = self.comparison(result.section_key, individual=False)
        return super().get_context_data(**self.sheet(result, other, own=True), **kwargs)


class SubjectResultView(SheetMixin, TemplateView):
    """One subject's figures, for those who may read them."""

    template_name = "peer_review/result.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subject = get_object_or_404(
            Subject.objects.select_related("round", "member"), round=self.round, pk=self.kwargs["pk"]
        )
        if not rules.has_perm("peer_review.view_subject_result", self.request.user, subject):
            raise PermissionDenied
        result = get_object_or_404(Result.objects.select_related("subject"), subject=subject)
        sees_all = rules.has_perm("peer_review.view_all_results", self.request.user, self.round)
        other = self.comparison(result.section_key, individual=bool(sees_all))
        return super().get_context_data(**self.sheet(result, other, own=False), **kwargs)


class ListMixin(PublishedMixin):
    """A list of subjects with their figures: sorted by what GET names, paged by key."""

    def sorts(self) -> dict[str, str]:
        """Return what a list may be sorted by, with its words."""
        named = {"name": _("Name"), "roll": _("Section"), "score": _("Score")}
        return named | {f"c.{one['key']}": one["label"] for one in self.round.form["criteria"]}

    def listed(self, rows: "QuerySet[Result]") -> dict[str, Any]:
        """Return one page of results with their criteria. Four queries, however many rows."""
        wanted = self.request.GET.get("sort", "score")
        key = wanted.removeprefix("-")
        if key not in self.sorts():
            wanted = key = "score"
        # Figures read best from the top; names and the roll from the start. A minus turns either round.
        falling = key not in ("name", "roll")
        if wanted.startswith("-"):
            falling = not falling
        if key == "name":
            rows = rows.annotate(at=F("label"))
        elif key == "roll":
            rows = rows.annotate(at=F("sort_order"))
        else:
            # What is not shown comes last, whichever way.
            last = Value(-1.0 if falling else 101.0, output_field=FloatField())
            source: Any = F("score")
            if key.startswith("c."):
                criteria = CriterionResult.objects.filter(result=OuterRef("pk"), criterion=key[2:])
                source = Subquery(criteria.values("value")[:1])
            rows = rows.annotate(at=Coalesce(source, last, output_field=FloatField()))
        rows = rows.order_by("-at" if falling else "at", "pk")
        after = self.request.GET.get("after", "")
        if (
            after.isdecimal()
            and len(after) < 19
            and (row := rows.filter(pk=after).values_list("at", flat=True).first()) is not None
        ):
            beyond = Q(at__lt=row) if falling else Q(at__gt=row)
            rows = rows.filter(beyond | Q(at=row, pk__gt=int(after)))
        page = list(rows.select_related("subject")[: PAGE + 1])
        more, page = len(page) > PAGE, page[:PAGE]
        marks = figures.criterion_marks(page)
        scores = [figures.score_mark(self.round.form, result) for result in page]
        start = charts.scale_start([score.point for score in scores if score])
        return {
            "rows": [
                {
                    "result": result,
                    "score": score,
                    "strip": charts.strip(score.point if score else None, start=start),
                    "marks": self.marks(result, marks),
                }
                for result, score in zip(page, scores, strict=True)
            ],
            "criteria": self.round.form["criteria"],
            "start": start,
            "sort": wanted,
            "heads": self.heads(wanted),
            "after": page[-1].pk if more else None,
            "floor": self.round.form["floor"],
        }

    def heads(self, wanted: str) -> list[dict[str, Any]]:
        """Return the sortable column heads: label, the sort that a click asks for, and how it is sorted now."""
        heads = []
        for key, label in self.sorts().items():
            current = wanted.removeprefix("-") == key
            falling = key not in ("name", "roll")
            if wanted.startswith("-"):
                falling = not falling
            heads.append(
                {
                    "key": key,
                    "label": label,
                    "next": f"-{key}" if wanted == key else key,
                    "now": ("descending" if falling else "ascending") if current else "",
                }
            )
        return heads

    def marks(self, result: Result, rows: dict[tuple[int, str], CriterionResult]) -> list[figures.Mark | None]:
        """Return one figure a criterion, None where it is not shown."""
        form = self.round.form
        return [figures.mark_of(form, rows.get((result.pk, one["key"]))) for one in form["criteria"]]

    def groups(self, rows: "QuerySet[Result]") -> list[dict[str, Any]]:
        """Return means of sections, or of all, with their criteria. Two queries."""
        results = list(rows.order_by("sort_order", "pk"))
        marks = figures.criterion_marks(results)
        form = self.round.form
        return [
            {"result": one, "score": figures.score_mark(form, one), "marks": self.marks(one, marks)} for one in results
        ]


class SectionResultsView(ListMixin, TemplateView):
    """The results of the section, for whoever headed it when the roll was frozen."""

    template_name = "peer_review/results_section.html"
    permission = "peer_review.view_section_results"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        mine = self.round.members.filter(user=user, is_section_head=True)
        keys = list(mine.values_list("section_key", flat=True).distinct())
        results = Result.objects.filter(round=self.round)
        return super().get_context_data(
            sections=self.groups(results.of_scope(ResultScope.SECTION).filter(section_key__in=keys)),
            unit=self.groups(results.of_scope(ResultScope.UNIT).filter(comparable=True)),
            **self.listed(results.of_scope(ResultScope.SUBJECT).filter(section_key__in=keys)),
            **kwargs,
        )


class AllResultsView(ListMixin, TemplateView):
    """All results: sections as a heat map, subjects as a ranking whose intervals make ties visible."""

    template_name = "peer_review/results_all.html"
    permission = "peer_review.view_all_results"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        results = Result.objects.filter(round=self.round)
        subjects = results.of_scope(ResultScope.SUBJECT)
        sections = self.groups(results.of_scope(ResultScope.SECTION))
        wanted = self.request.GET.get("section", "")
        names = {one["result"].section_key: one["result"].label for one in sections}
        if wanted in names:
            subjects = subjects.filter(section_key=wanted)
        else:
            wanted = ""
        return super().get_context_data(
            sections=sections,
            unit=self.groups(results.of_scope(ResultScope.UNIT)),
            names=names,
            section=wanted,
            **self.listed(subjects),
            **kwargs,
        )


class SummaryView(ListMixin, TemplateView):
    """The published summary for all staff: means of many, never a person."""

    template_name = "peer_review/results_summary.html"
    permission = "peer_review.view_summary"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        results = Result.objects.filter(round=self.round, comparable=True)
        unit = results.of_scope(ResultScope.UNIT).shown().first()
        sheet: dict[str, Any] = {"picture": "", "lines": [], "score": None}
        if unit is not None:
            rows = figures.criterion_marks([unit])
            lines = figures.criterion_lines(self.round.form, unit, None, rows)
            score = figures.score_mark(self.round.form, unit)
            name = _("Mean of all subjects")
            sheet = {
                "picture": figures.picture(
                    self.round.form, lines, score, None, own_name=name, other_name="", personal=False
                ),
                "lines": lines,
                "score": score,
            }
        bulletin = Bulletin.objects.filter(round=self.round).first()
        return super().get_context_data(
            mean=unit,
            sections=self.groups(results.of_scope(ResultScope.SECTION).shown()),
            criteria=self.round.form["criteria"],
            totals=totals(self.round, head_of(bulletin)) if bulletin else None,
            floor=self.round.form["floor"],
            **sheet,
            **kwargs,
        )
